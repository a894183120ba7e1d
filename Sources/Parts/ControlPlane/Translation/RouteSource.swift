import Discovery
import MeshConfig

/// Routes as one workload sees them: its namespace shortens names, and its labels choose among rules.
struct RouteSource {
    let workload: MeshWorkload
    let configuration: MeshConfiguration

    /// The routes of everything that the application sends.
    var outboundRoutes: RouteConfiguration {
        var hosts = configuration.services.flatMap { service in
            service.ports.filter { $0.protocol.isHTTP }.map { virtualHost(service, $0) }
        }
        hosts += strayHosts
        hosts.append(
            VirtualHost(
                name: "block_all", domains: ["*"],
                routes: [
                    Route(
                        name: "block_all", match: Route.Match(), action: .direct(Route.DirectResponse(status: 502)))
                ]))
        return RouteConfiguration(name: ResourceNames.outboundRoutes, virtualHosts: hosts)
    }

    private func virtualHost(_ service: MeshService, _ port: MeshService.Port) -> VirtualHost {
        let routes: [Route] =
            if let item = configuration.meshVirtualServices(host: service.host).first, !item.spec.http.isEmpty {
                self.routes(of: item, gateway: VirtualService.meshGateway, port: port.number)
            } else {
                [
                    Route(
                        name: "default", match: Route.Match(),
                        action: .forward(
                            hashed(
                                Route.Forward(
                                    target: .cluster(
                                        ResourceNames.outboundCluster(host: service.host, port: port.number)),
                                    timeout: .zero, retryPolicy: .outboundDefault),
                                by: [hashPolicy(host: service.host, subset: nil)])))
                ]
            }
        return VirtualHost(
            name: "\(service.host):\(port.number)", domains: domains(of: service, port), routes: routes,
            includeRequestAttemptCount: true)
    }

    /// Every way to write the service's name. Without a port, a name means the port 80, or the first when there is none.
    private func domains(of service: MeshService, _ port: MeshService.Port) -> [String] {
        var names = [service.host]
        if service.key.kind == .service {
            names.append("\(service.name).\(service.namespace)")
            names.append("\(service.name).\(service.namespace).svc")
            if service.namespace == workload.namespace { names.append(service.name) }
        }
        let ports = service.ports.filter { $0.protocol.isHTTP }
        let owner = ports.contains { $0.number == 80 } ? 80 : ports.first?.number
        return names.flatMap { name in
            (port.number == owner ? [name] : []) + ["\(name):\(port.number)"]
        }
    }

    /// Hosts that only VirtualServices know: names that lead to other services.
    private var strayHosts: [VirtualHost] {
        let hosts = configuration.virtualServices
            .filter { $0.spec.gateways.contains(VirtualService.meshGateway) && !$0.spec.http.isEmpty }
            .flatMap { item in item.spec.hosts.map { configuration.fullHost($0, in: item.namespace) } }
        return Set(hosts).filter { configuration.service(host: $0) == nil }.sorted().compactMap { host in
            configuration.meshVirtualServices(host: host).first.map { item in
                VirtualHost(
                    name: "\(host):80", domains: [host, "\(host):80"],
                    routes: routes(of: item, gateway: VirtualService.meshGateway, port: 80),
                    includeRequestAttemptCount: true)
            }
        }
    }

    /// The routes of a VirtualService for requests that come through `gateway` (or the mesh) to `port`. A rule with several
    /// matches becomes as many routes; a match that is for others becomes none.
    func routes(
        of item: MeshConfiguration.Item<VirtualService>, gateway: String, port: UInt16
    ) -> [Route] {
        configuration.effectiveRoutes(of: item).flatMap { effective -> [Route] in
            let (rule, owner) = (effective.rule, effective.owner)
            let name = rule.name ?? ""
            func route(_ match: VirtualService.HTTPMatch?) -> Route {
                let label = [name, match?.name ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
                return Route(
                    name: label.isEmpty ? nil : label, match: match.map(Route.Match.init) ?? Route.Match(),
                    action: action(of: rule, in: owner.namespace, port: port), headers: headers(of: rule),
                    filters: FilterOverrides(rule, of: owner.object), statPrefix: match?.statPrefix)
            }
            if rule.match.isEmpty { return [route(nil)] }
            return rule.match.filter { concerns($0, gateway: gateway, port: port, in: item.namespace) }.map(route)
        }
    }

    /// The parts of a match that are decided here, because they are the same for every request of this proxy.
    private func concerns(
        _ match: VirtualService.HTTPMatch, gateway: String, port: UInt16, in namespace: String
    ) -> Bool {
        concerns(
            VirtualService.ConnectionMatch(
                port: match.port, sourceLabels: match.sourceLabels, sourceNamespace: match.sourceNamespace,
                gateways: match.gateways), gateway: gateway, port: port, in: namespace)
    }

    /// The same of a connection's match, whose server names are left to the proxy.
    func concerns(
        _ match: VirtualService.ConnectionMatch, gateway: String, port: UInt16, in namespace: String
    ) -> Bool {
        let names = match.gateways.map { name in
            configuration.gatewayKey(name, in: namespace).map { "\($0.namespace)/\($0.name)" } ?? name
        }
        guard (match.port ?? port) == port else { return false }
        // Whoever names gateways does not ask who sends: Istio's rule.
        guard names.isEmpty else { return names.contains(gateway) }
        return (match.sourceNamespace ?? workload.namespace) == workload.namespace
            && match.sourceLabels.allSatisfy { workload.labels[$0.key] == $0.value }
    }
}
