import MeshModel

/// Takes out nodes without traffic that are not there any more, by Kiali's rule; asked only when the inventory is whole.
///
/// - A service goes when nothing comes from it, unless it is a service entry, an egress cluster or in the inventory.
/// - Anything else goes when its workload is not there any more; unknown always.
///
/// What is taken out takes its edges along, and may leave another without any: again, until nothing changes.
enum DeadNodes {
    static func removed(
        _ edges: [GraphSums.Edge], _ nodes: [MeshNode], _ inventory: MeshInventory, _ ends: inout NodeSums
    ) -> [GraphSums.Edge] {
        let index = InventoryIndex(inventory)
        var edges = edges
        while true {
            var isSource = [Bool](repeating: false, count: nodes.count)
            for edge in edges { isSource[Int(edge.place.source)] = true }
            var gone: Set<Int32> = []
            for number in nodes.indices where ends.isThere[number] && !ends.hasTraffic(number) {
                guard isDead(nodes[number], hasEdges: isSource[number], index) else { continue }
                gone.insert(Int32(clamping: number))
                ends.isThere[number] = false
            }
            guard !gone.isEmpty else { return edges }
            edges.removeAll { gone.contains($0.place.source) || gone.contains($0.place.target) }
        }
    }

    private static func isDead(_ node: MeshNode, hasEdges: Bool, _ index: InventoryIndex) -> Bool {
        switch node.kind {
        case .service, .external:
            !hasEdges && node.marks.isDisjoint(with: [.serviceEntry, .egressCluster]) && !index.has(node)
        case .unknown: true
        case .operation: !hasEdges
        case .app, .workload: !index.has(node)
        }
    }
}
