import MeshModel
import Quantities
import Testing

@Suite struct ConfidenceTests {
    /// The bounds are those of R's `binom::binom.wilson`.
    @Test(arguments: [
        (0.0, 10.0, 0.0, 0.2775), (0, 100, 0, 0.0370), (0.01, 1000, 0.0054, 0.0183), (0.5, 10, 0.2366, 0.7634),
        (1, 10, 0.7225, 1),
    ])
    func `a share of few samples is known only so well`(share: Double, samples: Double, lower: Double, upper: Double)
        throws
    {
        let interval = try #require(ShareInterval(share: share, samples: samples))

        #expect(abs(interval.lower - lower) < 0.00006)
        #expect(abs(interval.upper - upper) < 0.00006)
    }

    @Test func `nothing is known of no samples`() {
        #expect(ShareInterval(share: 0, samples: 0) == nil)
        #expect(ShareInterval(share: .nan, samples: 10) == nil)
        #expect(ShareInterval(share: 0.5, samples: .infinity) == nil)
    }

    @Test func `confidence grows with samples`() {
        #expect([9, 10, 99, 100].map { Confidence(samples: $0) } == [.low, .fair, .fair, .good])
        #expect(Confidence.low < .fair && Confidence.fair < .good)
    }

    @Test func `both ends tell what none tells alone`() throws {
        func end(_ samples: Double, p95: Double, neverArrived: Double = 0) -> ReportedTraffic {
            ReportedTraffic(
                rate: RequestsPerSecond(samples / 10), samples: samples, neverArrived: neverArrived,
                latency: LatencyQuantiles(p50: 1, p95: p95, p99: p95))
        }
        var edge = MeshEdge(
            source: MeshNode.ID("a"), target: MeshNode.ID("b"),
            traffic: TrafficSummary(rate: RequestsPerSecond(10), samples: 100),
            sent: end(100, p95: 80, neverArrived: 10), received: end(108, p95: 60))

        #expect(edge.lost?.value == 0)
        #expect(edge.attemptsPerRequest == 1.18)
        #expect(edge.networkP95 == 20)
        #expect(edge.networkShare?.value == 0.25)
        edge.received = end(75, p95: 90)
        #expect(edge.lost?.value == 0.25)
        #expect(edge.networkP95 == 0, "clocks and buckets differ, time does not run back")
        edge.received = nil
        #expect(edge.lost == nil && edge.attemptsPerRequest == nil && edge.networkShare == nil)
    }

    @Test func `a service entry is found by its host, and by whom it is exported to`() {
        let inventory = MeshInventory(serviceEntries: [
            .init(namespace: "b", name: "any", hosts: ["*.example"], exportTo: ["*"]),
            .init(namespace: "a", name: "own", hosts: ["bank.example"], exportTo: ["."]),
            .init(namespace: "c", name: "exact", hosts: ["bank.example"]),
        ])

        #expect(inventory.serviceEntry(of: "bank.example", seenFrom: "a")?.name == "own")
        #expect(inventory.serviceEntry(of: "bank.example", seenFrom: "z")?.name == "exact")
        #expect(inventory.serviceEntry(of: "shop.example", seenFrom: "z")?.name == "any")
        #expect(inventory.serviceEntry(of: ".example", seenFrom: "z") == nil)
        #expect(inventory.serviceEntry(of: "example", seenFrom: "z") == nil)
    }
}
