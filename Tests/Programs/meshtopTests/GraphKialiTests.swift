import Collector
import JSONWire
import MeshModel
import Quantities
import Testing

@testable import meshtop

/// The form of Kiali's graph API, field by field.
@Suite struct GraphKialiTests {
    private static let web = MeshNode(
        id: .init("app/shop/web/v1"), kind: .app, namespace: "shop", app: "web", workload: "web-v1", version: "v1",
        cluster: "east", marks: [.root])
    private static let pay = MeshNode(
        id: .init("app/shop/pay/v2"), kind: .app, namespace: "shop", app: "pay", service: "pay", version: "v2",
        cluster: "east", hosts: ["pay.shop.svc.cluster.local"])
    private static let bank = MeshNode(
        id: .init("external/bank.example"), kind: .external, namespace: "", service: "bank.example",
        hosts: ["bank.example"], marks: [.serviceEntry])

    private static func code(_ code: String, _ rate: Double) -> ResponseCodeRate {
        ResponseCodeRate(code: code, rate: RequestsPerSecond(rate))
    }

    private static func detail(_ code: String, _ flags: String, _ rate: Double) -> ResponseDetail {
        ResponseDetail(code: code, flags: flags, host: "pay.shop", rate: RequestsPerSecond(rate))
    }

    private static let toPay = MeshEdge(
        source: web.id, target: pay.id,
        traffic: TrafficSummary(
            rate: RequestsPerSecond(20), samples: 200, latency: LatencyQuantiles(p50: 3, p95: 41.6, p99: 90),
            codes: [code("200", 16), code("301", 1), code("404", 0.004), code("503", 2), code("-", 0.996)]),
        mtls: .all, health: .failure,
        responses: [detail("200", "-", 18), detail("503", "UF", 1.5), detail("503", "URX", 0.5)],
        bytes: TwoWayRate(sent: 10, received: 2048), sourcePrincipals: ["spiffe://m/ns/shop/sa/web"],
        targetPrincipals: ["spiffe://m/ns/shop/sa/pay"])
    private static let grpc = MeshEdge(
        source: web.id, target: pay.id, protocol: .grpc,
        traffic: TrafficSummary(
            rate: RequestsPerSecond(4), samples: 40, codes: [code("0", 3), code("14", 0.5), code("-", 0.5)]))
    private static let tcp = MeshEdge(
        source: pay.id, target: bank.id, protocol: .tcp,
        traffic: TrafficSummary(rate: .zero, samples: 0, throughput: BytesPerSecond(300)),
        bytes: TwoWayRate(sent: 100, received: 200))

    private func document(boxes: [MeshBox] = []) -> JSONValue {
        let snapshot = MeshSnapshot(
            time: WallTime(nanosecondsSinceEpoch: 1_700_000_000_900_000_000), window: .seconds(10),
            nodes: [Self.pay, Self.web, Self.bank], edges: [Self.toPay, Self.grpc, Self.tcp], boxes: boxes)
        return GraphKiali(snapshot, grouping: .versionedApp).document
    }

    private func data(_ kind: String, _ document: JSONValue) -> [JSONValue] {
        document["elements"]?[kind]?.array?.compactMap { $0["data"] } ?? []
    }

    @Test func `the frame says when, how long and what`() {
        let document = document()

        #expect(document["timestamp"] == 1_700_000_000)
        #expect(document["duration"] == 10)
        #expect(document["graphType"] == "versionedApp")
    }

    @Test func `rates are texts by Kiali's names, and a redirection is no error`() {
        let edges = data("edges", document())

        #expect(edges.map { $0["traffic"]?["protocol"] } == ["http", "grpc", "tcp"])
        #expect(
            edges.first?["traffic"]?["rates"] == [
                "http": "20.00", "http3xx": "1.00", "http4xx": "0.004", "http5xx": "2.00", "httpNoResponse": "1.00",
                "httpPercentErr": "15.0", "httpPercentReq": "100.0",
            ])
        #expect(
            edges[1]["traffic"]?["rates"] == [
                "grpc": "4.00", "grpcErr": "0.50", "grpcNoResponse": "0.50", "grpcPercentErr": "25.0",
                "grpcPercentReq": "100.0",
            ])
        // Istio calls sent what the server sends.
        #expect(edges[2]["traffic"]?["rates"] == ["tcp": "200.00"])
    }

    @Test func `an edge has answers by flag and host in percent, and who, how fast and how safe`() {
        let edge = data("edges", document())[0]

        #expect(
            edge["traffic"]?["responses"] == [
                "200": ["flags": ["-": "90.0"], "hosts": ["pay.shop": "90.0"]],
                "503": ["flags": ["UF": "7.5", "URX": "2.5"], "hosts": ["pay.shop": "10.0"]],
            ])
        #expect(edge["responseTime"] == "42")
        #expect(edge["throughput"] == "2048.00")
        #expect(edge["isMTLS"] == "100")
        #expect(edge["healthStatus"] == "Failure")
        #expect(edge["sourcePrincipal"] == "spiffe://m/ns/shop/sa/web")
        #expect(edge["destPrincipal"] == "spiffe://m/ns/shop/sa/pay")
    }

    @Test func `a node sums up its edges, and ids lead from edges to nodes`() throws {
        let nodes = data("nodes", document())
        let edges = data("edges", document())

        #expect(nodes.map { $0["nodeType"] } == ["service", "app", "app"])
        let pay = try #require(nodes.first { $0["app"] == "pay" })
        #expect(pay["traffic"]?.array?.map { $0["protocol"] } == ["http", "grpc", "tcp"])
        #expect(pay["traffic"]?.array?.first?["rates"]?["httpIn5xx"] == "2.00")
        #expect(pay["traffic"]?.array?.last?["rates"] == ["tcpOut": "200.00"])
        #expect(pay["healthData"]?["requests"]?["inbound"]?["grpc"]?["14"] == 0.5)
        #expect(pay["destServices"]?.array?.first?["name"] == "pay")
        let web = try #require(nodes.first { $0["app"] == "web" })
        #expect(web["isRoot"] == true && web["cluster"] == "east" && web["workload"] == "web-v1")
        let bank = try #require(nodes.first { $0["service"] == "bank.example" })
        #expect(bank["isServiceEntry"]?["hosts"] == ["bank.example"])
        #expect(edges.map { $0["source"] } == [web["id"], web["id"], pay["id"]])
        #expect(edges.map { $0["target"] } == [pay["id"], pay["id"], bank["id"]])
        #expect(pay["id"]?.string?.count == 64)
    }

    @Test func `boxes are nodes, and stand in each other`() {
        let members = [Self.pay.id, Self.web.id]
        let nodes = data(
            "nodes",
            document(boxes: [
                MeshBox(
                    id: "box/namespace/shop", kind: .namespace, cluster: "east", namespace: "shop", members: members),
                MeshBox(id: "box/cluster/east", kind: .cluster, cluster: "east", members: members),
            ]))

        #expect(nodes.prefix(2).map { $0["isBox"] } == ["cluster", "namespace"])
        #expect(nodes[1]["parent"] == nodes[0]["id"])
        #expect(nodes.filter { $0["parent"] == nodes[1]["id"] }.map { $0["app"] } == ["pay", "web"])
    }

    @Test(arguments: [
        (12.345, "12.35"), (0.012, "0.01"), (0.004, "0.004"), (0.00003, "0.00003"), (0.0000001, "0.00000"),
    ])
    func `a small rate is written with as many digits as show one`(value: Double, text: String) {
        #expect(KialiTraffic.rate(value) == text)
    }
}
