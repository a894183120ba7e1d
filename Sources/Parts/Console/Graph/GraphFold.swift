package import MeshModel
import Quantities

/// Which namespaces the graph shows as one box each, so that a large mesh can be read at all.
package struct GraphFold: Sendable {
    /// Beyond so many boxes nobody reads a graph: its namespaces are folded until somebody unfolds them.
    static let readable = 80

    /// Ids of ``MeshBox``.
    package private(set) var folded: Set<String> = []
    /// Once the person has folded or unfolded something, nothing does so by itself.
    private var isChosen = false
    /// The folded box of every node that is in one.
    private var places: [MeshNode.ID: MeshNode.ID] = [:]

    package init() {}

    package static func id(of box: MeshBox) -> MeshNode.ID { MeshNode.ID(box.id) }

    /// The box that stands for a node: its own, or the folded one around it.
    func place(of node: MeshNode.ID) -> MeshNode.ID { places[node] ?? node }

    mutating func toggle(_ box: MeshBox) {
        isChosen = true
        if folded.remove(box.id) == nil { folded.insert(box.id) }
    }

    /// Folds all, or unfolds all when none is left to fold.
    mutating func toggleAll(_ mesh: MeshIndex) {
        isChosen = true
        let all = Set(Self.boxes(of: mesh).map(\.id))
        folded = all.isSubset(of: folded) ? [] : all
    }

    /// The mesh with one node for each folded namespace, and the edges between them joined; the same when none is.
    mutating func applied(to mesh: MeshIndex) -> MeshIndex {
        if !isChosen {
            folded = mesh.snapshot.nodes.count > Self.readable ? Set(Self.boxes(of: mesh).map(\.id)) : []
        }
        places = [:]
        guard !folded.isEmpty else { return mesh }
        var snapshot = mesh.snapshot
        var groups: [MeshNode] = []
        for box in Self.boxes(of: mesh) where folded.contains(box.id) {
            let id = Self.id(of: box)
            for member in box.members { places[member] = id }
            var node = MeshNode(
                id: id, kind: .app, namespace: box.namespace ?? "", app: box.title, inbound: box.inbound,
                outboundRate: box.outboundRate, health: box.health, cluster: box.cluster)
            node.healthCause = box.members.compactMap { mesh.node($0) }.max { $0.health < $1.health }?.healthCause
            groups.append(node)
        }
        guard !groups.isEmpty else { return mesh }
        snapshot.nodes.removeAll { places[$0.id] != nil }
        snapshot.nodes = (snapshot.nodes + groups).sorted { $0.id < $1.id }
        snapshot.edges = joined(snapshot.edges)
        snapshot.boxes.removeAll { box in box.members.contains { places[$0] != nil } }
        return MeshIndex(snapshot)
    }

    /// What stays inside a folded namespace is left out: it is in its box's numbers.
    private func joined(_ edges: [MeshEdge]) -> [MeshEdge] {
        var parts: [MeshEdge.ID: [MeshEdge]] = [:]
        for var edge in edges {
            edge.source = place(of: edge.source)
            edge.target = place(of: edge.target)
            guard edge.source != edge.target || places.isEmpty else { continue }
            parts[edge.id, default: []].append(edge)
        }
        return parts.values.compactMap { parts -> MeshEdge? in
            guard var edge = parts.first, parts.count > 1 else { return parts.first }
            edge.traffic = TrafficSummary.joined(parts.map(\.traffic)) ?? edge.traffic
            let worst = parts.max { $0.health < $1.health }
            edge.health = worst?.health ?? edge.health
            edge.healthCause = worst?.healthCause
            let told = parts.filter { $0.mtls != nil }
            let rate = told.reduce(0) { $0 + $1.traffic.rate.value }
            edge.mtls = Ratio(told.reduce(0) { $0 + $1.traffic.rate.value * ($1.mtls?.value ?? 0) }, of: rate)
            edge.bytes = parts.dropFirst().reduce(parts[0].bytes) { $0 + $1.bytes }
            edge.messages = parts.dropFirst().reduce(parts[0].messages) { $0 + $1.messages }
            // Each of these is about one pair of nodes.
            edge.sent = nil
            edge.received = nil
            edge.responses = []
            edge.exemplars = []
            return edge
        }
        .sorted { $0.id < $1.id }
    }

    static func boxes(of mesh: MeshIndex) -> [MeshBox] {
        mesh.snapshot.boxes.filter { $0.kind == .namespace }
    }

    /// The namespace around a node, folded or not.
    static func box(around id: MeshNode.ID, in mesh: MeshIndex) -> MeshBox? {
        boxes(of: mesh).first { $0.members.contains(id) || Self.id(of: $0) == id }
    }
}

/// The part of the graph around one node.
package struct GraphFocus: Hashable, Sendable {
    package static let mostHops = 3

    package var center: MeshNode.ID
    /// How many calls away, in either direction.
    package var hops: Int

    /// The mesh within reach; all of it when the center is gone.
    func applied(to mesh: MeshIndex) -> MeshIndex {
        guard mesh.node(center) != nil else { return mesh }
        var near: Set<MeshNode.ID> = [center]
        var front = [center]
        for _ in 0..<hops {
            var next: [MeshNode.ID] = []
            for id in front {
                let neighbours =
                    mesh.edges(outOf: id).map { mesh.snapshot.edges[$0].target }
                    + mesh.edges(into: id).map { mesh.snapshot.edges[$0].source }
                for neighbour in neighbours where near.insert(neighbour).inserted { next.append(neighbour) }
            }
            front = next
        }
        var snapshot = mesh.snapshot
        snapshot.keepNodes { near.contains($0.id) }
        return MeshIndex(snapshot)
    }
}

extension MeshSnapshot {
    /// Leaves out nodes, and with them their edges and the boxes that are then too small.
    mutating func keepNodes(_ isKept: (MeshNode) -> Bool) {
        nodes.removeAll { !isKept($0) }
        let left = Set(nodes.map(\.id))
        edges.removeAll { !left.contains($0.source) || !left.contains($0.target) }
        for index in boxes.indices { boxes[index].members.removeAll { !left.contains($0) } }
        boxes.removeAll { $0.members.count < 2 }
    }
}
