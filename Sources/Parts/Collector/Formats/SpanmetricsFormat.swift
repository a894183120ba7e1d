package import ExpositionWire
package import MeshModel

/// Calls that a collector has counted from spans: OpenTelemetry's `spanmetrics` connector – `calls_total`, newly
/// `traces_span_metrics_calls_total` – and Grafana Tempo's generator, `traces_spanmetrics_calls_total`.
///
/// <https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector>. A series
/// names the service whose span it is. A **client's** span makes an edge where a dimension tells whom it called:
/// `peer.service`, or `server.address`, which is a host. A **server's** span knows no caller: it is
/// ``Flow/Standing/hearsay``, which makes an edge from nobody for a service whose callers tell nothing, such as the
/// first one. Spans of other kinds are no traffic.
package struct SpanmetricsFormat: MetricFormat {
    package var name: String { "OpenTelemetry span metrics" }

    private static let calls = ["calls_total", "traces_span_metrics_calls_total", "traces_spanmetrics_calls_total"]
    private static let milliseconds = [
        "duration_milliseconds_bucket", "traces_span_metrics_duration_milliseconds_bucket",
    ]
    private static let seconds = [
        "duration_seconds_bucket", "traces_span_metrics_duration_seconds_bucket", "traces_spanmetrics_latency_bucket",
    ]

    package let families = Self.calls + Self.milliseconds + Self.seconds

    package init() {}

    package func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries? {
        guard let service = key["service_name"] ?? key["service"] else { return nil }
        let number: TrafficSeries.Number
        if Self.calls.contains(key.name) {
            number = .requests
        } else {
            let read = Self.seconds.contains(key.name) ? TrafficSeries.boundInSeconds : TrafficSeries.bound
            guard families.contains(key.name), let bound = key["le"].flatMap(read) else { return nil }
            number = .latencyBucket(upperBound: bound)
        }
        let own = Peer(
            namespace: key["service_namespace"] ?? key["k8s_namespace_name"] ?? "unknown",
            workload: key["k8s_deployment_name"] ?? "unknown", app: service,
            version: key["service_version"] ?? "unknown")
        switch key["span_kind"] {
        case "SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER":
            let flow = Flow(
                source: .unknown, destination: own, service: service, serviceName: service,
                serviceNamespace: own.namespace, protocol: Self.protocol(key), standing: .hearsay)
            return TrafficSeries(number: number, traffic: Traffic(flow: flow, facts: Self.facts(key, .destination)))
        case "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER":
            guard let flow = Self.call(key, from: own) else { return nil }
            return TrafficSeries(number: number, traffic: Traffic(flow: flow, facts: Self.facts(key, .source)))
        default: return nil
        }
    }

    private static func call(_ key: SeriesKey, from own: Peer) -> Flow? {
        let isDatabase = key["db_system"] != nil || key["db_system_name"] != nil
        if let peer = key["peer_service"], !isDatabase {
            let destination = Peer(namespace: "unknown", workload: "unknown", app: peer, version: "unknown")
            return Flow(
                source: own, destination: destination, service: peer, serviceName: peer, serviceNamespace: "unknown",
                protocol: `protocol`(key))
        }
        guard let host = key["peer_service"] ?? key["server_address"] ?? key["net_peer_name"] else { return nil }
        let words = host.split(separator: ".")
        let isService = words.count > 2 && words[2] == "svc"
        return Flow(
            source: own, destination: .unknown, service: host, serviceName: isService ? String(words[0]) : host,
            serviceNamespace: isService ? String(words[1]) : "unknown", protocol: `protocol`(key))
    }

    private static func `protocol`(_ key: SeriesKey) -> TrafficProtocol {
        key["rpc_system"] == "grpc" || key["rpc_grpc_status_code"] != nil ? .grpc : .http
    }

    private static func facts(_ key: SeriesKey, _ reporter: Reporter) -> TrafficFacts {
        let hasFailed = key["status_code"] == "STATUS_CODE_ERROR"
        let http = key["http_response_status_code"] ?? key["http_status_code"]
        let grpc = key["rpc_grpc_status_code"]
        var result = http.map { RequestResult(response: $0, grpcStatus: nil, flags: []) } ?? .succeeded
        if let grpc, grpc != "0" { result = .grpcError }
        if hasFailed, result == .succeeded { result = .serverError }
        return TrafficFacts(
            reporter: reporter,
            code: grpc ?? http ?? (hasFailed ? TrafficFacts.codeOfFailure : TrafficFacts.codeOfSuccess),
            result: result)
    }
}
