import Collector
import MeshModel
import Quantities
import SystemIO

/// Looks at a mesh for as long as a window needs, and hands back what was seen.
enum Observation {
    static let options =
        Source.options + [
            Option(name: "--window", value: "DURATION", summary: "how long to look, 30s or 5m (default 5s)"),
            Option(
                name: "--type", value: "TYPE",
                summary: "what a node is: \(GraphGrouping.allCases.map(\.rawValue).joined(separator: ", "))"),
            Option(
                name: "--namespace", value: "NAME", summary: "only this namespace; may be repeated", mayRepeat: true),
            HealthRules.option,
        ] + RecordedObservation.options + HistoryPlace.options

    static func window(_ invocation: Invocation) throws(UsageError) -> Duration {
        try invocation.duration("--window", default: .seconds(5))
    }

    /// Scrapes until the window is full, then answers with the last snapshot.
    static func observe(_ invocation: Invocation, showsIdle: Bool = false) throws -> MeshSnapshot {
        let window = try window(invocation)
        if let recorded = try RecordedObservation(invocation) {
            return try recorded.snapshot(window: window, invocation, showsIdle: showsIdle)
        }
        var result: MeshSnapshot?
        try watch(invocation, window: window, showsIdle: showsIdle) { snapshot in
            let isFull = snapshot.window >= window - .milliseconds(50)
            if isFull { result = snapshot }
            return !isFull
        }
        guard let result else { throw CommandFailure("the mesh was not seen for \(window.inSeconds) s") }
        return result
    }

    /// Calls `body` with every snapshot until it says no.
    static func watch(
        _ invocation: Invocation, window: Duration, showsIdle: Bool = false, toleratesSilence: Bool = false,
        _ body: (MeshSnapshot) throws -> Bool
    ) throws {
        try watch(invocation, window: window, showsIdle: showsIdle, toleratesSilence: toleratesSilence) { snapshot, _ in
            try body(snapshot)
        }
    }

    /// The same, where `body` may change the window of the snapshots to come.
    ///
    /// - Parameter toleratesSilence: whether a mesh of which nothing answers is something to look at, too.
    static func watch(
        _ invocation: Invocation, window: Duration, showsIdle: Bool = false, toleratesSilence: Bool = false,
        _ body: (MeshSnapshot, _ changeWindow: (Duration) -> Void) throws -> Bool
    ) throws {
        guard !invocation.has("--replay") else {
            throw UsageError("--replay shows one moment, --at; it cannot be watched here")
        }
        let source = try Source(invocation)
        var configuration = CollectorConfiguration(
            control: source.control, sources: source.targets, prometheus: source.prometheus,
            interval: source.interval ?? .seconds(1), window: window, showsIdle: showsIdle)
        configuration.view = try GraphOptions.view(invocation, from: configuration.view)
        configuration.health = try HealthRules(invocation)
        let traces = try source.receive.map { try TraceSession.receive(at: $0, countsSpans: source.onlyReceives) }
        defer { traces?.stop() }
        configuration.inbox = traces?.inbox
        let mailbox = try Mailbox<MeshSnapshot>()
        let history = try source.openHistory()
        defer { _ = history?.stop() }
        let collector = try Collector(configuration, history: history) { mailbox.put($0) }
        defer { collector.stop() }
        let start = SystemClock.monotonic()
        while true {
            let snapshot = mailbox.take()
            let waited = start.duration(to: SystemClock.monotonic())
            if !toleratesSilence { try checkAnswers(snapshot, source: source, waited: waited) }
            guard try body(snapshot, { collector.show(window: $0, view: configuration.view) }) else { return }
        }
    }

    /// A mesh of which nothing answers for as long as that is not there.
    private static func checkAnswers(_ snapshot: MeshSnapshot, source: Source, waited: Duration) throws(CommandFailure)
    {
        guard waited > source.patience, !snapshot.targets.contains(where: { $0.state == .up }) else { return }
        if let control = source.control, snapshot.targets.isEmpty {
            throw Source.nothingFound(control, snapshot.notices.first ?? "it names no targets")
        }
        if let address = source.receive, snapshot.targets.isEmpty {
            throw CommandFailure("nobody has sent metrics or spans to \(address) for \(Int(waited.inSeconds)) s")
        }
        guard !snapshot.targets.isEmpty else {
            throw CommandFailure(snapshot.notices.first ?? "there is no target to look at")
        }
        let reasons = snapshot.targets.prefix(3).map { target in
            if case .down(let reason) = target.state { return "\(target.address): \(reason)" }
            return "\(target.address): no answer yet"
        }
        throw CommandFailure("no target answers – \(reasons.joined(separator: "; "))")
    }
}
