package import Discovery
package import MeshConfig

/// Translates the mesh's configuration into what one proxy must do.
///
/// Pure: the same node, configuration and keys give equal resources. A node whose WorkloadEntry does not exist gets none.
///
/// - Parameter keys: the key set of token issuers at a place, as text; nothing while it has not come.
package func discoveryResources(
    for node: Node, in configuration: MeshConfiguration, keys: (KeyLocation) -> String? = { _ in nil }
) -> NodeResources {
    guard let identifier = node.identifier,
        let workload = configuration.workload(namespace: identifier.namespace, name: identifier.name)
    else { return NodeResources() }

    let source = RouteSource(workload: workload, configuration: configuration)
    var resources = NodeResources()
    let inboundFilters = [configuration.tokenFilter(for: workload, keys: keys)].compactMap(\.self)
    switch identifier.kind {
    case .sidecar:
        let inbound = InboundTranslation(
            workload: workload, appAddress: node.metadata.appAddress ?? "127.0.0.1", configuration: configuration,
            filters: inboundFilters)
        let connections = ConnectionTranslation(source: source, ownPorts: inbound.ports)
        let outbound = outboundListener(of: workload, in: configuration)
        if node.metadata.isIntercepted {
            let interception = InterceptionTranslation(workload: workload, configuration: configuration)
            resources.listeners = interception.listeners(
                outbound: outbound, connections: connections.listeners, inbound: inbound.listeners)
            resources.routes = [interception.routes(source.outboundRoutes)]
            resources.clusters = inbound.clusters + interception.clusters
        } else {
            resources.listeners = [outbound] + connections.listeners + inbound.listeners
            resources.routes = [source.outboundRoutes]
            resources.clusters = inbound.clusters
        }
    case .router:
        let gateway = GatewayTranslation(source: source, filters: inboundFilters)
        resources.listeners = gateway.listeners
        resources.routes = gateway.routes
    }
    if let log = AccessLog(configuration.options) {
        resources.listeners = resources.listeners.map { $0.logging(to: log) }
    }
    for service in configuration.services {
        for outbound in OutboundCluster.all(of: service, for: workload, in: configuration) {
            resources.clusters.append(outbound.cluster)
            resources.endpoints.append(outbound.assignment)
        }
    }
    return resources
}

/// Where the application's own requests come in, whatever their host.
private func outboundListener(of workload: MeshWorkload, in configuration: MeshConfiguration) -> Listener {
    var manager = HTTPConnectionManager(
        statPrefix: "outbound_0.0.0.0_\(ResourceNames.outboundPort)",
        routes: .discovered(name: ResourceNames.outboundRoutes, source: .controlPlane), streamIdleTimeout: .zero,
        normalizesPath: true, filters: .outbound(in: configuration), passesContinue: true)
    manager.upgrades = [.webSocket]
    return Listener(
        name: "virtualOutbound",
        address: NetworkAddress(ip: workload.entry.address, port: ResourceNames.outboundPort),
        trafficDirection: .outbound, filterChains: [FilterChain(manager: manager)])
}
