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
    var ports: [UInt16] {
        let declared = Set(workload.entry.ports.values)
        let targeted = configuration.services.flatMap(\.ports).flatMap(\.endpoints)
            .filter { $0.workload?.key == workload.key }.map(\.port)
        return declared.union(targeted).sorted()
    }

    private func listener(_ port: UInt16) -> Listener {
        guard configuration.protocol(of: workload, port: port).isHTTP else { return connectionListener(port) }
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

    /// A port whose connections go to the application byte by byte.
    private func connectionListener(_ port: UInt16) -> Listener {
        let cluster = ResourceNames.inboundCluster(port: port)
        let filter = FilterChain.Filter.tcp(TCPProxy(statPrefix: cluster, target: .cluster(cluster)))
        let controls = authorization.networkFilters
        var chains: [FilterChain] =
            switch configuration.mutualTLSMode(of: workload, port: port) {
            case .strict: [FilterChain(tls: .connection, filter: filter)]
            case .disable: [FilterChain(filter: filter)]
            case .permissive, .unset:
                [
                    FilterChain(
                        transport: .tls,
                        applicationProtocols: ["istio-peer-exchange"] + ResourceNames.connectionProtocols,
                        tls: .connection, filter: filter),
                    // The application's own TLS.
                    FilterChain(transport: .tls, filter: filter),
                    FilterChain(transport: .plainText, filter: filter),
                ]
            }
        for index in chains.indices { chains[index].accessControls = controls }
        let inspects = chains.count > 1
        return Listener(
            name: "\(workload.entry.address)_\(port)",
            address: NetworkAddress(ip: workload.entry.address, port: port), trafficDirection: .inbound,
            filterChains: chains, inspectsTLS: inspects,
            // Istio's protocolDetectionTimeout: a client that waits for the server to speak first waits for ever.
            inspectionTimeout: inspects ? .zero : nil, continuesAfterInspectionTimeout: inspects)
    }

    private func manager(_ port: UInt16) -> HTTPConnectionManager {
        let cluster = ResourceNames.inboundCluster(port: port)
        var forward = Route.Forward(target: .cluster(cluster), timeout: .zero, retryPolicy: .inboundDefault)
        forward.maximumGRPCTimeout = forward.timeout
        let host = VirtualHost(
            name: "inbound|http|\(port)", domains: ["*"],
            routes: [Route(name: "default", match: Route.Match(), action: .forward(forward))])
        var manager = HTTPConnectionManager(
            statPrefix: "inbound_\(workload.entry.address)_\(port)",
            routes: .inline(RouteConfiguration(name: cluster, virtualHosts: [host])), streamIdleTimeout: .zero,
            normalizesPath: true,
            filters: authorization.customFilters + filters + authorization.filters + rateLimits, passesContinue: true)
        manager.upgrades = [.webSocket]
        manager.clientCertificate = .inbound
        return manager
    }

    private var rateLimits: [HTTPFilter] {
        configuration.rateLimit(of: workload).map { [.rateLimit(LocalRateLimit($0))] } ?? []
    }

    /// Who may call the workload.
    private var authorization: AuthorizationTranslation { AuthorizationTranslation(workload, configuration) }

    private func cluster(_ port: UInt16) -> Cluster {
        let name = ResourceNames.inboundCluster(port: port)
        let application = Endpoint(address: NetworkAddress(ip: appAddress, port: port))
        var cluster = Cluster(
            name: name, endpoints: .inline(ClusterLoadAssignment(clusterName: name, endpoints: [application])),
            connectTimeout: .seconds(10), limits: .unlimited)
        func leadsHere(_ candidate: MeshService.Port) -> Bool {
            candidate.endpoints.contains { $0.workload?.key == workload.key && $0.port == port }
        }
        let services = configuration.services.filter { $0.ports.contains(where: leadsHere) }
        // As the first service says that leads here, as in Istio; the application has one way to speak.
        if services.first?.ports.first(where: leadsHere)?.protocol == .http2 {
            cluster.upstreamProtocol = UpstreamProtocol(.http2)
        }
        if !services.isEmpty {
            cluster.metadata["istio"] = ["services": .array(services.map(\.description))]
        }
        return cluster
    }
}

extension DownstreamTLSContext {
    /// Mutual TLS with the workload's own certificate; any identity that chains to the mesh's roots may call.
    fileprivate static let mesh = mesh(speaking: ["h2", "http/1.1"])
    /// The same for connections that carry bytes.
    fileprivate static let connection = mesh(speaking: ResourceNames.connectionProtocols)

    private static func mesh(speaking protocols: [String]) -> DownstreamTLSContext {
        DownstreamTLSContext(
            common: CommonTLSContext(
                certificate: .secret(SecretReference(name: SecretReference.workloadCertificate)),
                validation: .secret(SecretReference(name: SecretReference.rootCertificates)), alpn: protocols),
            requiresClientCertificate: true)
    }
}

extension RetryPolicy {
    /// Istio's default towards the application: only what never left the proxy is sent again.
    fileprivate static let inboundDefault = RetryPolicy(conditions: ["reset-before-request"], retries: 2)

    /// Istio's default for requests that leave a workload.
    static let outboundDefault = RetryPolicy(
        conditions: ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"],
        retries: 2, avoidsPreviousHosts: true, hostSelectionAttempts: 5)
}
