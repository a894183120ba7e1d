import ExpositionWire
import MeshModel

/// The families of Linkerd's proxies by route, since 2.15: `outbound_http_route_*`, `outbound_grpc_route_*`.
///
/// Counted where a request leaves for its backend, so that retries count as the work that they are. The backend is a
/// service; where it is something else, the parent, which was asked for, stands for it.
enum LinkerdRoutes {
    private static let statuses = "_route_backend_response_statuses_total"
    private static let latency = "_route_backend_response_duration_seconds_bucket"

    static let families = ["outbound_http", "outbound_grpc"].flatMap { [$0 + statuses, $0 + latency] }

    static func series(_ key: SeriesKey, from source: Peer?) -> TrafficSeries? {
        guard let source, let (name, namespace) = service(key) else { return nil }
        let number: TrafficSeries.Number
        if key.name.hasSuffix(statuses) {
            number = .requests
        } else {
            guard let bound = key["le"].flatMap(TrafficSeries.boundInSeconds) else { return nil }
            number = .latencyBucket(upperBound: bound)
        }
        let isGRPC = key.name.hasPrefix("outbound_grpc")
        let flow = Flow(
            source: source, destination: .unknown, service: "\(name).\(namespace).svc.cluster.local",
            serviceName: name, serviceNamespace: namespace, protocol: isGRPC ? .grpc : .http, standing: .secondary)
        return TrafficSeries(number: number, traffic: Traffic(flow: flow, facts: facts(key, isGRPC: isGRPC)))
    }

    private static func service(_ key: SeriesKey) -> (name: String, namespace: String)? {
        let side = key["backend_kind"] == "Service" ? "backend" : "parent"
        guard let name = key["\(side)_name"], let namespace = key["\(side)_namespace"] else { return nil }
        return (name, namespace)
    }

    /// `http_status` or `grpc_status`, and `error` where the proxy itself gave up.
    private static func facts(_ key: SeriesKey, isGRPC: Bool) -> TrafficFacts {
        let status = isGRPC ? grpcNumber(key["grpc_status"]) : key["http_status"]
        guard let status else { return TrafficFacts(reporter: .source, code: "-", result: .noResponse) }
        return TrafficFacts(
            reporter: .source, code: status,
            result: RequestResult(
                response: isGRPC ? "200" : status, grpcStatus: isGRPC ? status : nil, flags: []))
    }

    /// By its name or by its number.
    private static func grpcNumber(_ status: String?) -> String? {
        guard let status else { return nil }
        return names.firstIndex(of: status.uppercased()).map(String.init) ?? status
    }

    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]
}
