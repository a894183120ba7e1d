package import ExpositionWire
package import MeshModel

/// Envoys of a Consul mesh, recognised by the tags that Consul has them add: `consul_source_service` for the proxy's own
/// service, `consul_destination_*` for a cluster's, `consul_upstream_*` for a listener's.
///
/// <https://developer.hashicorp.com/consul/docs/connect/proxies/envoy#prometheus>. Tags up to 1.8 (`consul_service`,
/// `local_cluster`) are read where the newer ones are missing.
///
/// A node is a service: both ends write its name alike, and Consul's tags know no workload. A subset is a version of the
/// destination. Proxies speak mutual TLS to each other, always, so that a source's cluster of a service is proof of it.
/// What the proxy passes on to its own service (`local_app`) is ``Flow/Standing/hearsay``: it names no client.
package struct ConsulFormat: MetricFormat {
    package var name: String { "Consul" }

    private static let streams = ["envoy_tcp_downstream_cx_rx_bytes_total", "envoy_tcp_downstream_cx_tx_bytes_total"]

    package let families = EnvoyClusterNumber.families + Self.streams

    package init() {}

    package func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries? {
        guard let own = Self.own(key, reporter) else { return nil }
        if Self.streams.contains(key.name) { return Self.stream(key, from: own) }
        guard let number = EnvoyClusterNumber(key) else { return nil }
        if let destination = Self.destination(key) {
            return number.series(
                of: Self.flow(from: own, to: destination, host: Self.host(key, of: destination)), reporter: .source,
                isMutualTLS: true)
        }
        guard key["envoy_cluster_name"] == "local_app" else { return nil }
        var flow = Self.flow(from: .unknown, to: own, host: own.app)
        flow.standing = .hearsay
        return number.series(of: flow, reporter: .destination)
    }

    private static func own(_ key: SeriesKey, _ reporter: WorkloadIdentity?) -> Peer? {
        if let service = key["consul_source_service"] {
            return peer(service, namespace: key["consul_source_namespace"])
        }
        // Before 1.9.
        guard key["consul_service"] != nil, let service = key["local_cluster"] ?? reporter?.app else { return nil }
        return peer(service, namespace: key["consul_namespace"])
    }

    private static func destination(_ key: SeriesKey) -> Peer? {
        guard let service = key["consul_destination_service"] ?? key["consul_service"] else { return nil }
        return peer(
            service, namespace: key["consul_destination_namespace"] ?? key["consul_namespace"],
            version: key["consul_destination_service_subset"] ?? key["consul_service_subset"])
    }

    private static func peer(_ service: String, namespace: String?, version: String? = nil) -> Peer {
        Peer(namespace: namespace ?? "default", workload: "unknown", app: service, version: version ?? "latest")
    }

    /// `web.service.dc1.consul`, as Consul's DNS has it.
    private static func host(_ key: SeriesKey, of peer: Peer) -> String {
        guard let datacenter = key["consul_destination_datacenter"] ?? key["consul_datacenter"] else { return peer.app }
        return "\(peer.app).service.\(datacenter).consul"
    }

    private static func flow(from source: Peer, to destination: Peer, host: String) -> Flow {
        Flow(
            source: source, destination: destination, service: host, serviceName: destination.app,
            serviceNamespace: destination.namespace, protocol: .http)
    }

    /// Listeners of upstreams that speak TCP; those that speak HTTP have no such series.
    private static func stream(_ key: SeriesKey, from own: Peer) -> TrafficSeries? {
        guard let service = key["consul_upstream_service"] else { return nil }
        let destination = peer(service, namespace: key["consul_upstream_namespace"])
        var flow = flow(from: own, to: destination, host: service)
        flow.protocol = .tcp
        return TrafficSeries(
            number: .streamBytes,
            traffic: Traffic(
                flow: flow,
                facts: TrafficFacts(reporter: .source, code: "-", result: .succeeded, isMutualTLS: true)))
    }
}
