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
        tallies = Array(repeating: AnswerTally(), count: edges)
    }

    /// What finishing takes beside the sums.
    struct Words {
        var responses: ResponseTable
        /// As ``TrafficTables/principals``.
        var principals: [TrafficNumbering.Principals]
        var troubles: TargetTroubles
        var exemplars = EdgeExemplars()
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
        isShapeKept = shown == self.shown
        if !isShapeKept || isEdgeChanged.contains(true) {
            edges = Self.renewed(edges, self.shown?.edges, shown.edges, isEdgeChanged) { edge in
                graph.sum(edge).map { finished(edge, $0, graph.edges[edge], words, &judge) }
            }
        }
        if !isShapeKept || isNodeChanged.contains(true) {
            var tallies = NodeTallies(nodes: plan.count, hasOutbound: judge.rules.judgesCallers)
            for (number, edge) in graph.edges.enumerated() where shown.edges[number] {
                tallies.add(self.tallies[number], of: edge)
            }
            nodes = Self.renewed(nodes, self.shown?.nodes, shown.nodes, isNodeChanged) { node in
                finished(node, graph, tallies, words, &judge)
            }
        }
        self.shown = shown
    }

    /// What is shown now: changed or new ones made anew, the others as they were.
    private static func renewed<Item>(
        _ before: [Item], _ wasShown: [Bool]?, _ isShown: [Bool], _ isChanged: [Bool], _ make: (Int) -> Item?
    ) -> [Item] {
        var items: [Item] = []
        items.reserveCapacity(isShown.count)
        var place = 0
        for number in isShown.indices {
            let wasShown = wasShown?[number] ?? false
            if isShown[number] {
                if wasShown, !isChanged[number] {
                    items.append(before[place])
                } else if let item = make(number) {
                    items.append(item)
                }
            }
            if wasShown { place += 1 }
        }
        return items
    }

    // MARK: Edges

    private mutating func finished(
        _ number: Int, _ sum: EdgeSum, _ place: GraphPlan.Edge, _ words: Words, _ judge: inout HealthJudge
    ) -> MeshEdge {
        let names = sum.names(words.principals)
        let traffic = sum.count.summary(words.responses)
        let source = Int(place.source)
        let target = Int(place.target)
        var mtls = sum.count.mutualTLS
        // What a waypoint has a part in comes over its tunnel, even where nobody says so.
        if mtls == nil, isWaypoint[source] || isWaypoint[target] { mtls = .all }
        tallies[number] = judge.tally(of: traffic, place.protocol)
        let verdict = judge.verdict(of: tallies[number], from: sheets[source], to: sheets[target])
        var edge = MeshEdge(
            source: ids[source], target: ids[target], protocol: place.protocol, traffic: traffic, mtls: mtls,
            reporter: sum.reporter, health: verdict.health, healthCause: verdict.cause,
            sent: sum.sent?.traffic(shown: traffic.latency, isShown: sum.received == nil),
            received: sum.received?.traffic(shown: traffic.latency, isShown: sum.reporter == .destination),
            responses: sum.count.responses.details(words.responses),
            bytes: TwoWayRate(sent: sum.count.amounts.bytesSent, received: sum.count.amounts.bytesReceived),
            messages: TwoWayRate(sent: sum.count.amounts.messagesSent, received: sum.count.amounts.messagesReceived),
            sourcePrincipals: names.source, targetPrincipals: names.target)
        words.exemplars.add(to: &edge, number)
        return edge
    }

    // MARK: Nodes

    /// A node is as healthy as its answers; who calls something ill is not ill itself.
    private func finished(
        _ number: Int, _ graph: SummedGraph, _ tallies: NodeTallies, _ words: Words, _ judge: inout HealthJudge
    ) -> MeshNode {
        let output = graph.outbound[number]
        var node = plan[number]
        node.inbound = graph.inbound[number]?.summary(words.responses)
        node.outboundRate = RequestsPerSecond(output.perSecond)
        node.trouble = words.troubles.trouble(of: node)
        if output.edges > 0, graph.inbound[number] == nil { node.marks.insert(.root) }
        if !graph.hasTraffic(number) { node.marks.insert(.idle) }
        let verdict = tallies.verdict(of: number, by: sheets[number], &judge)
        node.health = verdict.health
        if verdict.cause != nil { node.healthCause = verdict.cause }
        return node
    }
}

/// The answers that nodes give and, where that is judged, get.
private struct NodeTallies {
    private var inbound: [AnswerTally]
    private var outbound: [AnswerTally]

    init(nodes: Int, hasOutbound: Bool) {
        inbound = Array(repeating: AnswerTally(), count: nodes)
        outbound = hasOutbound ? inbound : []
    }

    mutating func add(_ tally: AnswerTally, of edge: GraphPlan.Edge) {
        inbound[Int(edge.target)].add(tally)
        if !outbound.isEmpty { outbound[Int(edge.source)].add(tally) }
    }

    func verdict(of node: Int, by sheet: HealthJudge.SheetNumber, _ judge: inout HealthJudge) -> HealthVerdict {
        judge.verdict(
            by: sheet, inbound: inbound[node], outbound: outbound.isEmpty ? AnswerTally() : outbound[node])
    }
}
