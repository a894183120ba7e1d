package import MeshModel

/// What a row or a page is about: a service with all its versions, one place in the graph, or one edge.
package enum MeshSubject: Hashable, Sendable {
    case service(ServiceName)
    case node(MeshNode.ID)
    case edge(MeshEdge.ID)
}

extension MeshNode {
    /// The service that it answers for; nothing for callers without a name and for single operations.
    var serviceName: ServiceName? {
        guard kind != .unknown, kind != .operation else { return nil }
        return ServiceName(namespace: namespace, name: service ?? app ?? workload ?? title)
    }
}

extension MeshSubject {
    /// The nodes that it is about, in the snapshot's order.
    func members(in snapshot: MeshSnapshot) -> [MeshNode] {
        switch self {
        case .service(let name): snapshot.nodes.filter { $0.serviceName == name }
        case .node(let id): snapshot.nodes.first { $0.id == id }.map { [$0] } ?? []
        case .edge: []
        }
    }

    /// The requests that it is about: what arrives, or what is sent where nothing arrives; nothing when it is not there.
    func traffic(in snapshot: MeshSnapshot) -> TrafficSummary? {
        if case .edge(let id) = self { return snapshot.edges.first { $0.id == id }?.traffic }
        let members = members(in: snapshot)
        if let arriving = members.arriving { return arriving }
        let ids = Set(members.map(\.id))
        return TrafficSummary.joined(snapshot.edges.filter { ids.contains($0.source) }.map(\.traffic))
    }
}

extension [MeshNode] {
    /// What arrives at nodes of one service. Where a node stands for the service itself, all of it goes through there.
    var arriving: TrafficSummary? {
        if let front = first(where: { $0.kind == .service && $0.inbound != nil }) { return front.inbound }
        return TrafficSummary.joined(compactMap(\.inbound))
    }
}
