import Discovery
import MeshConfig

/// What enters the mesh here: one listener and one set of routes for every port of the Gateways that this workload plays.
struct GatewayTranslation {
    let source: RouteSource
    /// What requests pass before they are routed.
    var filters: [HTTPFilter] = []

    private typealias GatewayItem = MeshConfiguration.Item<Gateway>

    var listeners: [Listener] {
        let authorization = AuthorizationTranslation(source.workload, source.configuration)
        return ports.map { port in
            var manager = HTTPConnectionManager(
                statPrefix: "outbound_0.0.0.0_\(port)",
                routes: .discovered(name: ResourceNames.gatewayRoutes(port: port), source: .controlPlane),
                streamIdleTimeout: .zero,
                // The edge: who connects is the client, whatever its headers say.
                useRemoteAddress: true, normalizesPath: true,
                filters: authorization.customFilters + filters + authorization.filters
                    + .outbound(in: source.configuration),
                passesContinue: true)
            manager.upgrades = [.webSocket]
            manager.clientCertificate = .edge
            var listener = Listener(
                name: "0.0.0.0_\(port)",
                address: NetworkAddress(ip: source.workload.entry.address, port: port), trafficDirection: .outbound,
                filterChains: [FilterChain(manager: manager)])
            if source.workload.proxy.expectsProxyProtocol { listener.proxyProtocol = .required }
            return listener
        }
    }

    var routes: [RouteConfiguration] {
        ports.map { RouteConfiguration(name: ResourceNames.gatewayRoutes(port: $0), virtualHosts: hosts(at: $0)) }
    }

    private var gateways: [GatewayItem] {
        source.configuration.gateways.filter { item in
            item.spec.selector.allSatisfy { source.workload.labels[$0.key] == $0.value }
        }
    }

    private var ports: [UInt16] {
        Set(gateways.flatMap { $0.spec.servers.map(\.port) }).sorted()
    }

    /// The virtual hosts of a port, sorted. VirtualServices for one host are joined, the oldest first, unlike in the mesh.
    private func hosts(at port: UInt16) -> [VirtualHost] {
        var routes: [String: [Route]] = [:]
        for gateway in gateways {
            let name = "\(gateway.key.namespace)/\(gateway.key.name)"
            for item in source.configuration.virtualServices(gateway: gateway.key) {
                let found = source.routes(of: item, gateway: name, port: port)
                for host in Set(gateway.spec.servers.filter { $0.port == port }.flatMap { $0.hosts(of: item.spec) }) {
                    routes[host, default: []] += found
                }
            }
        }
        return routes.sorted { $0.key < $1.key }.map { host, routes in
            VirtualHost(
                name: "\(host):\(port)", domains: host == "*" ? ["*"] : [host, "\(host):\(port)"], routes: routes,
                includeRequestAttemptCount: true)
        }
    }
}

extension Gateway.Server {
    /// The hosts that both this server and a VirtualService name: of a name and a wildcard over it, the name.
    fileprivate func hosts(of service: VirtualService) -> [String] {
        service.hosts.flatMap { wanted in
            hosts.compactMap { own in
                if own == wanted || own.covers(wanted) { return wanted }
                return wanted.covers(own) ? own : nil
            }
        }
    }
}

extension String {
    /// Whether this is a wildcard under which `other` falls.
    fileprivate func covers(_ other: String) -> Bool {
        self == "*" || (hasPrefix("*.") && other.hasSuffix(dropFirst()))
    }
}
