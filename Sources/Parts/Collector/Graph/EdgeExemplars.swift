import MeshModel

/// The examples of a tick's changed edges, by the edges' numbers.
struct EdgeExemplars {
    private var byEdge: [Int: [TraceExemplar]] = [:]

    /// Adds those of an edge, when there are any.
    func add(to edge: inout MeshEdge, _ number: Int) {
        if !byEdge.isEmpty, let found = byEdge[number] { edge.exemplars = found }
    }

    fileprivate mutating func add(_ exemplars: [TraceExemplar], to edge: Int) {
        byEdge[edge, default: []] += exemplars
    }

    fileprivate mutating func finish() {
        byEdge = byEdge.mapValues { TraceExemplar.newest(MeshEdge.maximumExemplars, of: $0) }
    }

    /// The same in a graph that has some of the edges, under other numbers.
    func reduced(_ edges: [GraphPlan.Edge], to new: [GraphPlan.Edge]) -> EdgeExemplars {
        guard !byEdge.isEmpty else { return self }
        let numbers = Dictionary(new.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var reduced = EdgeExemplars()
        for (number, exemplars) in byEdge {
            if let place = numbers[edges[number]] { reduced.byEdge[place] = exemplars }
        }
        return reduced
    }
}

extension ExemplarBook {
    /// Lets the edges be made anew whose examples have changed, and hands over those of all that are.
    mutating func byEdge(of plan: GraphPlan, changing isEdgeChanged: inout [Bool]) -> EdgeExemplars {
        for flow in takeFresh() {
            plan.forEachEdge(of: Int(flow)) { isEdgeChanged[$0] = true }
        }
        var found = EdgeExemplars()
        for flow in flows {
            var exemplars: [TraceExemplar]?
            plan.forEachEdge(of: Int(flow)) { edge in
                guard isEdgeChanged[edge] else { return }
                let known = exemplars ?? self.exemplars(of: flow)
                exemplars = known
                found.add(known, to: edge)
            }
        }
        found.finish()
        return found
    }
}
