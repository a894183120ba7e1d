package import ExpositionWire
package import MeshModel

/// Edges that a collector has made of traces: OpenTelemetry's `servicegraph` connector and Grafana Tempo's generator.
///
/// <https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/servicegraphconnector>. Each
/// series names both ends, `client` and `server`. `request_total` counts all requests and `request_failed_total` again
/// those that failed; the label `failed` is not looked at, because connectors before April 2024 let it flip on one series.
///
/// Latency is the server's. Where there is no server's span – `connection_type` is `database`, or `virtual_node` with an
/// uninstrumented server – it is the client's, and the server is somebody outside the mesh. A virtual client (`user`) is
/// unknown. Nothing tells the protocol; requests are shown as HTTP's.
package struct ServiceGraphFormat: MetricFormat {
    package var name: String { "OpenTelemetry service graph" }

    private static let prefix = "traces_service_graph_request_"

    package let families = ["total", "failed_total", "server_seconds_bucket", "client_seconds_bucket"].map {
        Self.prefix + $0
    }

    package init() {}

    package func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries? {
        guard key.name.hasPrefix(Self.prefix), let client = key["client"], let server = key["server"] else {
            return nil
        }
        let isVirtualClient = Self.isVirtual(client, "client", key)
        let isVirtualServer =
            key["connection_type"] == "database"
            || key["connection_type"] == "virtual_node" && !isVirtualClient
        let reporter = isVirtualServer ? Reporter.source : .destination
        var facts = TrafficFacts(reporter: reporter, code: TrafficFacts.codeOfSuccess, result: .succeeded)
        let number: TrafficSeries.Number
        switch key.name.dropFirst(Self.prefix.count) {
        case "total": number = .requests
        case "failed_total":
            number = .failures
            facts.code = TrafficFacts.codeOfFailure
            facts.result = .serverError
        case "server_seconds_bucket":
            // There is no span that it could come from: it is 0, or the client's once more.
            guard !isVirtualServer else { return nil }
            fallthrough
        case "client_seconds_bucket":
            guard let bound = key["le"].flatMap(TrafficSeries.boundInSeconds) else { return nil }
            number = .latencyBucket(upperBound: bound)
            if key.name.hasSuffix("client_seconds_bucket") { facts.reporter = .source }
            // A user without a span took no time that anybody knows.
            if isVirtualClient, facts.reporter == .source { return nil }
        default: return nil
        }
        let destination = isVirtualServer ? .unknown : Self.peer(server, "server", key)
        let flow = Flow(
            source: isVirtualClient ? .unknown : Self.peer(client, "client", key), destination: destination,
            service: server, serviceName: server, serviceNamespace: destination.namespace, protocol: .http)
        return TrafficSeries(number: number, traffic: Traffic(flow: flow, facts: facts))
    }

    /// The label `virtual_node` says which end it is, where the connector is told to write it.
    private static func isVirtual(_ client: String, _ side: String, _ key: SeriesKey) -> Bool {
        if let virtual = key["virtual_node"] { return virtual == side }
        return client == "user" || client == "unknown"
    }

    /// Namespace and version are there when they were asked for as dimensions.
    private static func peer(_ service: String, _ side: String, _ key: SeriesKey) -> Peer {
        Peer(
            namespace: key["\(side)_service_namespace"] ?? key["\(side)_k8s_namespace_name"] ?? "unknown",
            workload: key["\(side)_k8s_deployment_name"] ?? "unknown", app: service,
            version: key["\(side)_service_version"] ?? "unknown")
    }
}
