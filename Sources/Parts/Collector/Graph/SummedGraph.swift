/// The edges of a graph with what they sum up, and its nodes with what they get and send. All by number.
struct SummedGraph {
    struct Output {
        var edges = 0
        var perSecond = 0.0
        var hasTraffic = false
    }

    let topology: GraphTopology
    var sums: [EdgeSum?]
    var isEdgeThere: [Bool]
    private(set) var inbound: [TrafficCount?]
    private(set) var outbound: [Output]

    init(_ topology: GraphTopology, nodes: Int) {
        self.topology = topology
        sums = []
        isEdgeThere = []
        inbound = Array(repeating: nil, count: nodes)
        outbound = Array(repeating: Output(), count: nodes)
    }

    /// What goes over an edge, of those that are there.
    func sum(_ edge: Int) -> EdgeSum? { isEdgeThere[edge] ? sums[edge] : nil }

    /// Adds up what comes to a node.
    mutating func addInbound(_ node: Int) {
        var count: TrafficCount?
        for place in topology.toNode.places(of: node) {
            guard let sum = sum(topology.toNode.member(at: place)) else { continue }
            if count?.merge(sum.count) == nil { count = sum.count }
        }
        inbound[node] = count
    }

    /// Takes over what comes to the nodes of another graph.
    mutating func takeInbound(of other: SummedGraph) { inbound = other.inbound }

    /// Adds up what goes out of a node.
    mutating func addOutbound(_ node: Int) {
        var output = Output()
        for place in topology.fromNode.places(of: node) {
            guard let sum = sum(topology.fromNode.member(at: place)) else { continue }
            output.edges += 1
            output.perSecond += sum.count.requestsPerSecond
            if sum.count.hasTraffic { output.hasTraffic = true }
        }
        outbound[node] = output
    }

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
        for (number, edge) in graph.topology.edges.enumerated() where edges[number] {
            nodes[Int(edge.source)] = true
            nodes[Int(edge.target)] = true
        }
        for node in idle { nodes[Int(node)] = true }
    }
}
