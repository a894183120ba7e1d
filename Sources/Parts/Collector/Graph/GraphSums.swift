import MeshModel

/// What the edges of a plan sum up, kept from tick to tick: only those that change are summed anew.
struct GraphSums {
    /// By edge; nothing for those that never were.
    private(set) var sums: [EdgeSum?]
    /// Which edges have any traffic, be it idle.
    private(set) var isThere: [Bool]
    /// Which edges are summed anew.
    private var isOpen: [Bool]

    init(edges: Int) {
        sums = Array(repeating: nil, count: edges)
        isThere = Array(repeating: false, count: edges)
        isOpen = isThere
    }

    /// Forgets what some edges sum up, for it to be added anew.
    mutating func open(_ edges: [Bool]) {
        isOpen = edges
        for edge in edges.indices where edges[edge] {
            isThere[edge] = false
            sums[edge]?.clear()
        }
    }

    /// Whether any edge that a flow may run over is summed anew.
    func isAnyOpen(of flow: Int, _ plan: GraphPlan) -> Bool {
        var isAny = false
        plan.forEachEdge(of: flow) { if isOpen[$0] { isAny = true } }
        return isAny
    }

    /// Adds a flow's numbers to an edge, if that is summed anew; see ``EdgeSum/add(_:by:_:names:)``.
    mutating func add(
        _ count: TrafficCount, by reporter: Reporter, _ counts: FlowCounts, names: Int32, over edge: Int32
    ) {
        let edge = Int(edge)
        guard isOpen[edge] else { return }
        isThere[edge] = true
        let sum: EdgeSum
        if let known = sums[edge] {
            sum = known
        } else {
            sum = EdgeSum()
            sums[edge] = sum
        }
        sum.add(count, by: reporter, counts, names: names)
    }
}
