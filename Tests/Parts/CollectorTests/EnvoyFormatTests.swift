import Collector
import ExpositionWire
import MeshModel
import MetricStore
import Quantities
import Testing

/// What the series of an Envoy without a mesh mean, and the graphs that come of them.
@Suite struct EnvoyFormatTests {
    private static let cart = WorkloadIdentity(namespace: "shop", workload: "cart-v1", app: "cart", version: "v1")

    private func read(_ key: String, as reporter: WorkloadIdentity? = Self.cart) throws -> TrafficSeries? {
        let key = try SeriesKey.parse(Array(key.utf8)[...])
        let format = EnvoyFormat()
        return format.reads(key.name) ? format.series(key, of: reporter) : nil
    }

    /// `cart > order@unknown http 200`.
    private func sentence(_ key: String) throws -> String? {
        guard let series = try read(key) else { return nil }
        let (flow, facts) = (series.traffic.flow, series.traffic.facts)
        let number =
            switch series.number {
            case .requests: facts.code
            case .latencyBucket(let bound): "le \(bound)"
            default: "\(series.number)"
            }
        let target =
            flow.destination.app.isEmpty
            ? "\(flow.service) \(flow.serviceName)/\(flow.destination.version)@\(flow.serviceNamespace)"
            : flow.destination.app
        return "\(flow.source.app) > \(target) \(flow.protocol.rawValue) \(number)"
            + (flow.standing == .full ? "" : " \(flow.standing)") + (series.isSubstitute ? " substitute" : "")
    }

    @Test(arguments: [
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"}",
            "cart > order order/@unknown http 200"
        ),
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"0\",envoy_cluster_name=\"order\"}",
            "cart > order order/@unknown http -"
        ),
        (
            "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"5\",envoy_cluster_name=\"order\"}",
            "cart > order order/@unknown http 5xx substitute"
        ),
        (
            "envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"order\",le=\"2.5\"}",
            "cart > order order/@unknown http le 2.5"
        ),
        ("envoy_cluster_upstream_rq_retry{envoy_cluster_name=\"order\"}", "cart > order order/@unknown http retries"),
        (
            "envoy_cluster_upstream_cx_tx_bytes_total{envoy_cluster_name=\"redis\"}",
            "cart > redis redis/@unknown tcp streamBytes secondary"
        ),
        // Istio's names, whole and as Envoy's tags cut them.
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"outbound|80|v2|pay.bank.svc.cluster.local\"}",
            "cart > pay.bank.svc.cluster.local pay/v2@bank http 200"
        ),
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"outbound_.80_.v2_.pay.bank.svc.cluster.local\"}",
            "cart > pay.bank.svc.cluster.local pay/v2@bank http 200"
        ),
        (
            "envoy_cluster_bank_a_svc_cluster_local_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"outbound|80|v2|pay\"}",
            "cart > pay.bank-a.svc.cluster.local pay/v2@bank-a http 200"
        ),
        (
            "envoy_cluster_bank_svc_upstream_rq_time_bucket{envoy_cluster_name=\"outbound|80||pay\",le=\"1\"}",
            "cart > pay.bank.svc pay/@bank http le 1.0"
        ),
        (
            "envoy_cluster_example_com_upstream_rq{envoy_response_code=\"404\",envoy_cluster_name=\"api\"}",
            "cart > api.example.com api.example.com/@unknown http 404"
        ),
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"outbound|443||api.example.com\"}",
            "cart > api.example.com api.example.com/@unknown http 200"
        ),
        // The way to the Envoy's own workload.
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"500\",envoy_cluster_name=\"local_service\"}",
            "unknown > cart http 500 hearsay"
        ),
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"inbound|8080||\"}",
            "unknown > cart http 200 hearsay"
        ),
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"cart\"}",
            "unknown > cart http 200 hearsay"
        ),
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"cart-v1\"}",
            "unknown > cart http 200 hearsay"
        ),
        (
            "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"ingress_http\"}",
            "unknown > cart http 2xx hearsay substitute"
        ),
        (
            "envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix=\"web\",le=\"+Inf\"}",
            "unknown > cart http le inf hearsay substitute"
        ),
        (
            "envoy_tcp_downstream_cx_rx_bytes_total{envoy_tcp_prefix=\"ingress_tcp\"}",
            "unknown > cart tcp streamBytes hearsay"
        ),
        // A service that only sounds like the Envoy's own business.
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"ads\"}",
            "cart > ads ads/@unknown http 200"
        ),
        (
            "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"outbound|80||zipkin.tracing.svc.cluster.local\"}",
            "cart > zipkin.tracing.svc.cluster.local zipkin/@tracing http 200"
        ),
    ])
    func `a series means traffic`(key: String, meaning: String) throws {
        #expect(try sentence(key) == meaning)
    }

    @Test(arguments: [
        "envoy_cluster_external_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"}",
        "envoy_cluster_internal_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"}",
        "envoy_cluster_canary_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"}",
        "envoy_cluster_retry_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"}",
        "envoy_cluster_zone_a_b_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"}",
        "envoy_cluster_example_com_external_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"api\"}",
        "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"1\",envoy_cluster_name=\"order\"}",
        "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"order\"}",
        "envoy_cluster_upstream_rq{envoy_response_code=\"200\"}",
        "envoy_cluster_upstream_rq{envoy_cluster_name=\"order\"}",
        "envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"order\",le=\"much\"}",
        "envoy_cluster_upstream_cx_rx_bytes_total{envoy_cluster_name=\"local_app\"}",
        "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"admin\"}",
        "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"egress_http\"}",
        "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"outbound_0.0.0.0_80\"}",
        "envoy_tcp_downstream_cx_rx_bytes_total{envoy_tcp_prefix=\"redis\"}", "envoy_server_live{}",
    ])
    func `a series that counts again, or nothing of the mesh, is passed over`(key: String) throws {
        #expect(try sentence(key) == nil)
    }

    @Test(arguments: [
        "xds_cluster", "xds-grpc", "sds-grpc", "ads_cluster", "agent", "local_agent", "prometheus_stats", "admin",
        "zipkin", "jaeger", "opentelemetry_collector", "otel-collector", "ext-authz", "ext_authz_service", "ratelimit",
        "rate_limit_cluster", "BlackHoleCluster", "access_log_service",
    ])
    func `what an Envoy does for itself is no traffic of the mesh`(cluster: String) throws {
        let key = "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"\(cluster)\"}"

        #expect(try sentence(key) == nil)
    }

    // MARK: Graphs

    @Test func `five Envoys in a chain make six edges, and two to services of dotted names`() throws {
        let snapshot = try MeshFixture("envoy").graph()

        #expect(
            snapshot.detailedEdgeLines == [
                "app/unknown/cart/latest > app/unknown/order/latest http 100/s 3.8 % source p95 4.392",
                "app/unknown/front/latest > app/unknown/cart/latest http 100/s 3.8 % source p95 4.844",
                "app/unknown/ledger/latest > external/bank http 100/s 3.8 % source p95 0.478",
                "app/unknown/order/latest > app/unknown/payment/latest http 100/s 3.8 % source p95 0.99",
                "app/unknown/order/latest > external/api.example.com http 1.0/s 10 % source p95 0.475",
                "app/unknown/order/latest > service/shop-a/reviews http 1.0/s ok source p95 0.475",
                "app/unknown/payment/latest > app/unknown/ledger/latest http 100/s 3.8 % source p95 0.862",
                "unknown > app/unknown/front/latest http 100/s 3.8 % destination p95 4.851",
            ])
        let front = snapshot.edges.first { $0.source.text == "app/unknown/front/latest" }
        #expect(front?.traffic.codes.map { "\($0.code) \($0.rate.value)" } == ["200 96.2", "503 3.8"])
        #expect(front?.traffic.throughput.value == 38994.2)
    }

    @Test func `where a caller is not heard, the called tells what came`() throws {
        let snapshot = try MeshFixture("envoy").graph(without: ["cart"])

        #expect(
            snapshot.edgeLines.filter { $0.contains("cart") || $0.hasPrefix("unknown") } == [
                "app/unknown/front/latest > external/cart http 100/s 3.8 % source",
                "unknown > app/unknown/front/latest http 100/s 3.8 % destination",
                "unknown > app/unknown/order/latest http 102/s 3.8 % destination",
            ])
    }

    /// What targets show is counted once in ten seconds; `name` begins what the target of that name shows.
    private func graph(
        _ text: String, identities: [String: WorkloadIdentity?] = [:], grouping: GraphGrouping = .versionedApp
    ) throws -> [String] {
        var watch = Watch()
        for factor in [0.0, 1] {
            for part in text.split(separator: "--- ") {
                let lines = part.split(separator: "\n")
                let name = String(lines[0])
                let identity = identities[name] ?? WorkloadIdentity(namespace: "shop", workload: name, app: name)
                watch.builder.identify(name, as: identity, in: &watch.store)
                var body = ""
                for line in lines.dropFirst() {
                    let blank = try #require(line.lastIndex(of: " "))
                    body += "\(line[..<blank]) \(try #require(Double(line[line.index(after: blank)...])) * factor)\n"
                }
                try watch.store.ingest(Array(body.utf8), from: name, at: watch.now)
            }
            if factor == 0 { watch.pass() }
        }
        return watch.snapshot(grouping: grouping).edgeLines
    }

    @Test func `responses by class count only where none are counted by code`() throws {
        let edges = try graph(
            """
            --- web
            envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a"} 50
            envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="a"} 50
            envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="b"} 30
            envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="b"} 10
            """)

        #expect(
            edges == [
                "app/shop/web/latest > external/a http 5.0/s ok source",
                "app/shop/web/latest > external/b http 4.0/s 25 % source",
            ])
    }

    @Test func `a listener counts only where no local cluster does`() throws {
        let edges = try graph(
            """
            --- web
            envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="local_app"} 50
            envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="ingress"} 50
            envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="egress"} 70
            """)

        #expect(edges == ["unknown > app/shop/web/latest http 5.0/s ok destination"])
    }

    @Test func `a cluster with bytes and no requests speaks TCP`() throws {
        let edges = try graph(
            """
            --- web
            envoy_cluster_upstream_cx_rx_bytes_total{envoy_cluster_name="redis"} 600
            envoy_cluster_upstream_cx_tx_bytes_total{envoy_cluster_name="redis"} 400
            """)

        #expect(edges == ["app/shop/web/latest > external/redis tcp 100 B/s none source"])
    }

    @Test func `a request that is retried reaches its destination twice, and is one request`() throws {
        let edges = try graph(
            """
            --- web
            envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="cart"} 153
            envoy_cluster_upstream_rq{envoy_response_code="503",envoy_cluster_name="cart"} 47
            envoy_cluster_retry_upstream_rq{envoy_response_code="503",envoy_cluster_name="cart"} 109
            envoy_cluster_upstream_rq_retry{envoy_cluster_name="cart"} 109
            --- cart
            envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="ingress"} 153
            envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix="ingress"} 156
            """)

        #expect(edges == ["app/shop/web/latest > app/shop/cart/latest http 20.0/s 24 % source"])
    }

    @Test func `a sidecar of Istio is not read twice`() throws {
        let istio = String(
            decoding: Telemetry("source web/v1@shop -> cart/v1@shop cart.shop 200 x10").exposition(
                of: "web/v1@shop", times: 1), as: UTF8.self)
        let edges = try graph(
            """
            --- web
            envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="outbound|80||cart.shop.svc.cluster.local"} 10
            \(istio)
            """)

        #expect(edges == ["app/shop/web/v1 > app/shop/cart/v1 http 1.0/s ok source"])
    }

    private static let versions: [String: WorkloadIdentity?] = [
        "a": WorkloadIdentity(namespace: "shop", workload: "cart-v1", app: "cart", version: "v1"),
        "b": WorkloadIdentity(namespace: "shop", workload: "cart-v2", app: "cart", version: "v2"),
        "c": WorkloadIdentity(namespace: "other", workload: "cart", app: "cart"),
    ]

    @Test(arguments: [
        ("cart", GraphGrouping.app, "app/shop/cart"),
        // Two versions, and nobody knows which.
        ("cart", .versionedApp, "external/cart"),
        ("cart-v2", .versionedApp, "app/shop/cart/v2"),
        ("outbound|80|v2|cart.shop.svc.cluster.local", .versionedApp, "app/shop/cart/v2"),
        ("outbound|80||cart.shop.svc.cluster.local", .versionedApp, "service/shop/cart"),
        ("outbound|80||cart.other.svc.cluster.local", .versionedApp, "app/other/cart/latest"),
        ("outbound|80||cart.third.svc.cluster.local", .versionedApp, "service/third/cart"),
    ])
    func `a cluster's name stands for who bears it`(
        cluster: String, grouping: GraphGrouping, target: String
    ) throws {
        let inbound =
            "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"in\"} 0"
        let edges = try graph(
            """
            --- web
            envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="\(cluster)"} 10
            --- a
            \(inbound)
            --- b
            \(inbound)
            --- c
            \(inbound)
            """, identities: Self.versions, grouping: grouping)

        #expect(edges.count == 1)
        #expect(edges.first?.contains("> \(target) http 1.0/s") == true, "\(edges)")
    }

    @Test func `who is known later has counted all the time`() throws {
        var watch = Watch()
        let series = "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"}"
        func scrape(_ count: Int) throws {
            try watch.store.ingest(Array("\(series) \(count)\n".utf8), from: "1.2.3.4:9901", at: watch.now)
        }
        try scrape(0)
        watch.pass(4)
        try scrape(40)
        #expect(watch.builder.formats(of: "1.2.3.4:9901") == ["Envoy"])
        #expect(watch.builder.isNameless("1.2.3.4:9901"))

        watch.builder.identify("1.2.3.4:9901", as: Self.cart, in: &watch.store)
        watch.pass(6)
        try scrape(100)

        #expect(
            watch.snapshot().edgeLines == ["app/shop/cart/v1 > external/order http 10.0/s ok source"])
    }

    @Test func `tags that all series have say who an Envoy is`() throws {
        func tagged(_ lines: [String]) throws -> WorkloadIdentity? {
            var watch = Watch()
            let body = lines.map { "envoy_cluster_upstream_rq{envoy_response_code=\"200\",\($0)} 1\n" }.joined()
            try watch.store.ingest(Array(body.utf8), from: "t", at: watch.now)
            return watch.builder.tagIdentity(of: "t")
        }

        #expect(
            try tagged([
                "envoy_cluster_name=\"a\",service=\"cart\",namespace=\"shop\",version=\"v1\"",
                "envoy_cluster_name=\"b\",service=\"cart\",namespace=\"shop\",version=\"v1\"",
            ]) == WorkloadIdentity(namespace: "shop", workload: "cart", app: "cart", version: "v1"))
        #expect(
            try tagged(["envoy_cluster_name=\"a\",service=\"a\"", "envoy_cluster_name=\"b\",service=\"b\""]) == nil)
        #expect(try tagged(["envoy_cluster_name=\"a\",service=\"a\"", "envoy_cluster_name=\"b\""]) == nil)
        #expect(try tagged(["envoy_cluster_name=\"a\",namespace=\"shop\""]) == nil)
    }
}
