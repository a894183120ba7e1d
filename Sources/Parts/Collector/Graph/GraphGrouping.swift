import MeshModel

/// What a node of the graph stands for. Kiali's graph types.
package enum GraphGrouping: String, Hashable, Sendable, CaseIterable {
    case versionedApp = "versioned-app"
    case app, service, workload
}

/// The nodes at both ends of a flow.
struct FlowNodes {
    var source: MeshNode
    var target: MeshNode
}

extension GraphGrouping {
    /// - Parameter served: the service that a workload answers for, by ``Peer``; only asked for in a graph of
    ///   services, where it joins what a service gets to what its workloads send.
    func nodes(of flow: Flow, served: (Peer) -> Flow?) -> FlowNodes {
        FlowNodes(source: source(of: flow, served: served), target: target(of: flow))
    }

    private func source(of flow: Flow, served: (Peer) -> Flow?) -> MeshNode {
        if self == .service, let own = served(flow.source) { return service(own) }
        // Who has no sidecar names itself nowhere: one node for all of them.
        return node(flow.source) ?? MeshNode(id: MeshNode.ID("unknown"), kind: .unknown, namespace: "")
    }

    /// Who answered, or, where nobody is known, the host that was asked for.
    private func target(of flow: Flow) -> MeshNode {
        if self == .service, isKnown(flow.serviceName), !flow.isExternal { return service(flow) }
        if let node = node(flow.destination) { return node }
        if flow.isExternal {
            return MeshNode(
                id: MeshNode.ID("external/\(flow.service)"), kind: .external, namespace: "", service: flow.service)
        }
        guard isKnown(flow.serviceName) else {
            return MeshNode(id: MeshNode.ID("unknown-service"), kind: .unknown, namespace: "", service: "unknown")
        }
        return service(flow)
    }

    private func node(_ peer: Peer) -> MeshNode? {
        guard !peer.isUnknown else { return nil }
        let app = isKnown(peer.app) ? peer.app : peer.workload
        let version = isKnown(peer.version) ? peer.version : "latest"
        let workload = isKnown(peer.workload) ? peer.workload : nil
        switch self {
        case .versionedApp:
            return MeshNode(
                id: MeshNode.ID("app/\(peer.namespace)/\(app)/\(version)"), kind: .app, namespace: peer.namespace,
                app: app, workload: workload, version: version)
        case .workload:
            guard let workload else { fallthrough }
            return MeshNode(
                id: MeshNode.ID("workload/\(peer.namespace)/\(workload)"), kind: .workload, namespace: peer.namespace,
                app: app, workload: workload, version: version)
        case .app, .service:
            // In a graph of services, who only sends is shown as an app.
            return MeshNode(
                id: MeshNode.ID("app/\(peer.namespace)/\(app)"), kind: .app, namespace: peer.namespace, app: app)
        }
    }

    private func service(_ flow: Flow) -> MeshNode {
        MeshNode(
            id: MeshNode.ID("service/\(flow.serviceNamespace)/\(flow.serviceName)"), kind: .service,
            namespace: flow.serviceNamespace, service: flow.serviceName)
    }
}
