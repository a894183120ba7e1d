/// Which edges lead from and to each node, by number.
struct GraphTopology {
    /// In the order of their sources' numbers, as ``GraphPlan/isBefore(_:_:)`` has it.
    let edges: [GraphPlan.Edge]
    private let fromNode: NumberGroups
    private let toNode: NumberGroups

    init(_ edges: [GraphPlan.Edge], nodes: Int) {
        self.edges = edges
        fromNode = NumberGroups(edges.lazy.map(\.source), groups: nodes)
        toNode = NumberGroups(edges.lazy.map(\.target), groups: nodes)
    }

    func edges(from node: Int) -> NumberGroups.Members { fromNode[node] }
    func edges(to node: Int) -> NumberGroups.Members { toNode[node] }
}
