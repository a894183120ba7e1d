import Collector
import ExpositionWire
import HTTPTransport
import MeshModel
import PushedMetrics
import Quantities
import Synchronization
import SystemIO
import TestSupport
import Testing
import TraceModel

@Suite struct SpanCounterTests {
    /// A request to the shop: from a user to `web`, which calls `cart`, which asks a database.
    private func request(_ number: UInt64, failed: Bool) throws -> [Span] {
        func span(
            _ id: UInt64, _ parent: UInt64?, _ service: String, _ kind: Span.Kind, _ milliseconds: Int,
            _ attributes: [Span.Attribute] = []
        ) throws -> Span {
            Span(
                trace: try #require(TraceID(high: 7, low: number)), id: try #require(SpanID(id)),
                parent: parent.flatMap(SpanID.init), name: "call", kind: kind, service: service,
                start: SystemClock.wall(), duration: .milliseconds(milliseconds),
                status: failed && service == "cart" ? .error : .unset, attributes: attributes)
        }
        return [
            try span(1, nil, "web", .server, 40), try span(2, 1, "web", .client, 30),
            try span(3, 2, "cart", .server, 20),
            try span(4, 3, "cart", .client, 4, [Span.Attribute(key: "db.system", value: "postgresql")]),
        ]
    }

    @Test func `spans alone make edges with their rate, errors and latency`() throws {
        let inbox = MetricInbox()
        let counter = SpanCounter(inbox: inbox)
        var configuration = CollectorConfiguration(interval: .milliseconds(100), window: .seconds(60))
        configuration.inbox = inbox
        let newest = Mutex<MeshSnapshot?>(nil)
        let collector = try Collector(configuration) { snapshot in newest.withLock { $0 = snapshot } }
        defer { collector.stop() }
        let start = SystemClock.monotonic()
        let wall = SystemClock.wall()

        // Ten requests in each of thirty seconds that are over: the last of them for whoever waits for an answer.
        for second in 0..<30 {
            let time = start.advanced(by: .seconds(second - 30))
            for request in 0..<10 {
                counter.take(try self.request(UInt64(second * 10 + request + 1), failed: request == 0), at: time)
            }
            counter.send(at: time, wall.advanced(by: .seconds(second - 30)))
        }
        counter.send(at: start, wall)

        #expect(eventually { newest.withLock { $0?.edges.count ?? 0 } == 3 })
        let snapshot = try #require(newest.withLock { $0 })
        let edges = Dictionary(
            snapshot.edges.map { ("\($0.source) → \($0.target)", $0) }, uniquingKeysWith: { $1 })
        let call = try #require(
            edges.first { $0.key.contains("web") && $0.key.contains("cart") }?.value, "\(edges.keys)")
        // In the second before the last the first had been counted; the last brought none.
        #expect(abs(call.traffic.rate.value - 290.0 / 30) < 0.5, "\(call.traffic.rate)")
        #expect(abs((call.traffic.errors?.value ?? 0) - 0.1) < 0.001)
        #expect((15.0...20).contains(call.traffic.latency?.p95 ?? 0), "\(call.traffic.latency as Any)")
        #expect(edges.contains { $0.key.contains("postgresql") }, "\(edges.keys)")
        #expect(snapshot.targets.map(\.address) == ["services by their spans"])
    }

    @Test func `whoever sends metrics is believed more`() throws {
        let inbox = MetricInbox()
        let counter = SpanCounter(inbox: inbox)
        let now = SystemClock.monotonic()
        counter.take(try request(0x11, failed: false), at: now)
        #expect(counter.send(at: now, SystemClock.wall()) == 1)
        counter.take(try request(0x12, failed: false), at: now)
        var batch = PushedBatch()
        batch.append(
            PushedSeries(
                sender: "pod", key: SeriesKey(name: "istio_requests_total", labels: []),
                samples: [PushedSample(milliseconds: 1, value: 1)]))
        #expect(inbox.put(batch, by: .otlp, from: "127.0.0.1", at: now, SystemClock.wall()))

        #expect(counter.send(at: now, SystemClock.wall()) == 0)
        counter.take(try request(2, failed: false), at: now)
        #expect(counter.send(at: now, SystemClock.wall()) == 0)
    }
}
