import Discovery
import JSONWire
import MeshConfig

/// What reaches the application: one listener and one cluster for every port that the workload declares or that a service
/// leads to.
struct InboundTranslation {
    let workload: MeshWorkload
    let appAddress: String
    let configuration: MeshConfiguration
    /// What requests pass before they reach the application.
    let filters: [HTTPFilter]

    var listeners: [Listener] { ports.map(listener) }
    var clusters: [Cluster] { ports.map(cluster) }

    /// Sorted.
    private var ports: [UInt16] {
        let declared = Set(workload.entry.ports.values)
        let targeted = configuration.services.flatMap(\.ports).flatMap(\.endpoints)
            .filter { $0.workload?.key == workload.key }.map(\.port)
        return declared.union(targeted).sorted()
    }

    private func listener(_ port: UInt16) -> Listener {
        let mode = configuration.mutualTLSMode(of: workload, port: port)
        let manager = manager(port)
        let chains: [FilterChain] =
            switch mode {
            case .strict: [FilterChain(tls: .mesh, manager: manager)]
            case .disable: [FilterChain(manager: manager)]
            case .permissive, .unset:
                [
                    FilterChain(transport: .tls, tls: .mesh, manager: manager),
                    FilterChain(transport: .plainText, manager: manager),
                ]
            }
        return Listener(
            name: "\(workload.entry.address)_\(port)",
            address: NetworkAddress(ip: workload.entry.address, port: port), trafficDirection: .inbound,
            filterChains: chains, inspectsTLS: chains.count > 1)
    }

    private func manager(_ port: UInt16) -> HTTPConnectionManager {
        let cluster = ResourceNames.inboundCluster(port: port)
        let forward = Route.Forward(target: .cluster(cluster), timeout: .zero, retryPolicy: .inboundDefault)
        let host = VirtualHost(
            name: "inbound|http|\(port)", domains: ["*"],
            routes: [Route(name: "default", match: Route.Match(), action: .forward(forward))])
        return HTTPConnectionManager(
            statPrefix: "inbound_\(workload.entry.address)_\(port)",
            routes: .inline(RouteConfiguration(name: cluster, virtualHosts: [host])), streamIdleTimeout: .zero,
            filters: filters)
    }

    private func cluster(_ port: UInt16) -> Cluster {
        let name = ResourceNames.inboundCluster(port: port)
        let application = Endpoint(address: NetworkAddress(ip: appAddress, port: port))
        var cluster = Cluster(
            name: name, endpoints: .inline(ClusterLoadAssignment(clusterName: name, endpoints: [application])),
            connectTimeout: .seconds(10), limits: .unlimited)
        let services = configuration.services.filter { service in
            service.ports.contains { $0.endpoints.contains { $0.workload?.key == workload.key && $0.port == port } }
        }
        if !services.isEmpty {
            cluster.metadata["istio"] = ["services": .array(services.map(\.description))]
        }
        return cluster
    }
}

extension DownstreamTLSContext {
    /// Mutual TLS with the workload's own certificate; any identity that chains to the mesh's roots may call.
    fileprivate static let mesh = DownstreamTLSContext(
        common: CommonTLSContext(
            certificate: .secret(SecretReference(name: SecretReference.workloadCertificate)),
            validation: .secret(SecretReference(name: SecretReference.rootCertificates)), alpn: ["http/1.1"]),
        requiresClientCertificate: true)
}

extension RetryPolicy {
    /// Istio's default towards the application: only what never left the proxy is sent again.
    fileprivate static let inboundDefault = RetryPolicy(conditions: ["reset-before-request"], retries: 2)

    /// Istio's default for requests that leave a workload.
    static let outboundDefault = RetryPolicy(
        conditions: ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"],
        retries: 2, avoidsPreviousHosts: true, hostSelectionAttempts: 5)
}
