import JSONWire

extension MeshConfiguration {
    // MARK: - Virtual services

    var routeProblems: [ConfigProblem] {
        virtualServices.flatMap { item in
            let own = conflicts(of: item) + unknownGateways(of: item) + shadowedRoutes(of: item)
            return own + loneDelegate(item) + missingDestinations(of: item) + delegateProblems(of: item)
        }
    }

    private func delegateProblems(of item: Item<VirtualService>) -> [ConfigProblem] {
        item.spec.http.enumerated().flatMap { index, route in
            delegateProblems(route, of: item, at: ["spec", "http", "\(index)"])
        }
    }

    /// Of all destinations that the object names, its mirrors, too.
    private func missingDestinations(of item: Item<VirtualService>) -> [ConfigProblem] {
        let routed = item.spec.destinations.map { (place: $0.place, destination: $0.entry.destination) }
        return (routed + item.spec.mirrorDestinations).flatMap { place, destination in
            destinationProblems(destination, of: item, at: JSONPointer(tokens: place))
        }
    }

    /// A VirtualService without hosts is for others to delegate to; one that nobody does is a slip.
    private func loneDelegate(_ item: Item<VirtualService>) -> [ConfigProblem] {
        guard item.spec.isDelegate else { return [] }
        let isUsed = virtualServices.contains { other in
            other.spec.http.contains { route in
                guard case .delegate(let delegate) = route.action else { return false }
                return self.delegate(delegate, in: other.namespace)?.key == item.key
            }
        }
        guard !isUsed else { return [] }
        return [
            ConfigProblem(
                object: item.key, pointer: "/spec/hosts", severity: .warning,
                message: "names no host, and no other VirtualService delegates to this one")
        ]
    }

    private func conflicts(of item: Item<VirtualService>) -> [ConfigProblem] {
        guard item.spec.gateways.contains(VirtualService.meshGateway) else { return [] }
        return item.spec.hosts.enumerated().compactMap { index, host -> ConfigProblem? in
            let host = fullHost(host, in: item.namespace)
            guard let first = meshVirtualServices(host: host).first, first.key != item.key else { return nil }
            return ConfigProblem(
                object: item.key, pointer: JSONPointer("/spec/hosts").appending(index), code: "IST0109",
                message: "\(first.key) routes \"\(host)\" already and is older; put the routes into one object")
        }
    }

    private func unknownGateways(of item: Item<VirtualService>) -> [ConfigProblem] {
        var problems: [ConfigProblem] = []
        for (index, name) in item.spec.gateways.enumerated() {
            guard let key = gatewayKey(name, in: item.namespace) else { continue }
            guard let gateway = gateways.first(where: { $0.key == key }) else {
                let names = gateways.map { "\($0.key.namespace)/\($0.key.name)" }
                let near = nearestName(to: "\(key.namespace)/\(key.name)", among: names)
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: JSONPointer("/spec/gateways").appending(index), code: "IST0101",
                        message: "there is no \(key)" + (near.map { "; did you mean \"\($0)\"?" } ?? "")))
                continue
            }
            for (position, host) in item.spec.hosts.enumerated()
            where !gateway.spec.servers.contains(where: { $0.accepts(host) }) {
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: JSONPointer("/spec/hosts").appending(position), severity: .warning,
                        code: "IST0132", message: "no server of \(key) serves host \"\(host)\""))
            }
        }
        return problems
    }

    private func shadowedRoutes(of item: Item<VirtualService>) -> [ConfigProblem] {
        let routes = item.spec.http
        guard
            let last = routes.firstIndex(where: { route in
                route.match.isEmpty || route.match.contains(where: \.matchesEverything)
            })
        else { return [] }
        return routes.indices[(last + 1)...].map { index in
            ConfigProblem(
                object: item.key, pointer: JSONPointer("/spec/http").appending(index), severity: .warning,
                code: "IST0130",
                message: "is never reached: spec.http[\(last)] before it takes every request")
        }
    }

    private func destinationProblems(
        _ destination: VirtualService.Destination, of item: Item<VirtualService>, at pointer: JSONPointer
    ) -> [ConfigProblem] {
        let host = fullHost(destination.host, in: item.namespace)
        guard let service = service(host: host) else {
            return [
                ConfigProblem(
                    object: item.key, pointer: pointer.appending("host"), code: "IST0101",
                    message: unknownHost(destination.host, in: item.namespace))
            ]
        }
        var problems: [ConfigProblem] = []
        let numbers = service.ports.map { String($0.number) }.joined(separator: ", ")
        if let port = destination.port, service.port(port) == nil {
            problems.append(
                ConfigProblem(
                    object: item.key, pointer: pointer.appending("port").appending("number"), code: "IST0101",
                    message: "\(host) has no port \(port); it has \(numbers)"))
        }
        if destination.port == nil, service.ports.count > 1 {
            problems.append(
                ConfigProblem(
                    object: item.key, pointer: pointer, code: "IST0112",
                    message: "\(host) has several ports, \(numbers); say which with port.number"))
        }
        guard let name = destination.subset else { return problems }
        let names = destinationRule(host: host)?.spec.subsets.map(\.name) ?? []
        guard !names.contains(name) else { return problems }
        let known =
            names.isEmpty
            ? "no DestinationRule gives \(host) subsets"
            : "\(host) has only \(names.map { "\"\($0)\"" }.joined(separator: " and "))"
        let advice =
            nearestName(to: name, among: names).map { "did you mean \"\($0)\"?" }
            ?? "add the subset or correct the name"
        problems.append(
            ConfigProblem(
                object: item.key, pointer: pointer.appending("subset"), code: "IST0101",
                message: "there is no subset \"\(name)\": \(known); \(advice)"))
        return problems
    }

    // MARK: - Gateways

    var gatewayProblems: [ConfigProblem] {
        gateways.compactMap { item in
            guard !workloads.contains(where: { $0.labels.satisfies(item.spec.selector) }) else { return nil }
            return ConfigProblem(
                object: item.key, pointer: "/spec/selector", severity: .warning, code: "IST0101",
                message: "no workload has the labels \(item.spec.selector.listed), so nobody plays this gateway")
        }
    }
}
