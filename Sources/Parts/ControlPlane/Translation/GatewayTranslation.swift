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
                filterChains: chains(at: port, manager))
            listener.inspectsTLS = listener.filterChains.contains { $0.tls != nil }
            if source.workload.proxy.expectsProxyProtocol { listener.proxyProtocol = .required }
            return listener
        }
    }

    /// One chain for plain text, or one for every certificate. Of two servers with one name the first by its gateway's name
    /// has it.
    private func chains(at port: UInt16, _ manager: HTTPConnectionManager) -> [FilterChain] {
        let servers = gateways.sorted { $0.key < $1.key }.flatMap(\.spec.servers).filter { $0.port == port }
        var taken: Set<String> = []
        let secure = servers.compactMap { server -> FilterChain? in
            guard case .terminated(let termination) = server.security else { return nil }
            let names = server.hosts.filter { taken.insert($0).inserted }
            guard !names.isEmpty else { return nil }
            // Any name is said by none.
            let sni = names.contains("*") ? [] : names
            return FilterChain(
                transport: .tls, serverNames: sni, tls: DownstreamTLSContext(termination), filter: .http(manager))
        }
        // A port speaks one or the other: Istio's rule, and TLS is what was asked for with more effort.
        return secure.isEmpty ? [FilterChain(manager: manager)] : secure
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

extension DownstreamTLSContext {
    /// What clients from outside are greeted with.
    fileprivate init(_ termination: Gateway.Termination) {
        let certificate = TLSCertificate(
            chain: .file(path: termination.certificateFile), privateKey: .file(path: termination.keyFile))
        let validation = termination.clientRootsFile.map { roots in
            CertificateValidation(
                trustedCA: .file(path: roots), acceptedURIs: termination.clientNames)
        }
        self.init(
            common: CommonTLSContext(
                certificate: .inline(certificate), validation: validation.map { .inline($0) } ?? .none,
                alpn: ["h2", "http/1.1"], minimumVersion: termination.needsTLS13 ? .tls13 : .tls12),
            requiresClientCertificate: validation != nil)
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
