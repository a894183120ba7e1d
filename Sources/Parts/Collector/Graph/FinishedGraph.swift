import MeshModel
import Quantities

/// The nodes and edges of a graph as a snapshot shows them, kept from tick to tick: what has not changed is handed on.
struct FinishedGraph {
    /// In the order of ids.
    private(set) var nodes: [MeshNode] = []
    private(set) var edges: [MeshEdge] = []

    private let plan: [MeshNode]
    /// By node, beside it: asking the nodes themselves would be a look into the distance for each edge.
    private let ids: [MeshNode.ID]
    private let isWaypoint: [Bool]
    /// By number, of all that were ever there.
    private var allNodes: [MeshNode?]
    private var allEdges: [MeshEdge?]
    private var shown: ShownParts?
    /// Whether the last update left the nodes and edges in their places.
    private(set) var isShapeKept = false
    /// The answers that went over each edge, as health is judged by them.
    private var tallies: [AnswerTally]
    /// By node.
    private var sheets: [HealthJudge.SheetNumber] = []

    init(_ plan: [MeshNode], edges: Int) {
        self.plan = plan
        ids = plan.map(\.id)
        isWaypoint = plan.map { $0.marks.contains(.waypoint) }
        allNodes = Array(repeating: nil, count: plan.count)
        allEdges = Array(repeating: nil, count: edges)
        tallies = Array(repeating: AnswerTally(), count: edges)
    }

    /// What finishing takes beside the sums.
    struct Words {
        var responses: ResponseTable
        /// As ``TrafficTables/principals``.
        var principals: [TrafficNumbering.Principals]
        var troubles: TargetTroubles
    }

    /// Takes over what has changed.
    ///
    /// - Parameters:
    ///   - isEdgeChanged: by number; all the first time.
    ///   - isNodeChanged: those at the ends of such edges, at least.
    mutating func update(
        _ graph: SummedGraph, _ shown: ShownParts, isEdgeChanged: [Bool], isNodeChanged: [Bool], _ words: Words,
        _ judge: inout HealthJudge
    ) {
        if sheets.isEmpty { sheets = plan.map { judge.sheet(for: $0) } }
        for edge in isEdgeChanged.indices where isEdgeChanged[edge] {
            tallies[edge] = AnswerTally()
            allEdges[edge] = nil
            if let sum = graph.sum(edge) { finish(edge, sum, graph.edges[edge], words, &judge) }
        }
        var inbound = [AnswerTally](repeating: AnswerTally(), count: plan.count)
        var outbound = judge.rules.judgesCallers ? inbound : []
        for (number, edge) in graph.edges.enumerated() {
            if isNodeChanged[Int(edge.target)] { inbound[Int(edge.target)].add(tallies[number]) }
            if !outbound.isEmpty, isNodeChanged[Int(edge.source)] { outbound[Int(edge.source)].add(tallies[number]) }
        }
        for node in isNodeChanged.indices where isNodeChanged[node] {
            finish(node, graph, words)
            let verdict = judge.verdict(
                by: sheets[node], inbound: inbound[node], outbound: outbound.isEmpty ? AnswerTally() : outbound[node])
            allNodes[node]?.health = verdict.health
            if verdict.cause != nil { allNodes[node]?.healthCause = verdict.cause }
        }
        if shown.nodes != self.shown?.nodes {
            nodes = allNodes.indices.compactMap { shown.nodes[$0] ? allNodes[$0] : nil }
        } else {
            Self.replace(&nodes, shown.nodes, isNodeChanged, allNodes)
        }
        if shown.edges != self.shown?.edges {
            edges = allEdges.indices.compactMap { shown.edges[$0] ? allEdges[$0] : nil }
        } else {
            Self.replace(&edges, shown.edges, isEdgeChanged, allEdges)
        }
        isShapeKept = shown == self.shown
        self.shown = shown
    }

    /// Puts changed ones into the places of those before.
    private static func replace<Item>(_ shown: inout [Item], _ isShown: [Bool], _ isChanged: [Bool], _ all: [Item?]) {
        guard isChanged.contains(true) else { return }
        var place = 0
        for number in isShown.indices where isShown[number] {
            if isChanged[number], let item = all[number] { shown[place] = item }
            place += 1
        }
    }

    // MARK: Edges

    private mutating func finish(
        _ number: Int, _ sum: EdgeSum, _ place: GraphPlan.Edge, _ words: Words, _ judge: inout HealthJudge
    ) {
        let names = sum.names(words.principals)
        let traffic = sum.count.summary(words.responses)
        let source = Int(place.source)
        let target = Int(place.target)
        var mtls = sum.count.mutualTLS
        // What a waypoint has a part in comes over its tunnel, even where nobody says so.
        if mtls == nil, isWaypoint[source] || isWaypoint[target] { mtls = .all }
        let tally = judge.tally(of: traffic, place.protocol)
        let verdict = judge.verdict(of: tally, from: sheets[source], to: sheets[target])
        tallies[number] = tally
        var edge = MeshEdge(
            source: ids[source], target: ids[target], protocol: place.protocol, traffic: traffic, mtls: mtls,
            reporter: sum.reporter, health: verdict.health,
            sent: sum.sent?.traffic(shown: traffic.latency, isShown: sum.received == nil),
            received: sum.received?.traffic(shown: traffic.latency, isShown: sum.reporter == .destination),
            responses: sum.count.responses.details(words.responses),
            bytes: TwoWayRate(sent: sum.count.amounts.bytesSent, received: sum.count.amounts.bytesReceived),
            messages: TwoWayRate(sent: sum.count.amounts.messagesSent, received: sum.count.amounts.messagesReceived),
            sourcePrincipals: names.source, targetPrincipals: names.target)
        if verdict.cause != nil { edge.healthCause = verdict.cause }
        allEdges[number] = edge
    }

    // MARK: Nodes

    /// A node is as healthy as its answers; who calls something ill is not ill itself.
    private mutating func finish(_ number: Int, _ graph: SummedGraph, _ words: Words) {
        let output = graph.outbound[number]
        var node = plan[number]
        node.inbound = graph.inbound[number]?.summary(words.responses)
        node.outboundRate = RequestsPerSecond(output.perSecond)
        node.trouble = words.troubles.trouble(of: node)
        if output.edges > 0, graph.inbound[number] == nil { node.marks.insert(.root) }
        if !graph.hasTraffic(number) { node.marks.insert(.idle) }
        allNodes[number] = node
    }
}
