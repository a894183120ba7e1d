import Collector
import Quantities
import Synchronization
import SystemIO
import TraceModel

/// Looks for new traces once a second, on a thread of its own, and has them recorded. A server that keeps the traces of
/// others is asked every ten seconds, and for fewer: it may have to fetch each of them.
final class TraceTap: Sendable {
    private let handle: EventLoopHandle
    private let thread: ThreadHandle
    private let found: TraceCount

    init(_ source: any TraceSource, recorder: Recorder) throws {
        // Handed over to the thread below: nothing here touches it again.
        nonisolated(unsafe) let loop = try EventLoop()
        let found = TraceCount()
        handle = loop.handle
        self.found = found
        thread = try Threads.spawn(name: "trace tap") {
            let isServer = source is TraceServer
            var look = TraceLook(most: isServer ? 200 : 1500)
            func turn() {
                let traces = look.newTraces(in: source)
                recorder.record(traces, at: loop.now)
                found.set(look.count)
                loop.schedule(after: .seconds(isServer ? 10 : 1)) { turn() }
            }
            turn()
            loop.run()
            recorder.record(look.newTraces(in: source), at: loop.now)
            found.set(look.count)
        }
    }

    /// How many traces were found so far.
    var count: Int { found.count }

    /// Looks a last time and ends. Call it once.
    func stop() {
        handle.stop()
        thread.join()
    }
}

/// Which traces are recorded already, and with how many spans: late spans make a trace new again.
private struct TraceLook {
    /// As many as are asked for at once; a collector hands out 1500.
    private let most: Int

    private(set) var count = 0
    private var known: [TraceID: Int] = [:]
    private var older: [TraceID: Int] = [:]
    private var limit: Int

    init(most: Int) {
        self.most = most
        limit = most
    }

    mutating func newTraces(in source: any TraceSource) -> [Trace] {
        // A collector that is away for a while keeps its traces; whether it comes back is its own affair.
        guard let traces = try? source.traces(TraceQuery(limit: limit)) else { return [] }
        let new = traces.filter { (known[$0.id] ?? older[$0.id]) != $0.spans.count }
        for trace in new {
            if known[trace.id] == nil, older[trace.id] == nil { count += 1 }
            known[trace.id] = trace.spans.count
        }
        if known.count > 4 * most {
            older = known
            known = [:]
        }
        // The newest are enough as long as they reach back to those that were there the last time.
        limit = min(most, 100 + 2 * new.count)
        return new
    }
}

private final class TraceCount: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    func set(_ count: Int) { number.withLock { $0 = count } }
}
