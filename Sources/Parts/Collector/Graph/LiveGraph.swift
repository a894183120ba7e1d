import MeshModel

/// The graph of one view, kept from tick to tick.
///
/// A tick compares what was counted with the tick before, flow by flow. Of those flows that have other numbers, the edges
/// are summed up anew, and the nodes at their ends; all else is handed on as it was.
struct LiveGraph {
    private let view: GraphView
    private let inventory: MeshInventory
    private let flows: [Flow]
    private let relations: FlowRelations
    private let plan: GraphPlan

    private var sums: GraphSums
    private var summed: SummedGraph
    private var finished: FinishedGraph
    /// What the sums are of; nothing before the first tick, and when all is to be done anew.
    private var last: (numbers: TrafficNumbers, troubles: TargetTroubles)?

    init(
        _ view: GraphView, _ inventory: MeshInventory, _ flows: [Flow], _ relations: FlowRelations,
        _ numbering: TrafficNumbering
    ) {
        self.view = view
        self.inventory = inventory
        self.flows = flows
        self.relations = relations
        plan = GraphPlan(flows, numbering, view, inventory)
        sums = GraphSums(edges: plan.edges.count)
        summed = SummedGraph(plan.edges, nodes: plan.nodes.count)
        finished = FinishedGraph(plan.nodes, edges: plan.edges.count)
    }

    /// Whether the last update left all nodes and edges where they were.
    var isShapeKept: Bool { finished.isShapeKept }

    /// Forgets what is known, because it is to be judged by other rules.
    mutating func startOver() {
        last = nil
        finished = FinishedGraph(plan.nodes, edges: plan.edges.count)
    }

    /// The graph of what was counted.
    mutating func update(
        _ numbers: TrafficNumbers, _ troubles: TargetTroubles, _ numbering: TrafficNumbering,
        _ exemplars: inout ExemplarBook, _ judge: inout HealthJudge
    ) -> (nodes: [MeshNode], edges: [MeshEdge], boxes: [MeshBox]) {
        let tables = numbering.tables
        var words = FinishedGraph.Words(
            responses: numbering.responses, principals: tables.principals, troubles: troubles)
        let isNew = last?.troubles != troubles
        var isEdgeChanged = isNew ? plan.edges.map { _ in true } : changedEdges(numbers, tables)
        last = (numbers, troubles)
        if !exemplars.isEmpty { words.exemplars = exemplars.byEdge(of: plan, changing: &isEdgeChanged) }
        sums.open(isEdgeChanged)
        FlowCounting(
            view: view, flows: flows, relations: relations, plan: plan, tables: tables, responses: words.responses,
            troubles: troubles
        ).add(numbers, isAlive: numbers.aliveFlows(numbering), to: &sums)

        // At first also those without any edge.
        var isNodeChanged = isNew ? plan.nodes.map { _ in true } : nodes(at: isEdgeChanged)
        summed.sums = sums.sums
        summed.isEdgeThere = sums.isThere
        summed.addUp(isNodeChanged)
        var graph = summed
        if view.grouping == .service {
            graph = ServiceReduction.reduced(summed, plan.nodes, view.counting)
            words.exemplars = words.exemplars.reduced(plan.edges, to: graph.edges)
            finished = FinishedGraph(plan.nodes, edges: graph.edges.count)
            isEdgeChanged = Array(repeating: true, count: graph.edges.count)
            isNodeChanged = Array(repeating: true, count: plan.nodes.count)
        }
        var shown = ShownParts(graph, idle: plan.idleNodes)
        if inventory.isComplete { DeadNodes.remove(from: &shown, graph, plan.nodes, inventory) }
        finished.update(
            graph, shown, isEdgeChanged: isEdgeChanged, isNodeChanged: isNodeChanged, words, &judge)
        let boxes =
            view.boxes.isEmpty
            ? [] : GraphBoxes(nodes: plan.nodes, graph: graph, shown: shown, table: words.responses).boxes(view.boxes)
        return (finished.nodes, finished.edges, boxes)
    }

    private func changedEdges(_ numbers: TrafficNumbers, _ tables: TrafficTables) -> [Bool] {
        var edges = [Bool](repeating: false, count: plan.edges.count)
        guard let last else { return edges }
        var isChanged = numbers.changedFlows(since: last.numbers, tables, flows: flows.count)
        relations.spread(&isChanged)
        for flow in isChanged.indices where isChanged[flow] { plan.forEachEdge(of: flow) { edges[$0] = true } }
        return edges
    }

    private func nodes(at edges: [Bool]) -> [Bool] {
        var nodes = [Bool](repeating: false, count: plan.nodes.count)
        for (number, edge) in plan.edges.enumerated() where edges[number] {
            nodes[Int(edge.source)] = true
            nodes[Int(edge.target)] = true
        }
        return nodes
    }
}
