import MeshModel

/// What the edges of a plan sum up, kept from tick to tick: only those that change are summed anew.
struct GraphSums {
    /// By edge; nothing for those that never were.
    private(set) var sums: [EdgeSum?]
    /// Which edges have any traffic, be it idle.
    private(set) var isThere: [Bool]
    /// Which edges are summed anew.
    private var isOpen: [Bool]
    /// By flow.
    private var principals: [TrafficNumbering.Principals] = []

    init(edges: Int) {
        sums = Array(repeating: nil, count: edges)
        isThere = Array(repeating: false, count: edges)
        isOpen = isThere
    }

    /// Forgets what some edges sum up, for it to be added anew.
    mutating func open(_ edges: [Bool], _ principals: [TrafficNumbering.Principals]) {
        isOpen = edges
        self.principals = principals
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

    mutating func add(_ flow: CountedFlow, over edge: Int32) {
        let edge = Int(edge)
        guard isOpen[edge] else { return }
        isThere[edge] = true
        if let sum = sums[edge] {
            sum.add(flow, principals)
        } else {
            let sum = EdgeSum()
            sum.add(flow, principals)
            sums[edge] = sum
        }
    }
}
