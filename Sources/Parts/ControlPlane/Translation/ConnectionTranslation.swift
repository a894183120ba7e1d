import Discovery
import MeshConfig

/// Where the application's connections go that name no host: a listener on the workload's own address for every number at
/// which a service speaks TCP or TLS.
///
/// TLS services share a number and are told apart by the name that the client asks for; of TCP services there is one, the
/// oldest, which takes what nobody else does.
struct ConnectionTranslation {
    let source: RouteSource
    /// Where the workload itself is reached: those addresses are taken.
    let ownPorts: [UInt16]

    /// Ports on which every proxy listens itself.
    private static let proxyPorts: Set<UInt16> = [15000, 15001, 15021, 15090]

    private var configuration: MeshConfiguration { source.configuration }

    /// Sorted by port.
    var listeners: [Listener] {
        let ports = Set(configuration.services.flatMap(\.ports).filter { !$0.protocol.isHTTP }.map(\.number))
        return ports.subtracting(ownPorts).subtracting(Self.proxyPorts).sorted().compactMap(listener)
    }

    private func listener(_ port: UInt16) -> Listener? {
        var chains: [FilterChain] = []
        var names: Set<String> = []
        let secure = configuration.services.filter { $0.port(port)?.protocol == .tls }
        let plain = configuration.connectionService(port: port)
        for service in secure + (plain.map { [$0] } ?? []) {
            for chain in secureChains(service, port) {
                // Of two chains for one name the first is in force; Envoy would refuse both.
                var chain = chain
                chain.serverNames.removeAll { !names.insert($0).inserted }
                if !chain.serverNames.isEmpty { chains.append(chain) }
            }
        }
        if let plain { chains.append(FilterChain(filter: .tcp(plainProxy(plain, port)))) }
        guard !chains.isEmpty else { return nil }
        let inspects = chains.contains { !$0.serverNames.isEmpty }
        return Listener(
            name: "0.0.0.0_\(port)", address: NetworkAddress(ip: source.workload.entry.address, port: port),
            trafficDirection: .outbound, filterChains: chains, inspectsTLS: inspects,
            inspectionTimeout: inspects ? .zero : nil, continuesAfterInspectionTimeout: inspects)
    }

    /// What becomes of TLS connections by the name that they ask for: as the VirtualService says, else, for a TLS port,
    /// to the service of that name.
    private func secureChains(_ service: MeshService, _ port: UInt16) -> [FilterChain] {
        let item = configuration.meshVirtualServices(host: service.host).first
        let routed = (item?.spec.tls ?? []).flatMap { route in
            route.match.filter { matches($0, item, port) }.map { match in
                FilterChain(
                    serverNames: match.sniHosts, filter: .tcp(proxy(route.destinations, service, item, port)))
            }
        }
        guard routed.isEmpty, service.port(port)?.protocol == .tls else { return routed }
        return [FilterChain(serverNames: [service.host], filter: .tcp(proxy([], service, nil, port)))]
    }

    private func plainProxy(_ service: MeshService, _ port: UInt16) -> TCPProxy {
        let item = configuration.meshVirtualServices(host: service.host).first
        let route = item?.spec.tcp.first { route in
            route.match.isEmpty || route.match.contains { matches($0, item, port) }
        }
        return proxy(route?.destinations ?? [], service, item, port)
    }

    private func matches(
        _ match: VirtualService.ConnectionMatch, _ item: MeshConfiguration.Item<VirtualService>?, _ port: UInt16
    ) -> Bool {
        guard let item else { return false }
        return source.concerns(match, gateway: VirtualService.meshGateway, port: port, in: item.namespace)
    }

    /// - Parameter destinations: none means the service itself.
    private func proxy(
        _ destinations: [VirtualService.RouteDestination], _ service: MeshService,
        _ item: MeshConfiguration.Item<VirtualService>?, _ port: UInt16
    ) -> TCPProxy {
        let namespace = item?.namespace ?? service.namespace
        // A single destination takes everything; of several, those without weight take nothing.
        let used = destinations.count == 1 ? destinations : destinations.filter { ($0.weight ?? 0) > 0 }
        let shares = used.map { entry in
            TCPProxy.WeightedCluster(
                name: source.cluster(entry.destination, in: namespace, port: port),
                weight: UInt32(clamping: entry.weight ?? 1))
        }
        let own = ResourceNames.outboundCluster(host: service.host, port: port)
        let target: TCPProxy.Target =
            shares.count > 1 ? .weighted(shares) : .cluster(shares.first?.name ?? own)
        let first = used.first?.destination
        let host = first.map { configuration.fullHost($0.host, in: namespace) } ?? service.host
        let policy = policy(host: host, subset: first?.subset)
        return TCPProxy(
            statPrefix: shares.count > 1 ? own : shares.first?.name ?? own, target: target,
            idleTimeout: policy?.idleTimeout, hashesSourceAddress: policy?.consistentHash?.key == .sourceAddress)
    }

    private func policy(host: String, subset: String?) -> DestinationRule.Policy? {
        guard let rule = configuration.destinationRule(host: host)?.spec else { return nil }
        let own = subset.flatMap { name in rule.subsets.first { $0.name == name } }?.trafficPolicy
        return own.map(rule.trafficPolicy.overlaid) ?? rule.trafficPolicy
    }
}
