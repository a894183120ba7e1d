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
                "app/emojivoto/web-svc/v11 > app/emojivoto/postgres/latest tcp 1.0 kB/s none source mtls 100 %",
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
                "app/unknown/jobs/latest > app/shop/web/latest http 3.0/s ok source p95 499.2",
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
}
