import Collector
import Glibc
import MeshModel
import Quantities
import Synchronization
import SystemIO

extension Command {
    static let record = Command(
        name: "record", operands: "FILE", summary: "keep all that is seen of a mesh in one file, to be looked at later",
        discussion: """
            Scrapes the mesh's proxies and writes what they count, the traces of the collector that runs here, and every
            change of weights into one SQLite file. Ctrl-C ends it; what was written before a crash is there too.
            meshtop graph --replay FILE --at +90s shows the mesh as it was then.
            """,
        options: Source.options + TraceSession.options + [
            Option(name: "--for", value: "DURATION", summary: "how long, 60s or 1h (default until Ctrl-C)"),
            Option(
                name: "--limit", value: "SIZE",
                summary: "remove the oldest traces beyond that, then the rest, 512MB (default 1GB)"),
            Option(name: "--refresh", value: "DURATION", summary: "how often the proxies are looked at (default 1s)"),
        ]
    ) { invocation in
        guard invocation.operands.count == 1, let file = invocation.operands.first else {
            throw UsageError("meshtop record wants one file to write")
        }
        var options = Recorder.Options()
        let limit = invocation.value("--limit") ?? "1GB"
        guard let bytes = ByteSize.bytes(limit), bytes >= 1_000_000 else {
            throw UsageError("--limit wants a size of 1MB or more, like 512MB or 2GB, not “\(limit)”")
        }
        options.limit = bytes
        let length = invocation.has("--for") ? try invocation.duration("--for", default: .zero) : nil
        let refresh = try invocation.duration("--refresh", default: .seconds(1))
        let source = try Source(invocation)
        try ConsoleSession.requireMesh(source)
        options.source = source.name
        let session = try RecordingSession(
            file: file, options, source, invocation, refresh: source.interval ?? refresh)
        return try session.run(for: length)
    }
}

/// A recording that is being made: the collector, the weights and the traces of a mesh, and the file.
private final class RecordingSession {
    private let file: String
    private let loop: EventLoop
    private let recorder: Recorder
    private let collector: Collector
    private let weights: SplitWatch
    private let traces: TraceSession
    private let tap: TraceTap
    private let seen = NewestTargets()
    private let began = SystemClock.monotonic()
    private let isTerminal = isatty(2) == 1

    init(
        file: String, _ options: Recorder.Options, _ source: Source, _ invocation: Invocation, refresh: Duration
    ) throws {
        self.file = file
        loop = try EventLoop()
        // Before any other thread exists, so that the signals reach this loop alone.
        try loop.watchSignals([SIGINT, SIGTERM, SIGHUP]) { [loop] _ in loop.stop() }
        recorder = try Recorder(file: file, options)
        weights = SplitWatch(source.control)
        traces = try TraceSession.open(invocation, elsewhere: source.traces)
        tap = try TraceTap(traces.source, recorder: recorder)
        let configuration = CollectorConfiguration(
            control: source.control, sources: source.targets, interval: refresh, window: .seconds(10))
        collector = try Collector(configuration, recorder: recorder) { [seen] in seen.set($0.targets) }
        try weights.start()
    }

    func run(for length: Duration?) throws -> ExitCode {
        if let length { loop.schedule(after: length) { [loop] in loop.stop() } }
        complain("recording into \(file)" + (length == nil ? "; Ctrl-C ends it" : ""))
        turn()
        loop.run()
        collector.stop()
        weights.stop()
        tap.stop()
        traces.stop()
        let status = recorder.stop()
        if isTerminal { ask("\r\u{1b}[K") }
        if let failure = status.failure { throw CommandFailure("the recording ended early: \(failure)") }
        complain("\(progress(status)): \(file)")
        guard status.counts.scrapes > 0 else { throw CommandFailure("nothing was recorded: no target answered") }
        return .success
    }

    /// Once a second: what has changed beside the metrics, and how it goes.
    private func turn() {
        let splits = weights.newest()
        if !splits.isEmpty { recorder.record(splits, at: loop.now) }
        let status = recorder.status
        if status.failure != nil { return loop.stop() }
        if isTerminal { ask("\r\u{1b}[K" + progress(status)) }
        loop.schedule(after: .seconds(1)) { [self] in turn() }
    }

    /// `75 s, 16 of 16 targets, 5,120 series, 812 traces, 3.4 MB`.
    private func progress(_ status: RecordingStatus) -> String {
        let targets = seen.newest
        let up = targets.count { $0.state == .up }
        var parts = [
            "\(began.duration(to: SystemClock.monotonic()).components.seconds) s",
            "\(up) of \(targets.count) targets", "\(status.counts.series) series", "\(tap.count) traces",
            Humane.bytes(Double(status.bytes)),
        ]
        if let begin = status.tracesBegin { parts.append("traces from \(begin.rfc3339) on") }
        if let begin = status.begin { parts.append("from \(begin.rfc3339) on") }
        if !status.loss.isNothing { parts.append("not recorded: \(status.loss)") }
        return parts.joined(separator: ", ")
    }
}

private final class NewestTargets: Sendable {
    private let targets = Mutex<[ScrapeTarget]>([])

    var newest: [ScrapeTarget] { targets.withLock { $0 } }

    func set(_ targets: [ScrapeTarget]) { self.targets.withLock { $0 = targets } }
}
