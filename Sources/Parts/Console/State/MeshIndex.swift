package import MeshModel
package import Quantities

/// A snapshot with what every frame would otherwise look up again: ids, neighbours and totals. Made once per snapshot.
package struct MeshIndex: Sendable {
    package let snapshot: MeshSnapshot
    /// The ids of `snapshot.edges`, in their order: building one makes a string.
    package let edgeIDs: [MeshEdge.ID]
    /// Traffic as it enters the mesh.
    package let entry: EntryTraffic
    package let targetsUp: Int
    /// The worst health of all nodes.
    package let health: Health

    /// What versions of one app have in common.
    private struct Family: Hashable {
        let namespace: String
        let name: String

        init(_ node: MeshNode) {
            namespace = node.namespace
            name = node.plainName
        }
    }

    private let namespaces: Set<String>
    private let versions: [Family: Int]
    private let nodeIndex: [MeshNode.ID: Int]
    private let edgeIndex: [MeshEdge.ID: Int]
    private let outgoing: [MeshNode.ID: [Int]]
    private let incoming: [MeshNode.ID: [Int]]

    /// What callers from outside see: the edges out of nodes that nobody calls, or all edges where there is no such
    /// node. Summing every hop would count one visit several times.
    package struct EntryTraffic: Hashable, Sendable {
        package var rate: RequestsPerSecond
        package var errors: Ratio?
        /// The slowest entry's p95: quantiles do not add up.
        package var p95: Double?
    }

    package init(_ snapshot: MeshSnapshot) {
        self.snapshot = snapshot
        edgeIDs = snapshot.edges.map(\.id)
        nodeIndex = Dictionary(snapshot.nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        edgeIndex = Dictionary(edgeIDs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        outgoing = Dictionary(grouping: snapshot.edges.indices, by: { snapshot.edges[$0].source })
        incoming = Dictionary(grouping: snapshot.edges.indices, by: { snapshot.edges[$0].target })
        namespaces = Set(snapshot.nodes.map(\.namespace)).subtracting([""])
        versions = Dictionary(snapshot.nodes.map { (Family($0), 1) }, uniquingKeysWith: +)
        targetsUp = snapshot.targets.reduce(0) { $0 + ($1.state == .up ? 1 : 0) }
        health = snapshot.nodes.reduce(Health.unknown) { max($0, $1.health) }

        let called = Set(incoming.keys)
        let entries = snapshot.edges.filter { !called.contains($0.source) }
        let counted = entries.isEmpty ? snapshot.edges : entries
        let rate = counted.reduce(RequestsPerSecond.zero) { $0 + $1.traffic.rate }
        let failing = counted.reduce(0.0) { $0 + $1.traffic.rate.value * ($1.traffic.errors?.value ?? 0) }
        entry = EntryTraffic(
            rate: rate, errors: Ratio(failing, of: rate.value),
            p95: counted.compactMap { $0.traffic.latency?.p95 }.max())
    }

    package func node(_ id: MeshNode.ID) -> MeshNode? { nodeIndex[id].map { snapshot.nodes[$0] } }
    package func edge(_ id: MeshEdge.ID) -> MeshEdge? { edgeIndex[id].map { snapshot.edges[$0] } }
    package func position(of id: MeshEdge.ID) -> Int? { edgeIndex[id] }
    package func contains(_ selection: Selection) -> Bool {
        switch selection {
        case .node(let id): nodeIndex[id] != nil
        case .edge(let id): edgeIndex[id] != nil
        }
    }

    /// Positions in `snapshot.edges`, in that order.
    package func edges(outOf id: MeshNode.ID) -> [Int] { outgoing[id] ?? [] }
    package func edges(into id: MeshNode.ID) -> [Int] { incoming[id] ?? [] }

    /// A service as spans name it, `payment-service.payments`, without a namespace that the graph shows anyway.
    func shortService(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), namespaces.contains(String(name[name.index(after: dot)...])) else {
            return name
        }
        return String(name[..<dot])
    }

    /// Whether other versions of the same app are here, too.
    func hasSiblings(_ node: MeshNode) -> Bool { (versions[Family(node)] ?? 0) > 1 }

    /// The name where room is scarce, with its version where there are several.
    func shortTitle(_ id: MeshNode.ID) -> String {
        guard let node = node(id) else { return id.text }
        guard hasSiblings(node), let version = node.version else { return node.shortName }
        return "\(node.shortName) \(version)"
    }

    /// Whether names have to be told apart by their namespace.
    var hasNamespaces: Bool { namespaces.count > 1 }

    package func title(_ id: MeshNode.ID) -> String { node(id)?.title ?? id.text }

    /// The split that divides traffic to `node`, if there is one.
    package func split(to node: MeshNode) -> TrafficSplit? {
        snapshot.splits.first { split in
            split.service.namespace == node.namespace
                && (split.service.name == node.service || split.service.name == node.app)
        }
    }

    /// The weight that `node` has in a split, as a share.
    package func weight(of node: MeshNode) -> Ratio? {
        guard let split = split(to: node), let version = node.version else { return nil }
        guard let share = split.shares.first(where: { ($0.version ?? $0.subset) == version }) else { return nil }
        return Ratio(Double(share.weight), of: Double(split.totalWeight))
    }
}
