import Quantities
import Testing

@testable import Proxy

@Suite("Connection metrics")
struct ConnectionMetricsTests {
    private let local = WorkloadLabels(
        workload: "cache-v1", namespace: "shop", app: "cache", version: "v1", cluster: "Kubernetes",
        principal: "spiffe://cluster.local/ns/shop/sa/cache")

    private func series(_ metrics: inout RequestMetrics, _ flags: ConnectionFlags = []) -> ConnectionSeries {
        let web = WorkloadLabels(workload: "web-v1", namespace: "shop", app: "web", version: "v1")
        let cache = ServiceLabels(host: "cache.shop.svc.cluster.local", name: "cache", namespace: "shop")
        return ConnectionSeries(
            reporter: .destination, peer: metrics.peers.id(of: web), service: metrics.services.id(of: cache),
            flags: flags, isSecure: true)
    }

    private func page(_ metrics: [RequestMetrics]) -> String {
        let facts = ProcessFacts(version: "1", startedAt: WallTime(nanosecondsSinceEpoch: 0))
        return String(
            decoding: MetricsExposition.render(MetricsPage.merged(metrics.map(\.page)), facts: facts), as: UTF8.self)
    }

    @Test func `the four families have Istio's names and labels, and workers are added up`() {
        var one = RequestMetrics(local: local)
        var two = one
        one.record(ConnectionCounts(opened: 2, closed: 1, sent: 300, received: 20), of: series(&one))
        one.record(ConnectionCounts(sent: 1), of: series(&one))
        two.record(ConnectionCounts(opened: 1, received: 5), of: series(&two))

        let lines = page([one, two]).split(separator: "\n").filter { $0.hasPrefix("istio_tcp") }
        let labels =
            "{reporter=\"destination\",source_workload=\"web-v1\",source_canonical_service=\"web\","
            + "source_canonical_revision=\"v1\",source_workload_namespace=\"shop\",source_principal=\"unknown\","
            + "source_app=\"web\",source_version=\"v1\",source_cluster=\"unknown\",destination_workload=\"cache-v1\","
            + "destination_workload_namespace=\"shop\","
            + "destination_principal=\"spiffe://cluster.local/ns/shop/sa/cache\",destination_app=\"cache\","
            + "destination_version=\"v1\",destination_service=\"cache.shop.svc.cluster.local\","
            + "destination_canonical_service=\"cache\",destination_canonical_revision=\"v1\","
            + "destination_service_name=\"cache\",destination_service_namespace=\"shop\","
            + "destination_cluster=\"Kubernetes\",request_protocol=\"tcp\",response_flags=\"-\","
            + "connection_security_policy=\"mutual_tls\"}"

        #expect(
            lines.map(String.init) == [
                "istio_tcp_connections_opened_total\(labels) 3", "istio_tcp_connections_closed_total\(labels) 1",
                "istio_tcp_sent_bytes_total\(labels) 301", "istio_tcp_received_bytes_total\(labels) 25",
            ])
    }

    @Test func `flags are written in Envoy's order`() {
        #expect(ConnectionFlags().text == "-")
        #expect(ConnectionFlags([.upstreamRetryLimitExceeded, .upstreamConnectionFailure]).text == "UF,URX")
        #expect(ConnectionFlags([.noRoute, .upstreamOverflow, .noHealthyUpstream]).text == "UH,UO,NR")
    }

    @Test func `series are bounded, and what finds no room is counted`() {
        var metrics = RequestMetrics(local: local, rowLimit: 2)
        let flags: [ConnectionFlags] = [[], .noRoute, .upstreamOverflow, .noHealthyUpstream]

        for flag in flags { metrics.record(ConnectionCounts(opened: 1), of: series(&metrics, flag)) }

        #expect(metrics.page.connections.labelTexts.count == 2)
        #expect(metrics.page.connections.overflow == 2)
        #expect(page([metrics]).contains("meshtop_series_overflow_total 2\n"))
    }
}
