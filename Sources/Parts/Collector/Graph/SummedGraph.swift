/// The edges of a graph with what they sum up, and its nodes with what they get and send. All by number.
struct SummedGraph {
    struct Output {
        var edges = 0
        var perSecond = 0.0
        var hasTraffic = false
    }

    let edges: [GraphPlan.Edge]
    /// By edge.
    var sums: [EdgeSum?]
    var isEdgeThere: [Bool]
    private(set) var inbound: [TrafficCount?]
    private(set) var outbound: [Output]

    init(_ edges: [GraphPlan.Edge], nodes: Int) {
        self.edges = edges
        sums = []
        isEdgeThere = []
        inbound = Array(repeating: nil, count: nodes)
        outbound = Array(repeating: Output(), count: nodes)
    }

    /// What goes over an edge, of those that are there.
    func sum(_ edge: Int) -> EdgeSum? { isEdgeThere[edge] ? sums[edge] : nil }

    /// Adds up what some nodes get and send.
    ///
    /// Edge by edge and not node by node: edges are much to read, and lie in this order.
    ///
    /// - Parameter takesInbound: whether what comes in is to be added up as well.
    mutating func addUp(_ isChanged: [Bool], takesInbound: Bool = true) {
        for node in isChanged.indices where isChanged[node] {
            if takesInbound { inbound[node] = nil }
            outbound[node] = Output()
        }
        for (number, edge) in edges.enumerated() {
            let source = Int(edge.source)
            let target = Int(edge.target)
            guard isChanged[source] || isChanged[target], let sum = sum(number) else { continue }
            if takesInbound, isChanged[target], inbound[target]?.merge(sum.count) == nil { inbound[target] = sum.count }
            guard isChanged[source] else { continue }
            outbound[source].edges += 1
            outbound[source].perSecond += sum.count.requestsPerSecond
            if sum.count.hasTraffic { outbound[source].hasTraffic = true }
        }
    }

    /// Takes over what comes to the nodes of another graph.
    mutating func takeInbound(of other: SummedGraph) { inbound = other.inbound }

    func hasTraffic(_ node: Int) -> Bool { inbound[node]?.hasTraffic ?? false || outbound[node].hasTraffic }
}

/// Which nodes and edges of a graph are to be seen, by number.
struct ShownParts: Equatable {
    var nodes: [Bool]
    var edges: [Bool]

    /// Edges are there that have any traffic, be it idle; nodes that have an edge, and those that are known without.
    init(_ graph: SummedGraph, idle: [Int32]) {
        edges = graph.isEdgeThere
        nodes = Array(repeating: false, count: graph.inbound.count)
        for (number, edge) in graph.edges.enumerated() where edges[number] {
            nodes[Int(edge.source)] = true
            nodes[Int(edge.target)] = true
        }
        for node in idle { nodes[Int(node)] = true }
    }
}
