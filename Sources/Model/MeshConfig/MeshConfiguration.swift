/// All objects together, with the names between them resolved.
///
/// Built once from a set of objects and never changed. Every list is sorted by key, so that equal sets give equal
/// results whatever order they came in.
package struct MeshConfiguration: Sendable {
    /// An object with its spec already taken out.
    package struct Item<Spec: Hashable & Sendable>: Hashable, Sendable {
        package let object: ConfigObject
        package let spec: Spec

        package var key: ObjectKey { object.key }
        package var namespace: String { object.key.namespace }
    }

    package let settings: MeshSettings
    /// What the owner says for all of the mesh.
    package let options: MeshOptions
    package let objects: [ConfigObject]
    package let virtualServices: [Item<VirtualService>]
    package let destinationRules: [Item<DestinationRule>]
    package let gateways: [Item<Gateway>]
    package let peerAuthentications: [Item<PeerAuthentication>]
    package let authorizationPolicies: [Item<AuthorizationPolicy>]
    package let requestAuthentications: [Item<RequestAuthentication>]
    package let workloads: [MeshWorkload]
    /// Services and the hosts of ServiceEntries, sorted by host. Of two with one host, the older is here.
    package let services: [MeshService]
    private let servicesByHost: [String: MeshService]
    private let destinationRulesByHost: [String: Item<DestinationRule>]

    package init(_ objects: [ConfigObject], settings: MeshSettings = MeshSettings()) {
        let objects = objects.sorted { $0.key < $1.key }
        let gateways = objects.compactMap { object in
            if case .gateway(let spec) = object.spec { Item(object: object, spec: spec) } else { nil }
        }
        let workloads = objects.compactMap { object in
            if case .workloadEntry(let spec) = object.spec {
                MeshWorkload(object, spec, settings: settings, gateways: gateways.map(\.spec))
            } else {
                nil
            }
        }
        self.settings = settings
        options =
            objects.compactMap { (object) -> MeshOptions? in
                guard case .configMap(let map) = object.spec, object.key.namespace == settings.rootNamespace else {
                    return nil
                }
                return map.options
            }.first ?? MeshOptions()
        self.objects = objects
        self.gateways = gateways
        self.workloads = workloads
        virtualServices = objects.compactMap { object in
            if case .virtualService(let spec) = object.spec { Item(object: object, spec: spec) } else { nil }
        }
        destinationRules = objects.compactMap { object in
            if case .destinationRule(let spec) = object.spec { Item(object: object, spec: spec) } else { nil }
        }
        peerAuthentications = objects.compactMap { object in
            if case .peerAuthentication(let spec) = object.spec { Item(object: object, spec: spec) } else { nil }
        }
        authorizationPolicies = objects.compactMap { object in
            if case .authorizationPolicy(let spec) = object.spec { Item(object: object, spec: spec) } else { nil }
        }
        requestAuthentications = objects.compactMap { object in
            if case .requestAuthentication(let spec) = object.spec { Item(object: object, spec: spec) } else { nil }
        }

        // The older object comes first and so keeps its host.
        var servicesByHost: [String: MeshService] = [:]
        for object in objects.sorted(by: { $0.isOlder(than: $1) }) {
            let found: [MeshService] =
                switch object.spec {
                case .service(let spec): [MeshService(object, spec, workloads: workloads, settings: settings)]
                case .serviceEntry(let spec): spec.hosts.map { MeshService(object, spec, host: $0, settings: settings) }
                case .virtualService, .destinationRule, .gateway, .workloadEntry, .peerAuthentication,
                    .authorizationPolicy, .requestAuthentication, .configMap:
                    []
                }
            for service in found where servicesByHost[service.host] == nil {
                servicesByHost[service.host] = service
            }
        }
        self.servicesByHost = servicesByHost
        services = servicesByHost.values.sorted { $0.host < $1.host }

        var rules: [String: Item<DestinationRule>] = [:]
        for rule in destinationRules {
            let host = settings.fullHost(rule.spec.host, in: rule.namespace)
            if let other = rules[host], other.object.isOlder(than: rule.object) { continue }
            rules[host] = rule
        }
        destinationRulesByHost = rules
    }

    /// The full form of a host written in an object of `namespace`: a name without a dot is a Service there.
    package func fullHost(_ host: String, in namespace: String) -> String {
        settings.fullHost(host, in: namespace)
    }

    /// The service behind a full host name.
    package func service(host: String) -> MeshService? { servicesByHost[host] }

    /// The DestinationRule of a full host name.
    package func destinationRule(host: String) -> Item<DestinationRule>? { destinationRulesByHost[host] }

    package func workload(namespace: String, name: String) -> MeshWorkload? {
        workloads.first { $0.namespace == namespace && $0.name == name }
    }

    /// The VirtualServices of sidecars that name this full host. The first is in force, the oldest: Istio does not merge
    /// them there.
    package func meshVirtualServices(host: String) -> [Item<VirtualService>] {
        virtualServices
            .filter { item in
                item.spec.gateways.contains(VirtualService.meshGateway)
                    && item.spec.hosts.contains { fullHost($0, in: item.namespace) == host }
            }
            .sorted { $0.object.isOlder(than: $1.object) }
    }

    /// The VirtualServices bound to a Gateway object, oldest first.
    package func virtualServices(gateway: ObjectKey) -> [Item<VirtualService>] {
        virtualServices
            .filter { item in item.spec.gateways.contains { gatewayKey($0, in: item.namespace) == gateway } }
            .sorted { $0.object.isOlder(than: $1.object) }
    }

    /// The object that a gateway's name in a VirtualService of `namespace` means; nothing for `mesh`.
    package func gatewayKey(_ name: String, in namespace: String) -> ObjectKey? {
        guard name != VirtualService.meshGateway else { return nil }
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2
            ? ObjectKey(kind: .gateway, namespace: parts[0], name: parts[1])
            : ObjectKey(kind: .gateway, namespace: namespace, name: name)
    }
}

extension MeshSettings {
    fileprivate func fullHost(_ host: String, in namespace: String) -> String {
        host.utf8.contains(UInt8(ascii: ".")) ? host : "\(host).\(namespace).svc.\(domain)"
    }
}
