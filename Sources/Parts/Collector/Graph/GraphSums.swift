import MeshModel
import Quantities

/// Adds flows up into the edges and nodes of a plan.
struct GraphSums {
    /// An edge with its numbers.
    struct Edge {
        var place: GraphPlan.Edge
        var sum: EdgeSum
    }

    private let plan: GraphPlan
    /// By flow.
    private let principals: [TrafficNumbering.Principals]
    private var sums: [EdgeSum?]

    init(_ plan: GraphPlan, _ principals: [TrafficNumbering.Principals]) {
        self.plan = plan
        self.principals = principals
        sums = Array(repeating: nil, count: plan.edges.count)
    }

    mutating func add(_ flow: CountedFlow, over edge: Int32) {
        let sum = sums[Int(edge)] ?? EdgeSum()
        sum.add(flow, principals)
        sums[Int(edge)] = sum
    }

    /// The finished graph.
    func snapshot(
        _ view: GraphView, _ inventory: MeshInventory, _ troubles: TargetTroubles, _ table: ResponseTable
    ) -> (nodes: [MeshNode], edges: [MeshEdge], boxes: [MeshBox]) {
        var edges: [Edge] = []
        edges.reserveCapacity(sums.count)
        for (number, sum) in sums.enumerated() {
            if let sum { edges.append(Edge(place: plan.edges[number], sum: sum)) }
        }
        var ends = NodeSums(count: plan.nodes.count)
        ends.addInbound(edges)
        if view.grouping == .service { edges = ServiceReduction.reduced(edges, plan.nodes, principals, view.counting) }
        ends.addOutbound(edges)
        for node in plan.idleNodes { ends.isThere[Int(node)] = true }
        if inventory.isComplete { edges = DeadNodes.removed(edges, plan.nodes, inventory, &ends) }
        let nodes = finishedNodes(ends, troubles, table)
        let boxes = view.boxes.isEmpty ? [] : GraphBoxes(plan.nodes, ends, edges, table).boxes(view.boxes)
        return (nodes, edges.map { finished($0, table) }, boxes)
    }

    private func finished(_ edge: Edge, _ table: ResponseTable) -> MeshEdge {
        let sum = edge.sum
        let names = sum.names(principals)
        let traffic = sum.count.summary(table)
        var mtls = sum.count.mutualTLS
        let source = Int(edge.place.source)
        let target = Int(edge.place.target)
        // What a waypoint has a part in comes over its tunnel, even where nobody says so.
        if mtls == nil, plan.nodes[source].marks.union(plan.nodes[target].marks).contains(.waypoint) { mtls = .all }
        return MeshEdge(
            source: plan.nodes[source].id, target: plan.nodes[target].id, protocol: edge.place.protocol,
            traffic: traffic, mtls: mtls,
            reporter: sum.reporter,
            sent: sum.sent?.traffic(shown: traffic.latency, isShown: sum.received == nil),
            received: sum.received?.traffic(shown: traffic.latency, isShown: sum.reporter == .destination),
            responses: sum.count.responses.details(table),
            bytes: TwoWayRate(sent: sum.count.amounts.bytesSent, received: sum.count.amounts.bytesReceived),
            messages: TwoWayRate(sent: sum.count.amounts.messagesSent, received: sum.count.amounts.messagesReceived),
            sourcePrincipals: names.source, targetPrincipals: names.target)
    }

    /// A node is as healthy as its answers; who calls something ill is not ill itself.
    private func finishedNodes(_ ends: NodeSums, _ troubles: TargetTroubles, _ table: ResponseTable) -> [MeshNode] {
        var nodes: [MeshNode] = []
        for index in plan.nodes.indices where ends.isThere[index] {
            var node = plan.nodes[index]
            node.inbound = ends.inbound[index]?.summary(table)
            node.outboundRate = RequestsPerSecond(ends.outbound[index].rate)
            node.trouble = troubles.trouble(of: node)
            if ends.outbound[index].edges > 0, ends.inbound[index] == nil { node.marks.insert(.root) }
            if !ends.hasTraffic(index) { node.marks.insert(.idle) }
            nodes.append(node)
        }
        return nodes
    }
}

/// What nodes get and send, by number.
struct NodeSums {
    var inbound: [TrafficCount?]
    var outbound: [(edges: Int, rate: Double, hasTraffic: Bool)]
    var isThere: [Bool]

    init(count: Int) {
        inbound = Array(repeating: nil, count: count)
        outbound = Array(repeating: (0, 0, false), count: count)
        isThere = Array(repeating: false, count: count)
    }

    mutating func addInbound(_ edges: [GraphSums.Edge]) {
        for edge in edges {
            let target = Int(edge.place.target)
            if inbound[target]?.merge(edge.sum.count) == nil { inbound[target] = edge.sum.count }
        }
    }

    mutating func addOutbound(_ edges: [GraphSums.Edge]) {
        for edge in edges {
            let source = Int(edge.place.source)
            outbound[source].edges += 1
            outbound[source].rate += edge.sum.count.requestsPerSecond
            if edge.sum.count.hasTraffic { outbound[source].hasTraffic = true }
            isThere[source] = true
            isThere[Int(edge.place.target)] = true
        }
    }

    func hasTraffic(_ node: Int) -> Bool { inbound[node]?.hasTraffic ?? false || outbound[node].hasTraffic }
}
