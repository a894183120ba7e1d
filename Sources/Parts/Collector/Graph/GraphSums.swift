import MeshModel
import Quantities

/// Adds flows up into edges and nodes.
struct GraphSums {
    private struct EdgeKey: Hashable {
        var source: MeshNode.ID
        var target: MeshNode.ID
        var `protocol`: TrafficProtocol
    }

    private struct EdgeSum {
        var count = TrafficCount()
        /// The destination, when any of the flows has its word.
        var reporter = Reporter.source
    }

    private struct NodeSum {
        var node: MeshNode
        var inbound: TrafficCount?
        var outboundRate = 0.0
        /// What it was asked for as; more than one name is no name.
        var services: Set<String> = []

        init(node: MeshNode) {
            self.node = node
        }

        mutating func add(_ count: TrafficCount, service: String) {
            inbound = inbound ?? TrafficCount()
            inbound?.merge(count)
            if isKnown(service) { services.insert(service) }
        }

        mutating func agree(with other: MeshNode) {
            if node.workload != other.workload { node.workload = nil }
        }
    }

    private var edges: [EdgeKey: EdgeSum] = [:]
    private var nodes: [MeshNode.ID: NodeSum] = [:]

    mutating func add(_ count: TrafficCount, _ reporter: Reporter, of flow: Flow, between ends: FlowNodes) {
        let key = EdgeKey(source: ends.source.id, target: ends.target.id, protocol: flow.protocol)
        edges[key, default: EdgeSum()].count.merge(count)
        if reporter == .destination { edges[key]?.reporter = .destination }
        nodes[key.source, default: NodeSum(node: ends.source)].outboundRate += count.requestsPerSecond
        nodes[key.target, default: NodeSum(node: ends.target)].add(count, service: flow.serviceName)
        // Several workloads of one version make one node; it has a workload's name only when they agree.
        nodes[key.source]?.agree(with: ends.source)
        nodes[key.target]?.agree(with: ends.target)
    }

    /// Sorted by id.
    func finishedEdges() -> [MeshEdge] {
        edges.map { key, sum in
            let edge = MeshEdge(
                source: key.source, target: key.target, protocol: key.protocol, traffic: sum.count.summary,
                mtls: Ratio(sum.count.mutualTLS, of: sum.count.ofKnownSecurity), reporter: sum.reporter,
                health: sum.count.health)
            // The id is text that is put together; sorting would do so for every comparison.
            return (id: edge.id, edge: edge)
        }.sorted { $0.id < $1.id }.map(\.edge)
    }

    /// Sorted by id. A node is as healthy as its answers; who calls something ill is not ill itself.
    func finishedNodes(_ troubles: TargetTroubles) -> [MeshNode] {
        nodes.values.map { sum in
            var node = sum.node
            node.inbound = sum.inbound?.summary
            node.outboundRate = RequestsPerSecond(sum.outboundRate)
            node.health = sum.inbound?.health ?? .unknown
            node.trouble = troubles.trouble(of: node)
            if node.service == nil, sum.services.count == 1 { node.service = sum.services.first }
            return node
        }.sorted { $0.id < $1.id }
    }
}
