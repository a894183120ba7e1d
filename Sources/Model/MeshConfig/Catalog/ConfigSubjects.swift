/// Which hosts an object concerns, its own and those of the workloads that it selects.
struct ConfigSubjects {
    private let mesh: MeshConfiguration
    /// The hosts that a workload answers for.
    private let hostsOfWorkload: [ObjectKey: [String]]
    /// The hosts of the workloads that play a gateway.
    private let hostsOfGateway: [ObjectKey: [String]]

    init(_ mesh: MeshConfiguration) {
        self.mesh = mesh
        var hosts: [ObjectKey: [String]] = [:]
        for service in mesh.services {
            let workloads = Set(service.ports.flatMap(\.endpoints).compactMap { $0.workload?.key })
            for workload in workloads { hosts[workload, default: []].append(service.host) }
        }
        hostsOfWorkload = hosts
        hostsOfGateway = Dictionary(
            mesh.gateways.map { gateway in
                let players = mesh.workloads.filter { $0.labels.satisfies(gateway.spec.selector) }
                return (gateway.key, players.flatMap { hosts[$0.key] ?? [] })
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The hosts, each once, those that the object names itself first; and whether it holds for the whole mesh.
    func hosts(of object: ConfigObject) -> (hosts: [String], isMeshWide: Bool) {
        let namespace = object.key.namespace
        var hosts: [String] = []
        switch object.spec {
        case .virtualService(let spec):
            hosts += spec.hosts.map { mesh.fullHost($0, in: namespace) }
            hosts += spec.destinations.map { mesh.fullHost($0.entry.destination.host, in: namespace) }
            for name in spec.gateways {
                hosts += mesh.gatewayKey(name, in: namespace).flatMap { hostsOfGateway[$0] } ?? []
            }
        case .destinationRule(let spec): hosts.append(mesh.fullHost(spec.host, in: namespace))
        case .gateway(let spec): hosts += spec.servers.flatMap(\.hosts) + (hostsOfGateway[object.key] ?? [])
        case .serviceEntry(let spec): hosts += spec.hosts
        case .configMap: return ([], namespace == mesh.settings.rootNamespace && object.key.name == MeshOptions.mapName)
        case .workloadEntry: hosts += hostsOfWorkload[object.key] ?? []
        case .service: hosts.append(mesh.fullHost(object.key.name, in: namespace))
        case .peerAuthentication(let spec):
            if spec.selector == nil, namespace == mesh.settings.rootNamespace { return ([], true) }
            hosts += selected(by: spec.selector ?? [:], in: namespace)
        case .authorizationPolicy(let spec):
            let isRoot = namespace == mesh.settings.rootNamespace
            if spec.selector == nil, isRoot { return ([], true) }
            hosts += selected(by: spec.selector ?? [:], in: isRoot ? nil : namespace)
        case .requestAuthentication(let spec):
            let isMeshWide = namespace == mesh.settings.rootNamespace
            if spec.selector == nil, isMeshWide { return ([], true) }
            hosts += selected(by: spec.selector ?? [:], in: isMeshWide ? nil : namespace)
        }
        var seen: Set<String> = []
        return (hosts.filter { seen.insert($0).inserted }, false)
    }

    /// The hosts of all workloads of a namespace, or of all namespaces, that have these labels.
    private func selected(by selector: [String: String], in namespace: String?) -> [String] {
        mesh.workloads
            .filter { (namespace == nil || $0.namespace == namespace) && $0.labels.satisfies(selector) }
            .flatMap { hostsOfWorkload[$0.key] ?? [] }
    }
}
