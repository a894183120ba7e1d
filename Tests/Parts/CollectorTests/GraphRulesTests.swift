import Collector
import MeshModel
import MetricStore
import Quantities
import Testing

/// Which telemetry makes which edges.
@Suite struct GraphRulesTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var claim: String
        var telemetry: String
        var edges: [String]
        var down: [String] = []

        var testDescription: String { claim }
    }

    static let rows = [
        Row(
            claim: "both ends report, the destination counts",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100 tls
                source web/v1@shop -> cart/v1@shop cart.shop x103
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s ok destination"]),
        Row(
            claim: "they disagree about the code, the destination counts",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop 200 x100
                source web/v1@shop -> cart/v1@shop cart.shop 500 x100
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s ok destination"]),
        Row(
            claim: "the destination has no sidecar and is known",
            telemetry: "source web/v1@shop -> cart/v1@shop cart.shop x50",
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 5.0/s ok source"]),
        Row(
            claim: "the destination has no sidecar and is not known: its service",
            telemetry: "source web/v1@shop -> unknown cart.shop x50",
            edges: ["app/shop/web/v1 > service/shop/cart http 5.0/s ok source"]),
        Row(
            claim: "the source has no sidecar: unknown",
            telemetry: "destination unknown -> web/v1@shop web.shop x50",
            edges: ["unknown > app/shop/web/v1 http 5.0/s ok destination"]),
        Row(
            claim: "unknown sources are one",
            telemetry: """
                destination unknown -> web/v1@shop web.shop x50
                destination unknown -> cart/v1@shop cart.shop x50
                """,
            edges: [
                "unknown > app/shop/cart/v1 http 5.0/s ok destination",
                "unknown > app/shop/web/v1 http 5.0/s ok destination",
            ]),
        Row(
            claim: "a host outside the mesh",
            telemetry: "source pay/v1@shop -> unknown bank.example x20",
            edges: ["app/shop/pay/v1 > external/bank.example http 2.0/s ok source"]),
        Row(
            claim: "two versions call one host outside",
            telemetry: """
                source pay/v1@shop -> unknown bank.example x20
                source pay/v2@shop -> unknown bank.example 503 x20
                """,
            edges: [
                "app/shop/pay/v1 > external/bank.example http 2.0/s ok source",
                "app/shop/pay/v2 > external/bank.example http 2.0/s 100 % source",
            ]),
        Row(
            claim: "versions of one app are nodes of their own",
            telemetry: """
                destination web/v1@shop -> pay/v1@money pay.money x90
                destination web/v1@shop -> pay/v2@money pay.money x10
                """,
            edges: [
                "app/shop/web/v1 > app/money/pay/v1 http 9.0/s ok destination",
                "app/shop/web/v1 > app/money/pay/v2 http 1.0/s ok destination",
            ]),
        Row(
            claim: "codes of one edge add up",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop 200 x80
                destination web/v1@shop -> cart/v1@shop cart.shop 404 x10
                destination web/v1@shop -> cart/v1@shop cart.shop 503 x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s 10 % destination"]),
        Row(
            claim: "requests that never arrived are added",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                source web/v1@shop -> cart/v1@shop cart.shop x90
                source web/v1@shop -> cart/v1@shop cart.shop 503 UF x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s 10 % destination"]),
        Row(
            claim: "of several flags one is enough",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                source web/v1@shop -> cart/v1@shop cart.shop 503 UF,URX x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s 10 % destination"]),
        Row(
            claim: "no endpoint at all: the service",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                source web/v1@shop -> unknown cart.shop 503 UH x10
                """,
            edges: [
                "app/shop/web/v1 > app/shop/cart/v1 http 9.0/s ok destination",
                "app/shop/web/v1 > service/shop/cart http 1.0/s 100 % source",
            ]),
        Row(
            claim: "a timeout that the destination saw as gone is one failed request",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination web/v1@shop -> cart/v1@shop cart.shop 0 DC x10
                source web/v1@shop -> cart/v1@shop cart.shop 504 UT x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s 10 % destination"]),
        Row(
            claim: "a timeout that the destination answered late counts as it answered",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop 504 UT x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s ok destination"]),
        Row(
            claim: "of ten that left early, six by the source's own timeout, six failed",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination web/v1@shop -> cart/v1@shop cart.shop 0 DC x10
                source web/v1@shop -> cart/v1@shop cart.shop 504 UT x6
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s 6 % destination"]),
        Row(
            claim: "a client that gave up is no error",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination web/v1@shop -> cart/v1@shop cart.shop 0 DC x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s ok destination"]),
        Row(
            claim: "no response is an error",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop 0 UC x10",
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 1.0/s 100 % destination"]),
        Row(
            claim: "a target that is down is spoken for by its clients",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x50
                source web/v1@shop -> cart/v1@shop cart.shop x90
                source web/v1@shop -> cart/v1@shop cart.shop 503 UF x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s 10 % source"], down: ["cart/v1@shop"]),
        Row(
            claim: "but not by clients that say nothing",
            telemetry: "destination unknown -> cart/v1@shop cart.shop x50",
            edges: ["unknown > app/shop/cart/v1 http 5.0/s ok destination"], down: ["cart/v1@shop"]),
        Row(
            claim: "one version's target down leaves the other's word",
            telemetry: """
                destination web/v1@shop -> pay/v1@shop pay.shop x50
                destination web/v1@shop -> pay/v2@shop pay.shop x50
                source web/v1@shop -> pay/v1@shop pay.shop x60
                source web/v1@shop -> pay/v2@shop pay.shop x60
                """,
            edges: [
                "app/shop/web/v1 > app/shop/pay/v1 http 6.0/s ok source",
                "app/shop/web/v1 > app/shop/pay/v2 http 5.0/s ok destination",
            ], down: ["pay/v1@shop"]),
        Row(
            claim: "gRPC is judged by its status",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop 200 grpc:0 x90
                destination web/v1@shop -> cart/v1@shop cart.shop 200 grpc:14 x10
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 grpc 10.0/s 10 % destination"]),
        Row(
            claim: "HTTP and gRPC between two are two edges",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop 200 x50
                destination web/v1@shop -> cart/v1@shop cart.shop 200 grpc:0 x50
                """,
            edges: [
                "app/shop/web/v1 > app/shop/cart/v1 grpc 5.0/s ok destination",
                "app/shop/web/v1 > app/shop/cart/v1 http 5.0/s ok destination",
            ]),
        Row(
            claim: "TCP has bytes and no requests",
            telemetry: """
                destination web/v1@shop -> db/v1@shop db.shop tcp x5000 tls
                source web/v1@shop -> db/v1@shop db.shop tcp x5000
                """,
            edges: ["app/shop/web/v1 > app/shop/db/v1 tcp 1.0 kB/s none destination"]),
        Row(
            claim: "TCP without identity is two edges that do not meet",
            telemetry: """
                destination unknown -> db/v1@shop db.shop tcp x5000
                source web/v1@shop -> unknown db.shop tcp x5000
                """,
            edges: [
                "app/shop/web/v1 > service/shop/db tcp 1.0 kB/s none source",
                "unknown > app/shop/db/v1 tcp 1.0 kB/s none destination",
            ]),
        Row(
            claim: "blocked requests go to the black hole",
            telemetry: "source web/v1@shop -> unknown BlackHoleCluster 502 x10",
            edges: ["app/shop/web/v1 > external/BlackHoleCluster http 1.0/s 100 % source"]),
        Row(
            claim: "nobody knows whom: one unknown service",
            telemetry: "source web/v1@shop -> unknown unknown 404 NR x10",
            edges: ["app/shop/web/v1 > unknown-service http 1.0/s ok source"]),
        Row(
            claim: "a bare address behind which nobody is known is dropped",
            telemetry: "source web/v1@shop -> unknown 10.1.2.3:8080 x10", edges: []),
        Row(
            claim: "a waypoint speaks for the destination",
            telemetry: """
                waypoint web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop x200
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 http 10.0/s ok destination"]),
        Row(
            claim: "an edge back to itself is an edge",
            telemetry: "destination cart/v1@shop -> cart/v1@shop cart.shop x10",
            edges: ["app/shop/cart/v1 > app/shop/cart/v1 http 1.0/s ok destination"]),
        Row(
            claim: "namesakes in two namespaces are two",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x10
                destination web/v1@shop -> cart/v1@test cart.test x10
                """,
            edges: [
                "app/shop/web/v1 > app/shop/cart/v1 http 1.0/s ok destination",
                "app/shop/web/v1 > app/test/cart/v1 http 1.0/s ok destination",
            ]),
        Row(claim: "series without traffic are no edges", telemetry: "destination a/v1@n -> b/v1@n b.n x0", edges: []),
    ]

    @Test(arguments: rows)
    func `each request makes one edge, once`(row: Row) throws {
        let snapshot = try Watch.graph(row.telemetry, down: row.down)

        #expect(snapshot.edgeLines.sorted() == row.edges.sorted())
        let ends = Set(snapshot.edges.flatMap { [$0.source, $0.target] })
        #expect(Set(snapshot.nodes.map(\.id)) == ends)
        #expect(snapshot.nodes.map(\.id) == snapshot.nodes.map(\.id).sorted())
        #expect(snapshot.edges.map(\.id) == snapshot.edges.map(\.id).sorted())
    }

    @Test(arguments: [
        "reporter", "response_flags", "response_code", "request_protocol", "source_workload",
        "source_workload_namespace", "destination_workload", "destination_workload_namespace", "destination_service",
        "destination_service_name",
    ])
    func `a series without a label that Istio always writes is dropped`(label: String) throws {
        let telemetry = Telemetry("destination web/v1@shop -> cart/v1@shop cart.shop x100")
        var watch = Watch()
        for times in [0.0, 1] {
            let text = String(decoding: telemetry.exposition(of: "cart/v1@shop", times: times), as: UTF8.self)
            let without = text.replacing("\(label)=\"", with: "x_\(label)=\"")
            try watch.store.ingest(Array(without.utf8), from: "t", at: watch.now)
            watch.pass()
        }

        #expect(watch.snapshot(window: .seconds(20)).edges.isEmpty)
    }

    @Test(arguments: [
        (
            GraphGrouping.versionedApp,
            [
                "app/shop/web/v1 > app/shop/pay/v1", "app/shop/web/v1 > app/shop/pay/v2",
                "app/shop/pay/v1 > external/bank.example", "app/shop/pay/v2 > external/bank.example",
            ]
        ),
        (.app, ["app/shop/web > app/shop/pay", "app/shop/pay > external/bank.example"]),
        (
            .workload,
            [
                "workload/shop/web-v1 > workload/shop/pay-v1", "workload/shop/web-v1 > workload/shop/pay-v2",
                "workload/shop/pay-v1 > external/bank.example", "workload/shop/pay-v2 > external/bank.example",
            ]
        ),
        (.service, ["workload/shop/web-v1 > service/shop/pay", "service/shop/pay > external/bank.example"]),
    ])
    func `nodes are grouped as asked for and lose no request`(grouping: GraphGrouping, edges: [String]) throws {
        let snapshot = try Watch.graph(
            """
            destination web/v1@shop -> pay/v1@shop pay.shop x90
            destination web/v1@shop -> pay/v2@shop pay.shop x10
            source web/v1@shop -> pay/v2@shop pay.shop x10
            source pay/v1@shop -> unknown bank.example x90
            source pay/v2@shop -> unknown bank.example x10
            """, grouping: grouping)

        #expect(Set(snapshot.edges.map { "\($0.source) > \($0.target)" }) == Set(edges))
        #expect(snapshot.edges.reduce(0) { $0 + $1.traffic.samples } == 200)
    }

    @Test func `a node sums up what it gets and sends`() throws {
        let snapshot = try Watch.graph(
            """
            destination web/v1@shop -> pay/v1@shop pay.shop 200 x70
            destination app/v1@shop -> pay/v1@shop pay.shop 503 x30
            source pay/v1@shop -> unknown bank.example x50
            """)

        let pay = try #require(snapshot.node("app/shop/pay/v1"))
        #expect(pay.inbound?.rate.value == 10)
        #expect(pay.inbound?.errors?.value == 0.3)
        #expect(pay.inbound?.codes.map(\.code) == ["200", "503"])
        #expect(pay.outboundRate.value == 5)
        #expect(pay.health == .failure)
        #expect((pay.app, pay.version, pay.workload, pay.service) == ("pay", "v1", "pay-v1", "pay"))
        #expect(snapshot.node("app/shop/web/v1")?.inbound == nil)
        #expect(snapshot.node("external/bank.example")?.kind == .external)
    }

    @Test func `an edge has latency, bytes and its share of mutual TLS`() throws {
        let snapshot = try Watch.graph(
            """
            destination web/v1@shop -> cart/v1@shop cart.shop x75 tls
            destination web/v1@shop -> cart/v1@shop cart.shop 404 x25
            source web/v1@shop -> cart/v1@shop cart.shop 503 UF x10
            source web/v1@shop -> unknown bank.example x10
            """)

        let edge = try #require(snapshot.edges.first)
        #expect(edge.mtls?.value == 0.75)
        // Those that never arrived took no time and moved nothing.
        #expect(edge.traffic.latency?.p50 == 37.5)
        #expect(edge.traffic.latency?.p99 == 49.75)
        #expect(edge.traffic.throughput.value == 10_000)
        #expect(edge.traffic.samples == 110)
        #expect(snapshot.edges.last?.mtls == nil, "a source cannot vouch for it")
    }
}
