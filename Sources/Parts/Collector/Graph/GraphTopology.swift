/// Which edges lead from and to each node, by number.
struct GraphTopology {
    /// In the order of their sources' numbers, as ``GraphPlan/isBefore(_:_:)`` has it.
    let edges: [GraphPlan.Edge]
    let fromNode: NumberGroups
    let toNode: NumberGroups

    init(_ edges: [GraphPlan.Edge], nodes: Int) {
        self.edges = edges
        fromNode = NumberGroups(edges.lazy.map(\.source), groups: nodes)
        toNode = NumberGroups(edges.lazy.map(\.target), groups: nodes)
    }
}
