import Collector
import Glibc
import JSONWire
import Quantities
import Synchronization
import SystemIO
import TraceModel

extension Command {
    static let tail = Command(
        name: "tail", summary: "traces as they end, a line each, until Ctrl-C",
        discussion: """
            Receives spans itself, at \(TraceSession.defaultAddress), unless another meshtop does already or a server is named:
            then that one is asked again and again. A trace has ended when no span of it has come for a while.
            """,
        options: TraceLookup.options + TraceQuery.options + [
            Option(
                name: "--settle", value: "DURATION",
                summary: "how long no span must come for a trace to have ended (default 2s, of a server 5s)"),
            Option(
                name: "--interval", value: "DURATION", summary: "how often to look (default 500ms, at a server 2s)"),
            Option(name: "-o", value: "FORMAT", summary: "text or json, an object a line (default text)"),
        ]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        let query = try TraceQuery(invocation)
        let loop = try EventLoop()
        // Before any other thread exists, so that the signals reach this loop alone.
        try loop.watchSignals([SIGINT, SIGTERM, SIGHUP]) { [loop] _ in loop.stop() }
        let server = try TraceLookup.server(invocation)
        var session: TraceSession?
        let source: any TraceSource
        if server != nil || invocation.has("--collector") {
            source = try TraceLookup.source(invocation)
        } else {
            let opened = try TraceSession.open(invocation, metrics: false)
            (session, source) = (opened, opened.source)
        }
        defer { session?.stop() }
        let isServer = server != nil
        let tail = TraceTail(
            source, query, reach: isServer ? .seconds(300) : .seconds(60), isJSON: format == "json",
            settle: try invocation.duration("--settle", default: isServer ? .seconds(5) : .seconds(2)),
            interval: try invocation.duration("--interval", default: isServer ? .seconds(2) : .milliseconds(500)))
        try tail.start { [handle = loop.handle] in handle.stop() }
        loop.run()
        if let failure = tail.stop() { throw CommandFailure(failure) }
        return .success
    }
}

/// Looks for traces that have ended, on a thread of its own, and prints them.
private final class TraceTail: Sendable {
    /// Traces that one look takes.
    private static let most = 1500

    private struct State {
        /// No line is begun any more.
        var isStopped = false
        /// Why it ended by itself.
        var failure: String?
    }

    private let source: any TraceSource
    private let query: TraceQuery
    private let reach: Duration
    private let isJSON: Bool
    private let settle: Duration
    private let interval: Duration
    private let state = Mutex(State())

    /// - Parameter reach: how long ago a trace may have begun to be looked at.
    init(
        _ source: any TraceSource, _ query: TraceQuery, reach: Duration, isJSON: Bool, settle: Duration,
        interval: Duration
    ) {
        self.source = source
        self.query = query
        self.reach = reach
        self.isJSON = isJSON
        self.settle = settle
        self.interval = interval
    }

    /// - Parameter ended: called on the thread when there is no use in going on.
    func start(_ ended: @escaping @Sendable () -> Void) throws(SystemError) {
        // Never joined: it may wait for a server, and the program ends without it.
        _ = try Threads.spawn(name: "tail") { [self] in
            do throws(SystemError) {
                let loop = try EventLoop()
                var completion = TraceCompletion(quiet: settle)
                var hasAnswered = false
                var lastTrouble: String?
                func turn() {
                    do throws(TraceSourceFailure) {
                        try look(&completion, loop.now)
                        hasAnswered = true
                        lastTrouble = nil
                    } catch {
                        // One who never answered is not there; one who did may come back.
                        guard hasAnswered else { return fail(error.message, ended) }
                        if lastTrouble != error.message { complain("meshtop: \(error.message); it is asked again") }
                        lastTrouble = error.message
                    }
                    guard !state.withLock({ $0.isStopped }) else { return ended() }
                    loop.schedule(after: interval) { turn() }
                }
                turn()
                loop.run()
            } catch {
                fail(error.description, ended)
            }
        }
    }

    /// Ends after the line that is being printed.
    ///
    /// - Returns: why it had ended by itself already.
    func stop() -> String? {
        state.withLock { state in
            state.isStopped = true
            return state.failure
        }
    }

    private func fail(_ message: String, _ ended: () -> Void) {
        state.withLock { $0.failure = message }
        ended()
    }

    private func look(_ completion: inout TraceCompletion, _ now: MonotonicTime) throws(TraceSourceFailure) {
        var query = query
        query.since = SystemClock.wall().advanced(by: .zero - reach)
        query.limit = Self.most
        for trace in completion.take(try source.find(query), at: now) {
            let line = isJSON ? TraceJSON.line(trace).text : TraceText.line(trace)
            state.withLock { state in
                guard !state.isStopped else { return }
                // Whoever reads may have seen enough.
                if !Self.write(line + "\n") { state.isStopped = true }
            }
        }
    }

    /// At once, also into a pipe: somebody waits for the line.
    private static func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }
}
