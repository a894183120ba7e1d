internal import ExpositionWire
internal import Quantities

/// One question to a server: a rate, summed up to what the graph tells apart.
///
/// The server adds up pods, clusters and whatever else tells two series apart that the graph draws as one, so that an
/// answer is as long as the graph is large. Labels of Kiali's lists stand in ``IstioFormat``'s fallbacks, too:
/// <https://istio.io/latest/docs/reference/config/metrics/#labels>
struct PrometheusQuery: Hashable, Sendable {
    /// What it asks for, for sentences: `latencies`.
    var what: String
    var metric: String
    /// The labels that stay.
    var labels: [String]
    /// Labels that the format wants to see, and that say nothing about this metric: they are added to every series of
    /// the answer instead of being asked for, which would make it many times as long.
    var implied: [Label] = []

    /// `sum by (le, reporter) (rate(istio_request_duration_milliseconds_bucket{mesh_id="m"}[60s]))`.
    func text(matchers: [LabelMatcher], window: Duration) -> String {
        let selector = matchers.isEmpty ? "" : "{\(matchers.map(\.description).joined(separator: ","))}"
        return "sum by (\(labels.joined(separator: ", "))) (rate(\(metric)\(selector)[\(Self.text(window))]))"
    }

    /// A time as PromQL writes it: `60s`, and `1500ms` where seconds are not enough.
    static func text(_ duration: Duration) -> String {
        let milliseconds = max(1, duration.nanoseconds / 1_000_000)
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

extension PrometheusQuery {
    /// All that a refresh asks for, whatever the number of namespaces. The first tells whether there is a mesh.
    static let graph = [
        requests, latencies, requestBytes, responseBytes, sentBytes, receivedBytes, requestMessages, responseMessages,
    ]
    /// What a history asks for: its answers are as long as the range has steps.
    static let history = [requests, sentBytes, receivedBytes]

    private static let ends = ["source", "destination"].flatMap { end in
        ["workload", "workload_namespace", "canonical_service", "canonical_revision", "app", "version", "cluster"].map {
            "\(end)_\($0)"
        }
    }
    private static let flow =
        ["reporter"] + ends + ["destination_service", "destination_service_name", "destination_service_namespace"]
    private static let results = [
        "response_flags", "connection_security_policy", "source_principal", "destination_principal",
    ]

    private static let requests = PrometheusQuery(
        what: "requests", metric: "istio_requests_total",
        labels: flow + ["request_protocol", "response_code", "grpc_response_status", "request_operation"] + results)
    private static let latencies = perRequest("latencies", "istio_request_duration_milliseconds_bucket", ["le"])
    private static let requestBytes = perRequest("request bytes", "istio_request_bytes_sum")
    private static let responseBytes = perRequest("response bytes", "istio_response_bytes_sum")
    private static let sentBytes = stream("TCP bytes", "istio_tcp_sent_bytes_total")
    private static let receivedBytes = stream("TCP bytes", "istio_tcp_received_bytes_total")
    private static let requestMessages = messages("request messages", "istio_request_messages_total")
    private static let responseMessages = messages("response messages", "istio_response_messages_total")

    /// A number that the graph does not tell apart by how requests ended.
    private static func perRequest(_ what: String, _ metric: String, _ labels: [String] = []) -> PrometheusQuery {
        PrometheusQuery(
            what: what, metric: metric, labels: labels + flow + ["request_protocol"],
            implied: [Label(name: "response_code", value: "200"), Label(name: "response_flags", value: "-")])
    }

    private static func stream(_ what: String, _ metric: String) -> PrometheusQuery {
        PrometheusQuery(what: what, metric: metric, labels: flow + results)
    }

    private static func messages(_ what: String, _ metric: String) -> PrometheusQuery {
        PrometheusQuery(what: what, metric: metric, labels: flow)
    }
}
