import MeshModel
import Patterns
import Quantities
import Testing

@Suite struct LatencyObjectiveTests {
    private static func objective(
        threshold: Double = 250, target: Double = 0.99, limits: LatencyObjective.BurnLimits = .init()
    ) throws -> LatencyObjective {
        LatencyObjective(
            name: "quick", namespace: try Pattern(anchoring: ""), service: try Pattern(anchoring: "cart"),
            threshold: threshold, target: Ratio(target), window: .seconds(3600), limits: limits)
    }

    /// `fast` within 100 ms, `slow` within 250, `late` later.
    private static func buckets(fast: Double, slow: Double, late: Double) -> BucketCounts {
        var buckets = BucketCounts()
        buckets.add(fast, upTo: 100)
        buckets.add(fast + slow, upTo: 250)
        buckets.add(fast + slow, upTo: 500)
        buckets.add(fast + slow + late, upTo: .infinity)
        return buckets
    }

    @Test func `the burn rate is the share of misses by the share that may be missed`() throws {
        let measure = try #require(
            try Self.objective().status(
                of: Self.buckets(fast: 900, slow: 80, late: 20), observed: .seconds(360)))

        #expect(measure.requests == 1000)
        #expect(abs(measure.good.value - 0.98) < 1e-12)
        #expect(measure.goodBounds.lowerBound == measure.goodBounds.upperBound)
        #expect(abs(measure.burnRate - 2) < 1e-9)
        // Twice as fast as it may, for a tenth of the window.
        #expect(abs(measure.budgetLeft - 0.8) < 1e-9)
        #expect(!measure.isWholeWindow)
    }

    @Test func `a threshold inside a bucket is interpolated, and what is certain is said`() throws {
        let measure = try #require(
            try Self.objective(threshold: 175).status(
                of: Self.buckets(fast: 50, slow: 40, late: 10), observed: .seconds(3600)))

        #expect(measure.good.value == 0.7)
        #expect(measure.goodBounds == Ratio(0.5)...Ratio(0.9))
        #expect(measure.isWholeWindow)
        #expect(measure.budgetLeft < 0)
    }

    @Test func `without requests nothing is said`() throws {
        #expect(try Self.objective().status(of: BucketCounts(), observed: .seconds(60)) == nil)
    }

    private static func judged(late: Double, limits: LatencyObjective.BurnLimits, requests: Double = 1000) throws
        -> MeshSnapshot
    {
        var traffic = TrafficSummary(
            rate: RequestsPerSecond(requests / 60), samples: requests,
            codes: [ResponseCodeRate(code: "200", rate: RequestsPerSecond(requests / 60))])
        traffic.latencyBuckets = buckets(fast: requests - late, slow: 0, late: late)
        let web = MeshNode(id: .init("web"), kind: .app, namespace: "shop", app: "web")
        let cart = MeshNode(id: .init("cart"), kind: .app, namespace: "shop", app: "cart", inbound: traffic)
        var snapshot = MeshSnapshot(
            time: WallTime(secondsSinceEpoch: 0), window: .seconds(60), nodes: [cart, web],
            edges: [MeshEdge(source: web.id, target: cart.id, traffic: traffic)])
        var judge = HealthJudge(
            HealthRules(rates: [.standard], objectives: [try objective(limits: limits)]))
        judge.judge(&snapshot)
        return snapshot
    }

    @Test func `latency changes no colour unless it is told to`() throws {
        let snapshot = try Self.judged(late: 500, limits: .init())

        #expect(snapshot.nodes.map(\.health) == [.healthy, .unknown])
        #expect(snapshot.objectives.map(\.service.description) == ["shop/cart"])
        #expect(abs((snapshot.objectives.first?.measure?.burnRate ?? 0) - 50) < 1e-9)
    }

    @Test(arguments: [(5.0, Health.healthy), (20, .degraded), (144, .failure)])
    func `a budget that burns too fast makes a service ill`(late: Double, health: Health) throws {
        let snapshot = try Self.judged(late: late, limits: .init(degraded: 2, failure: 14.4))

        #expect(snapshot.nodes.map(\.health) == [health, .unknown])
        #expect(snapshot.edges.map(\.health) == [.healthy])
    }

    @Test func `few requests change no colour`() throws {
        let snapshot = try Self.judged(late: 50, limits: .init(failure: 1), requests: 99)

        #expect(snapshot.nodes.map(\.health) == [.healthy, .unknown])
    }
}
