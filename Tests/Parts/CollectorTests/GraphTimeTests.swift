import Collector
import MeshModel
import MetricStore
import Quantities
import Testing

/// What becomes of the graph when time passes.
@Suite struct GraphTimeTests {
    private let text = """
        destination web/v1@shop -> cart/v1@shop cart.shop x100
        source web/v1@shop -> cart/v1@shop cart.shop x100
        """

    @Test func `before the second scrape there is no traffic to speak of`() throws {
        var watch = Watch()
        try watch.scrape(Telemetry(text), times: 5)

        let snapshot = watch.snapshot()
        #expect(snapshot.edges.isEmpty)
        #expect(snapshot.window == .zero)
    }

    @Test func `idle traffic stays for ten minutes with rate 0, in its place`() throws {
        let telemetry = Telemetry(text)
        var watch = Watch()
        try watch.scrape(telemetry, times: 0)
        watch.pass()
        try watch.scrape(telemetry, times: 1)
        let first = watch.snapshot()
        while watch.seconds < 600 {
            watch.pass()
            try watch.scrape(telemetry, times: 1)
        }

        let idle = watch.snapshot()
        #expect(idle.edgeLines == ["app/shop/web/v1 > app/shop/cart/v1 http 0/s none destination"])
        #expect(idle.edges.first?.health == .unknown)
        #expect(idle.structureVersion == first.structureVersion)
        #expect(watch.snapshot(showsIdle: false).edges.isEmpty)
        watch.pass(20)
        try watch.scrape(telemetry, times: 1)
        let empty = watch.snapshot()
        #expect(empty.edges.isEmpty)
        #expect(empty.nodes.isEmpty)
    }

    @Test func `the structure is numbered anew only when a node or an edge comes or goes`() throws {
        let more = Telemetry(text + "\ndestination web/v1@shop -> pay/v1@shop pay.shop 503 x10")
        var watch = Watch()
        try watch.scrape(more, times: 0)
        watch.pass()
        try watch.scrape(more, times: 0, without: [])
        #expect(watch.snapshot().structureVersion == 0)
        watch.pass()
        try watch.scrape(Telemetry(text), times: 1)
        let one = watch.snapshot().structureVersion
        watch.pass()
        try watch.scrape(Telemetry(text), times: 7)
        #expect(watch.snapshot().structureVersion == one)
        watch.pass()
        try watch.scrape(more, times: 8)
        #expect(watch.snapshot().structureVersion == one + 1)
    }

    @Test func `a restarted proxy's counters begin again`() throws {
        let telemetry = Telemetry(text)
        var watch = Watch()
        try watch.scrape(telemetry, times: 100)
        watch.pass()
        try watch.scrape(telemetry, times: 101)
        watch.pass()
        try watch.scrape(telemetry, times: 0.5)

        #expect(watch.snapshot(window: .seconds(20)).edges.first?.traffic.samples == 150)
    }

    @Test func `a target that stops answering is spoken for by its clients and says so`() throws {
        let telemetry = Telemetry(text)
        var watch = Watch()
        try watch.scrape(telemetry, times: 0)
        for times in 1...3 {
            watch.pass()
            try watch.scrape(telemetry, times: Double(times), without: times > 1 ? ["cart/v1@shop"] : [])
        }

        let snapshot = watch.snapshot(targets: telemetry.scrapeTargets(down: ["cart/v1@shop"]))
        #expect(snapshot.edgeLines == ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s ok source"])
        #expect(snapshot.node("app/shop/cart/v1")?.trouble == "target down: connection refused")
        #expect(snapshot.node("app/shop/web/v1")?.trouble == nil)
    }

    @Test func `both ends gone, the edge is idle and then gone`() throws {
        let telemetry = Telemetry(text)
        var watch = Watch()
        try watch.scrape(telemetry, times: 0)
        watch.pass()
        try watch.scrape(telemetry, times: 1)
        watch.pass(100)

        #expect(watch.snapshot().edgeLines == ["app/shop/web/v1 > app/shop/cart/v1 http 0/s none destination"])
        watch.pass(600)
        #expect(watch.snapshot().edges.isEmpty)
    }

    @Test func `a destination one scrape behind its source is not silenced for good`() throws {
        // Given: traffic that has just begun; only the source's scrape has seen it.
        let telemetry = Telemetry(text)
        var watch = Watch()
        try watch.scrape(telemetry, times: 0)
        watch.pass()
        try watch.scrape(telemetry, times: 1, without: ["cart/v1@shop"])
        #expect(watch.snapshot().edges.map(\.reporter) == [.source])

        watch.pass(1)
        try watch.scrape(telemetry, times: 1.1)
        #expect(watch.snapshot().edges.map(\.reporter) == [.destination])
    }

    @Test(arguments: [(1, "target down: connection refused"), (2, "1 of 2 targets down: connection refused")])
    func `a node says how many of its targets are down`(instances: Int, trouble: String) throws {
        let cart = WorkloadIdentity(namespace: "shop", workload: "cart-v1", app: "cart", version: "v1")
        var targets = [ScrapeTarget(address: "a", workload: cart, state: .down(reason: "connection refused"))]
        if instances == 2 { targets.append(ScrapeTarget(address: "b", workload: cart, state: .up)) }
        var watch = Watch()
        try watch.scrape(Telemetry(text), times: 0)
        watch.pass()
        try watch.scrape(Telemetry(text), times: 1)

        for (grouping, id) in [
            (GraphGrouping.versionedApp, "app/shop/cart/v1"), (.app, "app/shop/cart"),
            (.workload, "workload/shop/cart-v1"), (.service, "service/shop/cart"),
        ] {
            let snapshot = watch.snapshot(grouping: grouping, targets: targets)
            #expect(snapshot.node(id)?.trouble == trouble, "\(grouping)")
        }
    }

    @Test func `kinds of traffic that are gone are forgotten`() throws {
        var watch = Watch()
        for round in 0..<40 {
            let telemetry = Telemetry(
                (0..<60).map { "destination a\(round)x\($0)/v1@n -> b/v1@n b.n x10" }.joined(separator: "\n"))
            try watch.scrape(telemetry, times: 1)
            watch.pass()
            watch.store.remove("b/v1@n")
            watch.builder.forgetUnused(in: &watch.store)
        }
        let last = Telemetry("destination a/v1@n -> b/v1@n b.n x10")
        try watch.scrape(last, times: 1)
        watch.pass()
        try watch.scrape(last, times: 2)

        #expect(watch.snapshot().edgeLines == ["app/n/a/v1 > app/n/b/v1 http 1.0/s ok destination"])
    }
}

@Suite struct PastWindowTests {
    @Test func `a window that ended earlier knows nothing of what came after`() throws {
        let before = Telemetry("destination web/v1@shop -> cart/v1@shop cart.shop 200 x100")
        var watch = Watch()
        try watch.scrape(before, times: 0)
        watch.pass()
        try watch.scrape(before, times: 1)
        let boundary = watch.now
        watch.pass()
        try watch.scrape(before, times: 4)

        let old = watch.builder.snapshot(
            of: watch.store, window: .seconds(10), view: GraphView(), now: watch.now,
            time: WallTime(secondsSinceEpoch: 0), ending: boundary)
        let new = watch.snapshot()

        #expect(old.edges.map(\.traffic.rate.value) == [10])
        #expect(new.edges.map(\.traffic.rate.value) == [30])
        let differences = MeshDiff(from: old, to: new).significant
        #expect(differences.map(\.title) == ["web v1 → cart v1", "cart v1", "web v1"])
        #expect(differences.first?.findings.first?.measure == .rate)
    }
}
