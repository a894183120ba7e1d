import Discovery
import MeshConfig

/// What a proxy is told whose workload's connections the machine sends to it, as Istio tells its sidecars: two listeners take
/// all of them, 15001 those that leave and 15006 those that arrive, and give each to the listener of where it was going,
/// which has no port of its own.
struct InterceptionTranslation {
    let workload: MeshWorkload
    let configuration: MeshConfiguration

    private var allowsAny: Bool { configuration.options.outboundPolicy == .allowAny }

    /// - Parameters:
    ///   - outbound: the listener of the application's requests.
    ///   - connections: those of its TCP and TLS connections.
    ///   - inbound: those of what arrives.
    func listeners(outbound: Listener, connections: [Listener], inbound: [Listener]) -> [Listener] {
        let taken = Set(connections.map(\.address.port))
        let ports = Set(configuration.services.flatMap(\.ports).filter { $0.protocol.isHTTP }.map(\.number))
        let requests = ports.subtracting(taken).sorted().map { port in
            var listener = outbound
            listener.name = "0.0.0.0_\(port)"
            listener.address = NetworkAddress(ip: "0.0.0.0", port: port)
            return unbound(listener)
        }
        let others = connections.map { connection in
            var listener = connection
            listener.address = NetworkAddress(ip: "0.0.0.0", port: connection.address.port)
            return unbound(listener)
        }
        return [
            virtual(
                "virtualOutbound", ResourceNames.outboundPort, .outbound,
                allowsAny ? ResourceNames.passthrough : ResourceNames.blackHole)
        ] + requests + others + [
            virtual(
                "virtualInbound", ResourceNames.inboundPort, .inbound,
                // What is not declared arrives in plain text, which STRICT forbids.
                configuration.mutualTLSMode(of: workload, port: 0) == .strict
                    ? ResourceNames.blackHole : ResourceNames.inboundPassthrough)
        ] + inbound.map(unbound)
    }

    private func unbound(_ listener: Listener) -> Listener {
        var listener = listener
        listener.bindsToPort = false
        return listener
    }

    private func virtual(
        _ name: String, _ port: UInt16, _ direction: Listener.TrafficDirection, _ cluster: String
    ) -> Listener {
        var listener = Listener(
            name: name, address: NetworkAddress(ip: workload.entry.address, port: port), trafficDirection: direction,
            filterChains: [FilterChain(filter: .tcp(TCPProxy(statPrefix: cluster, target: .cluster(cluster))))])
        listener.usesOriginalDestination = true
        return listener
    }

    /// The routes of requests, with an end for those to hosts that nobody knows.
    func routes(_ routes: RouteConfiguration) -> RouteConfiguration {
        var routes = routes
        routes.virtualHosts.removeAll { $0.domains == ["*"] }
        let action: Route.Action =
            allowsAny
            ? .forward(Route.Forward(target: .cluster(ResourceNames.passthrough), timeout: .zero))
            : .direct(Route.DirectResponse(status: 502))
        routes.virtualHosts.append(
            VirtualHost(
                name: allowsAny ? "allow_any" : "block_all", domains: ["*"],
                routes: [Route(name: allowsAny ? "allow_any" : "block_all", match: Route.Match(), action: action)]))
        return routes
    }

    var clusters: [Cluster] {
        func original(_ name: String, from source: String? = nil) -> Cluster {
            var cluster = Cluster(
                name: name, endpoints: .original, balancing: .clusterProvided, connectTimeout: .seconds(10),
                limits: .unlimited)
            cluster.sourceIP = source
            return cluster
        }
        return [
            original(ResourceNames.passthrough),
            // Istio's address: the rules know by it what must not come back.
            original(ResourceNames.inboundPassthrough, from: "127.0.0.6"),
            Cluster(
                name: ResourceNames.blackHole,
                endpoints: .inline(ClusterLoadAssignment(clusterName: ResourceNames.blackHole, endpoints: []))),
        ]
    }
}
