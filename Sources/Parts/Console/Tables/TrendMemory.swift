import MeshModel
import Quantities

/// The rates of the last minutes of everything, for the small curves in the tables.
///
/// Bounded: ``length`` numbers of four bytes for each node and edge that the newest snapshot has.
struct TrendMemory: Sendable {
    static let length = 24
    /// Between two points.
    static let step = Duration.seconds(5)

    private(set) var times: [WallTime] = []
    private var nodes: [MeshNode.ID: [Float]] = [:]
    private var edges: [MeshEdge.ID: [Float]] = [:]

    /// Takes a point when the last one is old enough. Looks at the past are not news and are passed over.
    mutating func see(_ mesh: MeshIndex) {
        let time = mesh.snapshot.time
        if let last = times.last, last.duration(to: time) < TrendMemory.step { return }
        let missing = times.count
        times.append(time)
        let drop = times.count > TrendMemory.length ? 1 : 0
        if drop > 0 { times.removeFirst() }
        var freshNodes: [MeshNode.ID: [Float]] = [:]
        freshNodes.reserveCapacity(mesh.snapshot.nodes.count)
        for node in mesh.snapshot.nodes {
            freshNodes[node.id] = TrendMemory.extended(
                nodes[node.id], missing, drop, by: node.inbound?.rate.value ?? node.outboundRate.value)
        }
        nodes = freshNodes
        var freshEdges: [MeshEdge.ID: [Float]] = [:]
        freshEdges.reserveCapacity(mesh.snapshot.edges.count)
        for (position, id) in mesh.edgeIDs.enumerated() {
            freshEdges[id] = TrendMemory.extended(
                edges[id], missing, drop, by: mesh.snapshot.edges[position].traffic.rate.value)
        }
        edges = freshEdges
    }

    private static func extended(_ old: [Float]?, _ missing: Int, _ drop: Int, by value: Double) -> [Float] {
        var rates = old ?? [Float](repeating: 0, count: missing)
        rates.append(Float(value))
        if drop > 0 { rates.removeFirst(min(drop, rates.count)) }
        return rates
    }

    /// The rates of a row up to `time`, oldest first.
    func rates(of row: TableRow, in mesh: MeshIndex, until time: WallTime) -> [Float] {
        if case .edge(let id) = row.subject { return Array((edges[id] ?? []).prefix(count(until: time))) }
        return rates(into: row.positions.map { mesh.snapshot.nodes[$0].id }, until: time)
    }

    /// The sum of what arrived at some nodes up to `time`, oldest first.
    func rates(into ids: [MeshNode.ID], until time: WallTime) -> [Float] {
        let all = ids.compactMap { nodes[$0] }
        guard let first = all.first else { return [] }
        let sum = all.dropFirst().reduce(into: first) { sum, next in
            for index in sum.indices where index < next.count { sum[index] += next[index] }
        }
        return Array(sum.prefix(count(until: time)))
    }

    private func count(until time: WallTime) -> Int { times.prefix { $0 <= time }.count }
}
