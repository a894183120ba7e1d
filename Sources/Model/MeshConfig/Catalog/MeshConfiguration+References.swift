import JSONWire

extension MeshConfiguration {
    /// The objects that `object` names, where in its text, and as what. A name that leads nowhere is none: it is a
    /// problem, and ``problems`` tells of it.
    func references(of object: ConfigObject) -> [ConfigReference] {
        var found: [ConfigReference] = []
        var seen: Set<ConfigReference> = []
        let namespace = object.key.namespace
        func add(_ target: ObjectKey?, _ role: String, at tokens: [String]) {
            guard let target, target != object.key else { return }
            // Once for each role: fifty routes to one service are one reference, at its first place.
            let plain = ConfigReference(
                source: ConfigKey(object.key), pointer: .root, target: ConfigKey(target), role: role)
            guard seen.insert(plain).inserted else { return }
            found.append(
                ConfigReference(
                    source: plain.source, pointer: JSONPointer(tokens: tokens), target: plain.target, role: role))
        }
        func addWorkloads(_ selector: [String: String], in namespace: String?, _ role: String, at tokens: [String]) {
            for workload in workloads where namespace == nil || workload.namespace == namespace {
                if workload.labels.satisfies(selector) { add(workload.key, role, at: tokens) }
            }
        }

        switch object.spec {
        case .virtualService(let spec):
            for (index, host) in spec.hosts.enumerated() {
                add(service(host: fullHost(host, in: namespace))?.key, "host", at: ["spec", "hosts", "\(index)"])
            }
            for (index, name) in spec.gateways.enumerated() {
                let key = gatewayKey(name, in: namespace)
                let gateway = gateways.first { $0.key == key }
                add(gateway?.key, "gateway", at: ["spec", "gateways", "\(index)"])
            }
            for (index, route) in spec.http.enumerated() {
                guard case .delegate(let delegate) = route.action else { continue }
                let target = self.delegate(delegate, in: namespace)?.key
                add(target, "delegate", at: ["spec", "http", "\(index)", "delegate", "name"])
            }
            let routed = spec.destinations.map { ($0.place, $0.entry.destination, "destination") }
            let mirrored = spec.mirrorDestinations.map { ($0.place, $0.destination, "mirror") }
            for (place, destination, role) in routed + mirrored {
                let host = fullHost(destination.host, in: namespace)
                add(service(host: host)?.key, role, at: place + ["host"])
                guard let subset = destination.subset, let rule = destinationRule(host: host),
                    rule.spec.subsets.contains(where: { $0.name == subset })
                else { continue }
                add(rule.key, "subset \(subset)", at: place + ["subset"])
            }
        case .destinationRule(let spec):
            let service = service(host: fullHost(spec.host, in: namespace))
            add(service?.key, "host", at: ["spec", "host"])
            let endpoints = service?.ports.flatMap(\.endpoints) ?? []
            for (index, subset) in spec.subsets.enumerated() {
                for endpoint in endpoints where endpoint.labels.satisfies(subset.labels) {
                    add(endpoint.workload?.key, "subset \(subset.name)", at: ["spec", "subsets", "\(index)", "name"])
                }
            }
        case .gateway(let spec): addWorkloads(spec.selector, in: nil, "played by", at: ["spec", "selector"])
        case .service:
            // Who is behind it is known already; of two with one host, only the older has endpoints.
            guard let own = service(host: fullHost(object.key.name, in: namespace)), own.key == object.key else {
                break
            }
            for workload in own.ports.flatMap(\.endpoints).compactMap(\.workload) {
                add(workload.key, "endpoint", at: ["spec", "selector"])
            }
        case .peerAuthentication(let spec):
            guard let selector = spec.selector else { break }
            addWorkloads(selector, in: namespace, "selects", at: ["spec", "selector"])
        case .authorizationPolicy(let spec):
            guard let selector = spec.selector else { break }
            addWorkloads(
                selector, in: namespace == settings.rootNamespace ? nil : namespace, "selects",
                at: ["spec", "selector"])
        case .requestAuthentication(let spec):
            guard let selector = spec.selector else { break }
            let isMeshWide = namespace == settings.rootNamespace
            addWorkloads(selector, in: isMeshWide ? nil : namespace, "selects", at: ["spec", "selector"])
        case .serviceEntry, .workloadEntry, .configMap: break
        }
        return found
    }
}
