import MeshModel
import Quantities

/// Draws boxes around nodes that belong together.
///
/// A box has two members or more. Around namespaces and clusters there are boxes only where there is more than one of
/// them: a box around everything tells nothing.
struct GraphBoxes {
    let nodes: [MeshNode]
    let graph: SummedGraph
    let shown: ShownParts
    let table: ResponseTable

    func boxes(_ kinds: Set<MeshBox.Kind>) -> [MeshBox] {
        MeshBox.Kind.allCases.filter(kinds.contains).flatMap(boxes)
    }

    private struct Sum {
        var id: String
        var members: [Int] = []
        var inbound: TrafficCount?
        var outbound = 0.0
        var between = 0.0
    }

    private func boxes(_ kind: MeshBox.Kind) -> [MeshBox] {
        var sums: [Sum] = []
        var numbers: [String: Int] = [:]
        var boxOfNode = [Int?](repeating: nil, count: nodes.count)
        for node in nodes.indices where shown.nodes[node] {
            guard let id = id(kind, nodes[node]) else { continue }
            let number = numbers[id] ?? sums.count
            if number == sums.count {
                numbers[id] = number
                sums.append(Sum(id: id))
            }
            sums[number].members.append(node)
            boxOfNode[node] = number
        }
        if kind != .app, sums.count < 2 { return [] }
        for (number, edge) in graph.edges.enumerated() {
            guard let count = graph.sum(number)?.count else { continue }
            let source = boxOfNode[Int(edge.source)]
            let target = boxOfNode[Int(edge.target)]
            if let source, source == target {
                sums[source].between += count.requestsPerSecond
                continue
            }
            if let source { sums[source].outbound += count.requestsPerSecond }
            if let target, sums[target].inbound?.merge(count) == nil { sums[target].inbound = count }
        }
        return sums.filter { $0.members.count >= 2 }.map { box($0, kind) }.sorted { $0.id < $1.id }
    }

    /// The id of the box that a node is in; nothing for a node that is in none.
    private func id(_ kind: MeshBox.Kind, _ node: MeshNode) -> String? {
        let cluster = node.cluster ?? NodeNaming.ownCluster
        switch kind {
        case .app:
            guard let app = node.app, node.kind == .app || node.kind == .workload else { return nil }
            return "box/app/\(node.namespace)/\(app)\(NodeNaming.suffix(cluster))"
        case .namespace:
            guard isKnown(node.namespace) else { return nil }
            return "box/namespace/\(node.namespace)\(NodeNaming.suffix(cluster))"
        case .cluster: return node.cluster.map { "box/cluster/\($0)" }
        }
    }

    private func box(_ sum: Sum, _ kind: MeshBox.Kind) -> MeshBox {
        let first = nodes[sum.members[0]]
        return MeshBox(
            id: sum.id, kind: kind, cluster: first.cluster ?? NodeNaming.ownCluster,
            namespace: kind == .cluster ? nil : first.namespace, app: kind == .app ? first.app : nil,
            members: sum.members.map { nodes[$0].id }, inbound: sum.inbound?.summary(table),
            outboundRate: RequestsPerSecond(sum.outbound), internalRate: RequestsPerSecond(sum.between))
    }
}
