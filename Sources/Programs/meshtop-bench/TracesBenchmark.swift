import Collector
import Glibc
import HTTPTransport
import Quantities
import SystemIO
import TraceModel

/// Spans on their way in, as they are kept, and a large trace on its way to the screen.
struct TracesBenchmark {
    /// Together they stay below what the receiver puts off.
    private static let sentRequests: UInt64 = 16_000
    private static let keptRequests: UInt64 = 50_000
    /// Requests in one body: 510 spans, as many as exporters send at a time.
    private static let batch: UInt64 = 51

    func run() throws {
        try receive()
        try keep()
        try open()
    }

    // MARK: In

    /// Bodies are ready before the clock starts; what this thread does meanwhile, as the sender, is not the receiver's.
    private func receive() throws {
        let receiver = try TraceReceiver(address: SocketAddress.loopback())
        defer { receiver.stop() }
        let client = try BlockingHTTPClient()
        let bodies = Self.batches(of: Self.sentRequests).map { numbers in
            OTLPEncoding.exportRequest(TraceFarm.spans(ofRequests: numbers), scope: "bench")
        }
        let start = SystemClock.monotonic()
        let before = Self.processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - Self.processorSeconds(CLOCK_THREAD_CPUTIME_ID)
        for body in bodies {
            let request = HTTPRequest(
                "POST", "/v1/traces", headers: ["content-type": "application/x-protobuf"], body: body)
            let response = try client.send(request, to: receiver.boundAddress)
            guard response.status == 200 else { throw BenchmarkFailure("spans were answered \(response.status)") }
        }
        let busy =
            Self.processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - Self.processorSeconds(CLOCK_THREAD_CPUTIME_ID) - before
        let seconds = start.duration(to: SystemClock.monotonic()).inSeconds
        let counts = receiver.traces.counts
        let spans = Double(Self.sentRequests) * Double(TraceFarm.spansPerTrace)
        let taken = Double(counts.spans + counts.evictedSpans)
        guard taken == spans else { throw BenchmarkFailure("of \(spans) spans \(taken) were taken") }
        let bytes = bodies.reduce(0.0) { $0 + Double($1.count) }
        print(
            "  in: \(Humane.count(spans / seconds)) spans/s over HTTP, \(Humane.count(spans / busy)) a second of the "
                + "receiver's processor time (\(Humane.fixed(busy / spans * 1e6, decimals: 1)) µs a span of "
                + "\(Humane.fixed(bytes / spans, decimals: 0)) bytes)")
    }

    // MARK: Kept

    private func keep() throws {
        var store = TraceStore(byteBudget: 2 << 30)
        // Once through everything, so that what is made once is there before the measure.
        store.insert(try Self.decoded(0..<Self.batch))
        let before = ProcessUsage.residentMegabytes()
        for numbers in Self.batches(of: Self.keptRequests) {
            store.insert(try Self.decoded(numbers))
        }
        let grown = (ProcessUsage.residentMegabytes() - before) * 1e6
        let spans = Double(store.counts.spans)
        print(
            "  kept: \(Humane.count(spans)) spans of \(Humane.count(Double(store.counts.traces))) traces in "
                + "\(Humane.fixed(grown / 1e6, decimals: 0)) MB resident, "
                + "\(Humane.fixed(grown / spans, decimals: 0)) bytes a span; the store counts "
                + "\(Humane.fixed(Double(store.counts.bytes) / spans, decimals: 0))")
        var milliseconds: [Double] = []
        for _ in 0..<5 {
            let start = SystemClock.monotonic()
            let found = store.find(TraceQuery(service: "bank", calledService: "nobody", limit: 100))
            milliseconds.append(start.duration(to: SystemClock.monotonic()).milliseconds)
            guard found.isEmpty else { throw BenchmarkFailure("nobody was called") }
        }
        print("  a search through all of them: \(Humane.fixed(median(milliseconds), decimals: 1)) ms")
    }

    /// As the receiver has them: nothing that one span says is shared with another.
    private static func decoded(_ numbers: Range<UInt64>) throws -> [Span] {
        try OTLPDecoding.batch(
            protobuf: OTLPEncoding.exportRequest(TraceFarm.spans(ofRequests: numbers), scope: "bench")
        ).spans
    }

    // MARK: Out

    private func open() throws {
        var store = TraceStore()
        let spans = TraceFarm.largeTrace(spans: 10_000)
        store.insert(spans)
        guard let id = spans.first?.trace else { throw BenchmarkFailure("there are no spans") }
        var milliseconds: [Double] = []
        for _ in 0..<9 {
            let start = SystemClock.monotonic()
            let rows = store.trace(id).map { TraceTree($0).rows.count }
            milliseconds.append(start.duration(to: SystemClock.monotonic()).milliseconds)
            guard rows == spans.count else { throw BenchmarkFailure("the tree has \(rows ?? 0) rows") }
        }
        print(
            "  a trace of \(Humane.count(Double(spans.count))) spans opens in "
                + "\(Humane.fixed(median(milliseconds), decimals: 1)) ms, the first time in "
                + "\(Humane.fixed(milliseconds.first ?? 0, decimals: 1)) ms")
    }

    private static func batches(of requests: UInt64) -> [Range<UInt64>] {
        stride(from: 1, through: requests, by: Int(batch)).map { $0..<min($0 + batch, requests + 1) }
    }

    private static func processorSeconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
