import Collector
import ExpositionWire
import MeshModel
import MetricStore
import Quantities
import Testing

/// The graphs of other meshes, edge by edge; each fixture is counted once in ten seconds.
@Suite struct MeshFormatTests {
    @Test(arguments: [
        (
            "linkerd",
            [
                // 45 of 50 within (40, 50] ms.
                "unknown > app/emojivoto/web-svc/v11 http 5.0/s 10 % destination p95 49.5 mtls 0 %",
                "app/robots/vote-bot/latest > app/emojivoto/web-svc/v11 http 3.0/s ok destination mtls 100 %",
                // 80 within (10, 20] and 20 within (20, 30]: 20 + 15/20 × 10.
                "app/emojivoto/web-svc/v11 > app/emojivoto/voting-svc/v12 grpc 10.0/s 10 % source p95 27.5 mtls 100 %",
                "app/emojivoto/web-svc/v11 > service/emojivoto/emoji-svc http 4.0/s 25 % source p95 95.0",
                "app/emojivoto/web-svc/v11 > external/api.example.com http 1.0/s 20 % source mtls 0 %",
                "app/emojivoto/web-svc/v11 > workload/emojivoto/postgres tcp 1.0 kB/s none source mtls 100 %",
            ]
        ),
        (
            "consul",
            [
                "unknown > app/default/frontend/latest http 9.0/s ok destination",
                "app/default/frontend/latest > app/default/api/latest http 8.0/s 25 % source p95 48.75 mtls 100 %",
                "app/default/frontend/latest > app/default/api/v2 http 1.0/s ok source mtls 100 %",
                "app/default/api/latest > app/default/db/latest tcp 1.0 kB/s none source mtls 100 %",
                "app/default/billing/latest > app/default/mailer/latest http 1.0/s ok source mtls 100 %",
                // An Envoy without Consul's tags is one without a mesh.
                "app/apps/edge/latest > external/elsewhere http 1.0/s ok source",
            ]
        ),
        (
            "app-mesh",
            [
                "unknown > app/shop/front/latest http 13.0/s ok destination",
                "app/shop/front/latest > app/paint/color-blue/latest http 10.0/s 20 % source p95 242.5",
                "app/shop/front/latest > app/shop/stock/latest grpc 3.0/s ok source",
                "app/shop/front/latest > app/shop/redis/latest tcp 500 B/s none source",
                "app/howto-grpc-mesh/color_client/latest > app/howto-grpc-mesh/color_server/latest grpc 5.0/s ok source",
                "app/tellers/tellergateway-vg/latest > app/tellers/foodteller-vn/latest http 4.0/s 25 % source p95 9.75",
            ]
        ),
        (
            "service-graph",
            [
                "unknown > app/unknown/web/latest http 5.0/s ok destination p95 975.0",
                // The server's latency, not the client's: 1.1 + 0.95 × 1.0.
                "app/unknown/web/latest > app/shop/cart/latest http 10.0/s 10 % destination p95 2.05",
                "app/unknown/pay/latest > external/bank.example http 2.0/s 100 % source p95 1950.0",
                "app/shop/cart/latest > external/carts-db http 4.0/s ok source",
                "app/shop/cart/latest > app/post/mailer/v3 http 0.5/s ok destination",
            ]
        ),
        (
            "spanmetrics",
            [
                "app/shop/web/v1 > app/shop/cart/latest grpc 10.0/s 25 % source p95 3.9",
                "app/shop/cart/latest > external/carts-db.example http 1.0/s 100 % source",
                "app/shop/cart/latest > service/post/mailer http 2.0/s ok source",
                // 50 at the first service, of which 30 are its own callers'.
                "unknown > app/shop/web/v1 http 2.0/s ok destination",
                "app/unknown/jobs/latest > app/shop/web/v1 http 3.0/s ok source p95 499.2",
            ]
        ),
        (
            "istio-ambient",
            [
                "app/shop/web/v1 > app/shop/cart/v1 tcp 500 B/s none destination mtls 100 %",
                "unknown > app/shop/cart/v1 tcp 200 B/s none destination mtls 0 %",
                "app/shop/web/v1 > app/shop/waypoint/latest tcp 600 B/s none source",
                "app/shop/web/v1 > app/shop/pay/v2 http 10.0/s 20 % destination p95 24.25 mtls 100 %",
            ]
        ),
    ])
    func `each request of a mesh makes one edge, once`(mesh: String, edges: [String]) throws {
        let fixture = try MeshFixture(mesh)

        let snapshot = try fixture.graph()

        #expect(snapshot.detailedEdgeLines.sorted() == edges.sorted())
        #expect(!fixture.provenance.isEmpty)
    }

    @Test func `clients that are not scraped are spoken for by their identity`() throws {
        let snapshot = try MeshFixture("linkerd").graph(without: ["web"])

        // 90 calls of gRPC; the connection that carried them adds nothing.
        #expect(
            snapshot.detailedEdgeLines == [
                "app/emojivoto/web/latest > app/emojivoto/voting-svc/v12 grpc 9.0/s ok destination mtls 100 %"
            ])
    }

    @Test func `a workload that is not scraped stands for itself`() throws {
        let snapshot = try MeshFixture("linkerd").graph(without: ["voting"])

        #expect(snapshot.node("workload/emojivoto/voting")?.workload == "voting")
    }

    @Test func `services stand for their workloads in a graph of services`() throws {
        let lines = try MeshFixture("linkerd").graph(grouping: .service).edges.map { "\($0.source) > \($0.target)" }

        #expect(lines.contains("workload/emojivoto/web > service/emojivoto/voting-svc"))
        #expect(lines.contains("workload/emojivoto/web > service/emojivoto/db"))
    }

    @Test func `gRPC that Linkerd calls a success is none of its errors`() throws {
        let snapshot = try MeshFixture("linkerd").graph()

        let edge = try #require(snapshot.edges.first { $0.protocol == .grpc })
        // NotFound is an answer, Unknown is not.
        #expect(edge.traffic.codes.map { "\($0.code) \($0.rate.value)" } == ["0 8.0", "2 1.0", "5 1.0"])
        #expect(edge.traffic.errors?.value == 0.1)
    }

    @Test func `failures are taken from the requests that were counted`() throws {
        let snapshot = try MeshFixture("service-graph").graph()

        let cart = try #require(snapshot.node("app/shop/cart/latest")?.inbound)
        #expect(cart.codes.map { "\($0.code) \($0.rate.value)" } == ["ok 9.0", "error 1.0"])
        #expect(cart.samples == 100)
    }

    @Test func `labels of Linkerd's own Prometheus stand in for a target's`() throws {
        let key = SeriesKey(
            name: "response_total",
            labels: [
                "direction": "outbound", "namespace": "emojivoto", "deployment": "web", "dst_namespace": "emojivoto",
                "dst_deployment": "voting", "dst_service": "voting-svc", "status_code": "200",
                "classification": "success", "tls": "true",
            ].map { Label(name: $0.key, value: $0.value) })

        let snapshot = GraphBuilder().snapshot(
            of: [(key: key, perSecond: 5)], window: .seconds(10), time: WallTime(secondsSinceEpoch: 1_700_000_000))

        #expect(
            snapshot.detailedEdgeLines == [
                "app/emojivoto/web/latest > workload/emojivoto/voting http 5.0/s ok source mtls 100 %"
            ])
    }

    @Test(arguments: [
        ("0.0011", 1.1), ("0.0021", 2.1), ("0.3", 300), ("2.5", 2500), ("1e-06", 0.001), ("+Inf", .infinity),
        ("1e300", 1e303),
    ])
    func `bounds in seconds are the same numbers in milliseconds`(text: String, milliseconds: Double) {
        #expect(TrafficSeries.boundInSeconds(text) == milliseconds)
    }

    @Test(arguments: ["", "fast", "nan"])
    func `a bound that is no number is none`(text: String) {
        #expect(TrafficSeries.boundInSeconds(text) == nil)
    }

    @Test func `labels of any kind make no format fall over`() {
        let names = [
            "direction", "peer", "le", "client_id", "authority", "dst_namespace", "dst_deployment", "backend_kind",
            "backend_name", "backend_namespace", "grpc_status", "consul_source_service", "consul_destination_service",
            "envoy_cluster_name", "envoy_response_code", "appmesh_mesh", "appmesh_virtual_node", "client", "server",
            "connection_type", "service_name", "span_kind", "server_address", "TargetVirtualNode", "reporter",
        ]
        let values = [
            "inbound", "outbound", "dst", "_", ".", "...", ":", "cds_egress__", "cds_egress_m_",
            "cds_ingress_m_a_tcp_1",
            "cds_egress_m__tcp_99999", "m", "local_app", "SPAN_KIND_CLIENT", "a.b.svc", "spiffe://", "-0", "1e999", "é",
        ]
        for format in MetricFormats.all {
            for family in format.families {
                for shift in 0..<values.count {
                    let labels = names.enumerated().map { index, name in
                        Label(name: name, value: values[(index * 7 + shift) % values.count])
                    }
                    let series = format.series(SeriesKey(name: family, labels: labels), of: nil)
                    if case .latencyBucket(let bound) = series?.number { #expect(!bound.isNaN) }
                }
            }
        }
    }
}
