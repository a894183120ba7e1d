import MeshModel

/// What a node of the graph stands for. Kiali's graph types.
package enum GraphGrouping: String, Hashable, Sendable, CaseIterable {
    case versionedApp = "versioned-app"
    case app, service, workload
}

/// Names the ends of flows by Kiali's rules of identity.
///
/// An id is text that stays the same when everything is started again: `app/payments/pay/v1`, with `@east` behind it
/// when telemetry names a cluster that is not Istio's default. Where the telemetry does not say, it is the own cluster.
struct NodeNaming {
    private struct VersionedApp: Hashable {
        var namespace: String
        var app: String
        var version: String
        var cluster: String

        init(_ peer: Peer) {
            namespace = peer.namespace
            app = peer.app
            version = NodeNaming.version(peer)
            cluster = NodeNaming.suffix(peer.cluster)
        }
    }

    let grouping: GraphGrouping
    let inventory: MeshInventory
    /// Versions of apps that several workloads run: there the workload is a part of the id.
    private var shared: Set<VersionedApp> = []
    private var waypoints: Set<ServiceName> = []

    init(_ grouping: GraphGrouping, _ flows: [Flow], _ inventory: MeshInventory) {
        self.grouping = grouping
        self.inventory = inventory
        for workload in inventory.workloads where workload.isWaypoint {
            waypoints.insert(ServiceName(namespace: workload.identity.namespace, name: workload.identity.workload))
        }
        guard grouping == .versionedApp else { return }
        var workloads: [VersionedApp: String] = [:]
        for peer in flows.flatMap({ [$0.source, $0.destination] }) where isKnown(peer.app) {
            let key = VersionedApp(peer)
            let workload = isKnown(peer.workload) ? peer.workload : ""
            if workloads.updateValue(workload, forKey: key) ?? workload != workload { shared.insert(key) }
        }
    }

    func isWaypoint(_ peer: Peer) -> Bool {
        !waypoints.isEmpty && waypoints.contains(ServiceName(namespace: peer.namespace, name: peer.workload))
    }

    /// Who has no sidecar names itself nowhere: one node for all of them in a cluster.
    func source(of flow: Flow) -> MeshNode {
        if let node = node(flow.source) { return node }
        return MeshNode(
            id: MeshNode.ID("unknown" + Self.suffix(flow.source.cluster)), kind: .unknown, namespace: "",
            cluster: Self.cluster(flow.source.cluster), marks: .inaccessible)
    }

    /// Who answered, or, where nobody is known, the host that was asked for.
    func target(of flow: Flow) -> MeshNode {
        let hasService = isKnown(flow.serviceName)
        if hasService, !isKnown(flow.destination.workload), !flow.isExternal,
            grouping == .workload || grouping == .service
        {
            return service(of: flow)
        }
        return node(flow.destination) ?? service(of: flow)
    }

    private func node(_ peer: Peer) -> MeshNode? {
        guard !peer.isUnknown else { return nil }
        let suffix = Self.suffix(peer.cluster)
        let version = Self.version(peer)
        let workload = isKnown(peer.workload) ? peer.workload : nil
        let isWaypoint = isWaypoint(peer)
        // A waypoint stands for no app.
        let app = isKnown(peer.app) && !isWaypoint ? peer.app : nil
        var node = MeshNode(
            id: MeshNode.ID(""), kind: .app, namespace: peer.namespace, app: app,
            cluster: Self.cluster(peer.cluster))
        if isWaypoint { node.marks.insert(.waypoint) }
        switch (grouping, app, workload) {
        case (.versionedApp, let app?, _):
            var text = "app/\(peer.namespace)/\(app)/\(version)"
            if let workload, shared.contains(VersionedApp(peer)) { text += "/\(workload)" }
            node.id = MeshNode.ID(text + suffix)
            node.workload = workload
            node.version = version
        case (.app, let app?, _), (.workload, let app?, nil), (.service, let app?, nil):
            node.id = MeshNode.ID("app/\(peer.namespace)/\(app)\(suffix)")
        case (_, _, let workload?):
            node.id = MeshNode.ID("workload/\(peer.namespace)/\(workload)\(suffix)")
            node.kind = .workload
            node.workload = workload
            node.version = isKnown(peer.version) ? version : nil
        default: return nil
        }
        return node
    }

    /// The service of a flow: of the mesh, or a host outside.
    func service(of flow: Flow) -> MeshNode {
        let suffix = Self.suffix(flow.destination.cluster)
        let cluster = Self.cluster(flow.destination.cluster)
        if let entry = entry(of: flow) {
            return MeshNode(
                id: MeshNode.ID("external/\(entry.namespace)/\(entry.name)"), kind: .external,
                namespace: entry.namespace, service: entry.name, marks: .serviceEntry)
        }
        let isUnknownPlace = !isKnown(flow.serviceNamespace)
        if flow.isExternal {
            let name = isKnown(flow.serviceName) ? flow.serviceName : flow.service
            var node = MeshNode(
                id: MeshNode.ID("external/\(name)\(suffix)"), kind: .external, namespace: "", service: name,
                cluster: cluster, marks: isUnknownPlace ? .inaccessible : [])
            if Self.isEgressCluster(name) { node.marks.formUnion([.egressCluster, .inaccessible]) }
            return node
        }
        guard isKnown(flow.serviceName) else {
            // Nobody knows whom: one in each namespace that anybody named.
            let namespace = isUnknownPlace ? "" : flow.serviceNamespace
            return MeshNode(
                id: MeshNode.ID((isUnknownPlace ? "unknown-service" : "service/\(namespace)/unknown") + suffix),
                kind: .service, namespace: namespace, service: "unknown", cluster: cluster,
                marks: isUnknownPlace ? .inaccessible : [])
        }
        return MeshNode(
            id: MeshNode.ID("service/\(flow.serviceNamespace)/\(flow.serviceName)\(suffix)"), kind: .service,
            namespace: flow.serviceNamespace, service: flow.serviceName, cluster: cluster,
            marks: isUnknownPlace ? .inaccessible : [])
    }

    private func entry(of flow: Flow) -> MeshInventory.ServiceEntry? {
        guard !inventory.serviceEntries.isEmpty, flow.destination.isUnknown else { return nil }
        return inventory.serviceEntry(of: flow.service, seenFrom: flow.source.namespace)
            ?? inventory.serviceEntry(of: flow.serviceName, seenFrom: flow.source.namespace)
    }

    static func isEgressCluster(_ name: String) -> Bool { name == "PassthroughCluster" || name == "BlackHoleCluster" }

    private static func version(_ peer: Peer) -> String { isKnown(peer.version) ? peer.version : "latest" }

    /// Istio's default, and ours.
    static let ownCluster = "Kubernetes"

    private static func cluster(_ name: String) -> String? { isKnown(name) ? name : nil }

    static func suffix(_ cluster: String) -> String {
        isKnown(cluster) && cluster != ownCluster ? "@\(cluster)" : ""
    }
}
