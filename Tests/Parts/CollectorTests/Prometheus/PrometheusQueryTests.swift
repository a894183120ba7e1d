import MeshModel
import Quantities
import Testing

@testable import Collector

@Suite struct PrometheusQueryTests {
    @Test func `a query sums up rates by what the graph tells apart`() {
        let query = PrometheusQuery(what: "things", metric: "things_total", labels: ["le", "reporter"])

        #expect(query.text(matchers: [], window: .seconds(60)) == "sum by (le, reporter) (rate(things_total[60s]))")
        let matchers = [
            LabelMatcher(name: "mesh_id", value: "a\"b\\c\nd"),
            LabelMatcher(name: "cluster", operator: .matches, value: "x|y"),
        ]
        #expect(
            query.text(matchers: matchers, window: .milliseconds(1500))
                == #"sum by (le, reporter) (rate(things_total{mesh_id="a\"b\\c\nd",cluster=~"x|y"}[1500ms]))"#)
    }

    @Test func `a refresh asks these, and no more than eight`() {
        #expect(
            PrometheusQuery.graph.map(\.metric) == [
                "istio_requests_total", "istio_request_duration_milliseconds_bucket", "istio_request_bytes_sum",
                "istio_response_bytes_sum", "istio_tcp_sent_bytes_total", "istio_tcp_received_bytes_total",
                "istio_request_messages_total", "istio_response_messages_total",
            ])
        #expect(PrometheusQuery.graph.count <= 8)
        #expect(Set(PrometheusQuery.graph.map(\.metric)) == Set(IstioFormat().families))
        // Latencies by result would be as many times as long as there are results.
        #expect(PrometheusQuery.graph[1].labels.contains("le"))
        #expect(!PrometheusQuery.graph[1].labels.contains("response_code"))
        // The long texts still fit into a request's first line.
        #expect(PrometheusQuery.graph.allSatisfy { $0.text(matchers: [], window: .seconds(60)).utf8.count < 1000 })
    }

    @Test(arguments: [
        (Duration.seconds(5), Duration.seconds(60)), (.seconds(60), .seconds(60)), (.seconds(300), .seconds(300)),
    ])
    func `no rate is taken over less than four scrapes`(window: Duration, taken: Duration) {
        let url = TargetURL(host: .name("prometheus.example", port: 9090))

        #expect(PrometheusConfiguration(url: url).rateWindow(for: window) == taken)
    }

    @Test(arguments: [
        (nil, "/api/v1/query?query=a%7Bb%3D%22c%22%7D"),
        ("/prometheus", "/prometheus/api/v1/query?query=a%7Bb%3D%22c%22%7D"),
        ("/select/0/prometheus/", "/select/0/prometheus/api/v1/query?query=a%7Bb%3D%22c%22%7D"),
        ("/api/v1", "/api/v1/query?query=a%7Bb%3D%22c%22%7D"),
        ("/p?dedup=true", "/p/api/v1/query?dedup=true&query=a%7Bb%3D%22c%22%7D"),
    ])
    func `the API is below the URL's path`(path: String?, expected: String) {
        let url = TargetURL(scheme: .https, host: .name("mimir.example", port: 443), path: path)

        let full = PrometheusConfiguration(url: url).url(of: "query", [(name: "query", value: "a{b=\"c\"}")])

        #expect(full.path == expected)
        #expect(full.scheme == .https && full.host == url.host)
    }

    @Test func `matchers are read as people write them`() {
        #expect(
            LabelMatcher.list(#"mesh_id="m" , a!="b",c=~"d|e", f!~"",g="\"\\\n""#) == [
                LabelMatcher(name: "mesh_id", value: "m"), LabelMatcher(name: "a", operator: .notEqual, value: "b"),
                LabelMatcher(name: "c", operator: .matches, value: "d|e"),
                LabelMatcher(name: "f", operator: .doesNotMatch, value: ""),
                LabelMatcher(name: "g", value: "\"\\\n"),
            ])
    }

    @Test(arguments: [
        "", "a", "a=", "a=b", "a=\"b", "=\"b\"", "1a=\"b\"", "a=\"b\",", "a=\"b\"}", "a=\"b\"} or vector(1)", "a!\"b\"",
        "a=\"\\x\"", "é=\"b\"", "a=\"" + String(repeating: "x", count: 1000) + "\"",
    ])
    func `what is no matcher is refused`(text: String) {
        #expect(LabelMatcher.list(text) == nil)
    }

    @Test func `header fields are read as people write them, but none of ours`() throws {
        let field = try #require(PrometheusConfiguration.headerField("X-Scope-OrgID: shop"))
        #expect(field.name == "x-scope-orgid" && field.value == "shop")
        for text in ["", "x", ":y", "a b: c", "a: b\r\nc: d", "Authorization: x", "Host: y", "content-length: 3"] {
            #expect(PrometheusConfiguration.headerField(text) == nil, "\(text)")
        }
    }
}
