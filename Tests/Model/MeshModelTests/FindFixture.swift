import MeshModel
import Quantities

/// A small graph with something of everything. Edges have short names here, `e1` to `e8`.
///
///     unknown ─e1→ gw ─e2→ web ─e3→ pay1 ─e5→ db       lone has no edges
///        └─────e8────────→ │└──e4→ pay2 ─e6→ bank
///                  gw ─e7→ cart (never any traffic)
enum FindFixture {
    static let snapshot = MeshSnapshot(
        time: WallTime(nanosecondsSinceEpoch: 0), window: .seconds(30), nodes: nodes, edges: edges.map(\.edge),
        splits: [
            TrafficSplit(
                service: ServiceName(namespace: "payments", name: "payment-service"),
                owner: ServiceName(namespace: "payments", name: "payment"), routeIndex: 0,
                shares: [.init(subset: "v1", weight: 80), .init(subset: "v2", weight: 20)], resourceVersion: "1")
        ])

    static let nodes = [
        MeshNode(id: id("unknown"), kind: .unknown, namespace: "", outboundRate: RequestsPerSecond(6)),
        MeshNode(
            id: id("gw"), kind: .app, namespace: "edge", app: "gateway", workload: "gateway", version: "latest",
            inbound: traffic(5, errors: 0, (1, 5, 9)), outboundRate: RequestsPerSecond(20), health: .healthy),
        MeshNode(
            id: id("web"), kind: .app, namespace: "shop", app: "web", service: "web", workload: "web-v1", version: "v1",
            inbound: traffic(21, errors: 0.01, (10, 100, 400)), outboundRate: RequestsPerSecond(10), health: .degraded),
        MeshNode(
            id: id("pay1"), kind: .app, namespace: "payments", app: "payment-service", workload: "payment-v1",
            version: "v1", inbound: traffic(8, errors: 0, (20, 50, 90)), health: .healthy),
        MeshNode(
            id: id("pay2"), kind: .app, namespace: "payments", app: "payment-service", workload: "payment-v2",
            version: "v2", inbound: traffic(2, errors: 0.5, (200, 1500, 5000), isBeyond: true),
            outboundRate: RequestsPerSecond(1), health: .failure),
        MeshNode(
            id: id("db"), kind: .service, namespace: "payments", service: "db", inbound: traffic(0, throughput: 1000)),
        MeshNode(
            id: id("bank"), kind: .external, namespace: "", service: "bank.example", inbound: traffic(1, errors: 0),
            health: .healthy),
        MeshNode(id: id("cart"), kind: .workload, namespace: "shop", workload: "cart", version: "v1"),
        MeshNode(id: id("lone"), kind: .service, namespace: "shop", service: "lone"),
    ]

    static let edges: [(name: String, edge: MeshEdge)] = [
        ("e1", edge("unknown", "gw", .http, traffic(5, errors: 0, (1, 5, 9)))),
        ("e2", edge("gw", "web", .http, traffic(20, errors: 0.01, (10, 100, 400), throughput: 2000), mtls: 1)),
        ("e3", edge("web", "pay1", .grpc, traffic(8, errors: 0, (20, 50, 90)), mtls: 1)),
        ("e4", edge("web", "pay2", .grpc, traffic(2, errors: 0.5, (200, 1500, 5000), isBeyond: true), mtls: 0)),
        ("e5", edge("pay1", "db", .tcp, traffic(0, throughput: 1000))),
        ("e6", edge("pay2", "bank", .http, traffic(1, errors: 0))),
        ("e7", edge("gw", "cart", .http, traffic(0))),
        ("e8", edge("unknown", "web", .http, traffic(1, errors: 1, (1, 2, 3)), mtls: 0.5)),
    ]

    /// The same mesh, whose telemetry tells clusters, an operation and who the ends of one edge are.
    static let tellingSnapshot: MeshSnapshot = {
        var snapshot = FindFixture.snapshot
        for index in snapshot.nodes.indices {
            switch snapshot.nodes[index].id.text {
            case "web": snapshot.nodes[index].cluster = "east"
            case "pay1": snapshot.nodes[index].cluster = "west"
            case "lone": snapshot.nodes[index].operation = "GET /accounts"
            default: break
            }
        }
        for index in snapshot.edges.indices where snapshot.edges[index].id == edgeID("e3") {
            snapshot.edges[index].sourcePrincipals = ["spiffe://a/ns/shop/sa/web"]
            snapshot.edges[index].targetPrincipals = ["spiffe://a/ns/payments/sa/pay"]
        }
        return snapshot
    }()

    /// What a snapshot does not hold.
    static let facts = FindFacts(
        flags: [.circuitBreaker: [id("pay1")], .outOfMesh: [id("lone")]],
        labels: [id("web"): ["region": "east"], id("pay1"): ["region": "west"], id("pay2"): [:]],
        namespaces: ["shop"])

    static func id(_ name: String) -> MeshNode.ID { MeshNode.ID(name) }

    static func edgeID(_ name: String) -> MeshEdge.ID {
        guard let edge = edges.first(where: { $0.name == name }) else { preconditionFailure("no edge \(name)") }
        return edge.edge.id
    }

    /// Nodes by their ids and edges by their short names, in one order, with blanks between.
    static func names(_ nodes: Set<MeshNode.ID>, _ edges: Set<MeshEdge.ID>) -> String {
        (nodes.map(\.text) + Self.edges.filter { edges.contains($0.edge.id) }.map(\.name)).sorted()
            .joined(separator: " ")
    }

    static func sorted(_ names: String) -> String { names.split(separator: " ").sorted().joined(separator: " ") }

    static func edge(
        _ source: String, _ target: String, _ kind: TrafficProtocol, _ traffic: TrafficSummary, mtls: Double? = nil
    ) -> MeshEdge {
        MeshEdge(
            source: id(source), target: id(target), protocol: kind, traffic: traffic, mtls: mtls.map { Ratio($0) })
    }

    static func traffic(
        _ rate: Double, errors: Double? = nil, _ latency: (Double, Double, Double)? = nil, isBeyond: Bool = false,
        throughput: Double = 0
    ) -> TrafficSummary {
        TrafficSummary(
            rate: RequestsPerSecond(rate), samples: rate * 30, errors: errors.map { Ratio($0) },
            latency: latency.map {
                LatencyQuantiles(p50: $0.0, p95: $0.1, p99: $0.2, isBeyondLastBucket: isBeyond)
            }, throughput: BytesPerSecond(throughput))
    }
}
