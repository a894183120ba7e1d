internal import Quantities

/// What a snapshot does not hold and an expression may ask: whoever knows it fills it in.
///
/// What stays empty is unknown, not absent. A condition on an unknown fact does not hold, and neither does its opposite:
/// `circuitbreaker` and `!circuitbreaker` both find nothing, and ``FindResult/unknownFacts`` says why.
package struct FindFacts: Sendable {
    /// The nodes that have a flag, by flag. A flag that is a key is known of every node; others are as far as the
    /// snapshot tells.
    package var flags: [FindOperand: Set<MeshNode.ID>]
    /// Labels by key; a node that is no key has labels that nobody read.
    package var labels: [MeshNode.ID: [String: String]]
    /// Those that were asked for: a node in another one is outside. Nothing when all were.
    package var namespaces: Set<String>?
    /// Places by other criteria than connections that come in.
    package var ranks: NodeRanks?

    package init(
        flags: [FindOperand: Set<MeshNode.ID>] = [:], labels: [MeshNode.ID: [String: String]] = [:],
        namespaces: Set<String>? = nil, ranks: NodeRanks? = nil
    ) {
        self.flags = flags
        self.labels = labels
        self.namespaces = namespaces
        self.ranks = ranks
    }
}

/// Something that was asked for and that nobody told, and for how many parts of the graph that left the answer open.
package struct UnknownFact: Hashable, Sendable {
    /// As the expression names it: `circuitbreaker`, `label:region`.
    package var name: String
    package var nodes: Int
    package var edges: Int

    package init(name: String, nodes: Int, edges: Int) {
        self.name = name
        self.nodes = nodes
        self.edges = edges
    }
}

/// A snapshot and the facts beside it, prepared for questions.
package struct FindContext: Sendable {
    let facts: FindFacts
    let ranks: NodeRanks
    private var flows: [MeshNode.ID: NodeFlows] = [:]
    /// Services whose route splits by weight.
    let splitServices: Set<ServiceName>

    /// - Complexity: of sorting the nodes, and linear in the edges.
    package init(_ snapshot: MeshSnapshot, facts: FindFacts = FindFacts()) {
        self.facts = facts
        ranks = facts.ranks ?? NodeRanks(snapshot)
        splitServices = Set(snapshot.splits.filter { $0.shares.count > 1 }.map(\.service))
        for edge in snapshot.edges {
            let amount = edge.protocol == .tcp ? edge.traffic.throughput.value : edge.traffic.rate.value
            let isLoop = edge.source == edge.target
            flows[edge.source, default: NodeFlows()].outbound.add(amount, edge, isLoop: isLoop)
            flows[edge.target, default: NodeFlows()].inbound.add(amount, edge, isLoop: isLoop)
        }
    }

    func flows(of node: MeshNode.ID) -> NodeFlows { flows[node] ?? NodeFlows() }
}

/// What comes to a node and leaves it, of all edges.
struct NodeFlows: Sendable {
    struct Direction: Sendable {
        /// Requests a second, bytes a second for TCP; absent where no edge has the protocol.
        private(set) var amounts: [TrafficProtocol: Double] = [:]
        private(set) var hasTraffic = false
        /// From or to another node.
        private(set) var hasOthers = false

        mutating func add(_ amount: Double, _ edge: MeshEdge, isLoop: Bool) {
            amounts[edge.protocol, default: 0] += amount
            if edge.hasTraffic { hasTraffic = true }
            if !isLoop { hasOthers = true }
        }
    }

    var inbound = Direction()
    var outbound = Direction()
}

extension MeshEdge {
    /// Any traffic of any protocol.
    var hasTraffic: Bool { traffic.rate.value > 0 || traffic.throughput.value > 0 }
}
