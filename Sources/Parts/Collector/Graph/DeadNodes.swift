import MeshModel

/// Takes out nodes without traffic that are not there any more, by Kiali's rule; asked only when the inventory is whole.
///
/// - A service goes when nothing comes from it, unless it is a service entry, an egress cluster or in the inventory.
/// - Anything else goes when its workload is not there any more; unknown always.
///
/// What is taken out takes its edges along, and may leave another without any: again, until nothing changes.
enum DeadNodes {
    static func remove(
        from shown: inout ShownParts, _ graph: SummedGraph, _ nodes: [MeshNode], _ inventory: MeshInventory
    ) {
        let index = InventoryIndex(inventory)
        let edges = graph.edges
        while true {
            var isSource = [Bool](repeating: false, count: nodes.count)
            for (number, edge) in edges.enumerated() where shown.edges[number] {
                isSource[Int(edge.source)] = true
            }
            var isAnyGone = false
            for number in nodes.indices where shown.nodes[number] && !graph.hasTraffic(number) {
                guard isDead(nodes[number], hasEdges: isSource[number], index) else { continue }
                shown.nodes[number] = false
                isAnyGone = true
            }
            guard isAnyGone else { return }
            for (number, edge) in edges.enumerated()
            where !shown.nodes[Int(edge.source)] || !shown.nodes[Int(edge.target)] {
                shown.edges[number] = false
            }
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
