import MeshModel
import MetricStore
import Quantities
import TestSupport
import Testing

@testable import Collector

/// What a tick hands on instead of making it anew must be what making it anew gives.
@Suite struct LiveGraphTests {
    private static let views = [
        GraphView(), GraphView(grouping: .app, boxes: [.app, .namespace, .cluster]), GraphView(grouping: .service),
        GraphView(grouping: .workload, showsIdle: false), GraphView(injectsServices: true, boxes: [.namespace]),
        GraphView(showsOperations: true), GraphView(node: MeshNode.ID("app/shop/web/v1")),
        GraphView(namespaces: ["shop"]), GraphView(counting: .kiali), GraphView(showsIdleNodes: true),
    ]

    @Test(
        arguments: ["linkerd", "consul", "app-mesh", "service-graph", "spanmetrics", "istio-ambient", "istio"],
        SeededGenerator.seeds(12))
    func `a graph kept from tick to tick is the one that is made anew`(mesh: String, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var counters = Counters(try mesh == "istio" ? Self.istioTargets : MeshFixture(mesh).targets)
        var watch = Watch()
        for target in counters.targets {
            watch.builder.identify(target.identity.workload, as: target.identity, in: &watch.store)
        }
        var view = GraphView()
        var down: Set<String> = []
        for _ in 0..<40 {
            counters.advance(&random)
            for target in counters.targets where !random.oneIn(3) {
                try watch.store.ingest(
                    counters.exposition(of: target), from: target.identity.workload, at: watch.now)
            }
            if random.oneIn(6) { view = Self.views.randomElement(using: &random) ?? view }
            if random.oneIn(6) { down.formSymmetricDifference([counters.anyTarget(&random)]) }
            if random.oneIn(8) { watch.builder.inventory = counters.inventory(&random) }
            let targets = counters.targets.map { target in
                ScrapeTarget(
                    address: target.identity.workload, workload: target.identity,
                    state: down.contains(target.identity.workload) ? .down(reason: "refused") : .up)
            }
            let time = WallTime(secondsSinceEpoch: 1_700_000_000)
            let reading = watch.builder.reading(of: watch.store, window: .seconds(10), now: watch.now)

            let kept = watch.builder.snapshot(of: [reading], view: view, time: time, targets: targets)
            let anew = watch.builder.snapshot(of: [reading], view: view, time: time, targets: targets, isPast: true)

            #expect(kept.nodes == anew.nodes)
            #expect(kept.edges == anew.edges)
            #expect(kept.boxes == anew.boxes)
            // Idle traffic goes after ten minutes.
            watch.pass(random.oneIn(12) ? 700 : 10)
        }
    }

    @Test func `what has not changed is handed on`() throws {
        let telemetry = [
            Telemetry("destination a/v1@n -> b/v1@n b.n 200 x5"), Telemetry("destination b/v1@n -> c/v1@n c.n 200 x5"),
        ]
        var watch = Watch()
        for times in 0...2 {
            try watch.scrape(telemetry[0], times: Double(times))
            // The other one counts once and then no more.
            try watch.scrape(telemetry[1], times: Double(min(times, 1)))
            if times < 2 { watch.pass() }
        }
        let before = watch.snapshot()
        watch.pass()
        try watch.scrape(telemetry[0], times: 9)
        try watch.scrape(telemetry[1], times: 1)

        let after = watch.snapshot()

        #expect(before.edges.map(\.traffic.rate.value) == [0.5, 0])
        #expect(after.edges.map(\.traffic.rate.value) == [3.5, 0])
        #expect(after.structureVersion == before.structureVersion)
    }

    /// A chain with everything that Istio tells: failures at either end, gRPC, TCP, messages, operations, strangers.
    private static var istioTargets: [MeshFixture.Target] {
        let telemetry = Telemetry(
            """
            destination web/v1@shop -> pay/v1@shop pay.shop 200 x90 tls
            destination web/v1@shop -> pay/v1@shop pay.shop 503 x9 tls
            destination web/v1@shop -> pay/v2@shop pay.shop 200 x30 tls
            destination web/v1@shop -> pay/v2@shop pay.shop 0 DC x3 tls
            source web/v1@shop -> pay/v1@shop pay.shop 200 x91
            source web/v1@shop -> pay/v1@shop pay.shop 503 UF x4
            source web/v1@shop -> pay/v2@shop pay.shop 504 UT x3
            destination web/v1@shop -> cart/v1@shop cart.shop 200 x40 request_operation=GET
            destination web/v1@shop -> cart/v1@shop cart.shop 200 x40
            source pay/v1@shop -> bank/v1@vault bank.vault grpc:14 x5
            destination pay/v1@shop -> bank/v1@vault bank.vault grpc:0 x50
            source pay/v1@shop -> bank/v1@vault bank.vault messages x100
            source pay/v2@shop -> unknown bank.example 200 x5
            destination unknown -> web/v1@shop web.shop 200 x100
            source cart/v1@shop -> db/v1@vault db.vault tcp x1000
            destination cart/v1@shop -> db/v1@vault db.vault tcp x1000 tls
            """)
        return telemetry.targets.sorted().map { name in
            let parts = name.split(whereSeparator: { "/@".contains($0) }).map(String.init)
            let identity = WorkloadIdentity(
                namespace: parts[2], workload: "\(parts[0])-\(parts[1])", app: parts[0], version: parts[1])
            let text = String(decoding: telemetry.exposition(of: name, times: 1), as: UTF8.self)
            return MeshFixture.Target(identity: identity, lines: text.split(separator: "\n"))
        }
    }

    /// The counters of a mesh, each of which moves when it likes.
    private struct Counters {
        let targets: [MeshFixture.Target]
        private var counts: [Substring: Double] = [:]

        init(_ targets: [MeshFixture.Target]) { self.targets = targets }

        mutating func advance(_ random: inout SeededGenerator) {
            // Often nothing moves but a few.
            let share = [1, 2, 20].randomElement(using: &random) ?? 1
            for line in targets.flatMap(\.lines) where random.oneIn(share) {
                counts[line, default: 0] += Double(Int.random(in: 0...20, using: &random))
            }
        }

        /// Lines are shown once they have counted, as a proxy shows them.
        func exposition(of target: MeshFixture.Target) -> [UInt8] {
            var text = ""
            for line in target.lines {
                guard let count = counts[line], let blank = line.lastIndex(of: " ") else { continue }
                text += "\(line[..<blank]) \(count)\n"
            }
            return Array(text.utf8)
        }

        func anyTarget(_ random: inout SeededGenerator) -> String {
            targets.randomElement(using: &random)?.identity.workload ?? ""
        }

        func inventory(_ random: inout SeededGenerator) -> MeshInventory {
            if random.oneIn(2) { return .none }
            let workloads = targets.filter { _ in !random.oneIn(3) }.map { target in
                MeshInventory.Workload(target.identity, pods: random.oneIn(4) ? 0 : 2)
            }
            return MeshInventory(workloads: workloads, isComplete: random.oneIn(2))
        }
    }
}
