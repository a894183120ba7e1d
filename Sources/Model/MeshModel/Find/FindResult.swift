/// What expressions find in a graph, and what they hide of it.
///
/// Hiding goes before finding. Kiali's rules: what the expression names is hidden; where it names edges, nodes that had
/// edges and have none left are hidden too, unless they are idle; and with a node go its edges. A node that loses its
/// edges only because its neighbour is hidden stays.
package struct FindResult: Sendable, Equatable {
    package private(set) var foundNodes: Set<MeshNode.ID> = []
    package private(set) var foundEdges: Set<MeshEdge.ID> = []
    package private(set) var hiddenNodes: Set<MeshNode.ID> = []
    package private(set) var hiddenEdges: Set<MeshEdge.ID> = []
    /// What the expressions asked for and nobody told, sorted by name; only where it left the answer open.
    package private(set) var unknownFacts: [UnknownFact] = []

    /// The `n` of "n found".
    package var foundCount: Int { foundNodes.count + foundEdges.count }
    package var hiddenCount: Int { hiddenNodes.count + hiddenEdges.count }

    /// - Complexity: linear in the nodes and edges for each condition, and of sorting the nodes.
    package init(
        _ snapshot: MeshSnapshot, find: FindExpression? = nil, hide: FindExpression? = nil,
        facts: FindFacts = FindFacts()
    ) {
        guard find != nil || hide != nil else { return }
        let context = FindContext(snapshot, facts: facts)
        var tally = UnknownTally()
        if let hide {
            hiddenNodes = tally.nodes(in: snapshot, matching: hide, context)
            hiddenEdges = tally.edges(in: snapshot, matching: hide, context)
            hideTheRest(of: snapshot, context)
        }
        if let find {
            foundNodes = tally.nodes(in: snapshot, matching: find, context).subtracting(hiddenNodes)
            foundEdges = tally.edges(in: snapshot, matching: find, context).subtracting(hiddenEdges)
        }
        unknownFacts = tally.facts
    }

    private mutating func hideTheRest(of snapshot: MeshSnapshot, _ context: FindContext) {
        if !hiddenEdges.isEmpty {
            var nodesWithEdges: Set<MeshNode.ID> = []
            var nodesWithVisibleEdges: Set<MeshNode.ID> = []
            for edge in snapshot.edges {
                nodesWithEdges.formUnion([edge.source, edge.target])
                if !hiddenEdges.contains(edge.id) { nodesWithVisibleEdges.formUnion([edge.source, edge.target]) }
            }
            for node in snapshot.nodes
            where nodesWithEdges.contains(node.id) && !nodesWithVisibleEdges.contains(node.id)
                && context.read(FindField(.idle), of: node) != .flag(true)
            {
                hiddenNodes.insert(node.id)
            }
        }
        for edge in snapshot.edges where hiddenNodes.contains(edge.source) || hiddenNodes.contains(edge.target) {
            hiddenEdges.insert(edge.id)
        }
    }
}

/// Counts for how many nodes and edges a missing fact left the answer open.
private struct UnknownTally {
    private var nodes: [FindField: Set<MeshNode.ID>] = [:]
    private var edges: [FindField: Set<MeshEdge.ID>] = [:]

    mutating func nodes(
        in snapshot: MeshSnapshot, matching expression: FindExpression, _ context: FindContext
    ) -> Set<MeshNode.ID> {
        var result: Set<MeshNode.ID> = []
        guard expression.nodeCondition != nil else { return result }
        for node in snapshot.nodes {
            var unknown: Set<FindField> = []
            switch expression.truth(of: node, in: context, unknown: &unknown) {
            case .yes: result.insert(node.id)
            case .unknown: for field in unknown { nodes[field, default: []].insert(node.id) }
            case .no: break
            }
        }
        return result
    }

    mutating func edges(
        in snapshot: MeshSnapshot, matching expression: FindExpression, _ context: FindContext
    ) -> Set<MeshEdge.ID> {
        var result: Set<MeshEdge.ID> = []
        guard expression.edgeCondition != nil else { return result }
        for edge in snapshot.edges {
            var unknown: Set<FindField> = []
            switch expression.truth(of: edge, in: context, unknown: &unknown) {
            case .yes: result.insert(edge.id)
            case .unknown: for field in unknown { edges[field, default: []].insert(edge.id) }
            case .no: break
            }
        }
        return result
    }

    var facts: [UnknownFact] {
        Set(nodes.keys).union(edges.keys).map {
            UnknownFact(name: $0.description, nodes: nodes[$0]?.count ?? 0, edges: edges[$0]?.count ?? 0)
        }.sorted { $0.name < $1.name }
    }
}

extension MeshSnapshot {
    /// The graph without what is hidden.
    package func hiding(_ result: FindResult) -> MeshSnapshot {
        var copy = self
        copy.nodes.removeAll { result.hiddenNodes.contains($0.id) }
        copy.edges.removeAll { result.hiddenEdges.contains($0.id) }
        for index in copy.boxes.indices { copy.boxes[index].members.removeAll(where: result.hiddenNodes.contains) }
        // A box around one node tells nothing.
        copy.boxes.removeAll { $0.members.count < 2 }
        return copy
    }
}
