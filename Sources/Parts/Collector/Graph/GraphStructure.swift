import MeshModel

/// Numbers the shape of the graph: one more whenever a node or an edge has come or gone.
struct GraphStructure {
    private struct EdgeKey: Hashable {
        var source: MeshNode.ID
        var target: MeshNode.ID
        var `protocol`: TrafficProtocol
    }

    private var version: UInt64 = 0
    private var nodes: Set<MeshNode.ID> = []
    private var edges: Set<EdgeKey> = []

    mutating func version(of snapshot: MeshSnapshot) -> UInt64 {
        let nodes = Set(snapshot.nodes.map(\.id))
        let edges = Set(snapshot.edges.map { EdgeKey(source: $0.source, target: $0.target, protocol: $0.protocol) })
        if nodes != self.nodes || edges != self.edges {
            self.nodes = nodes
            self.edges = edges
            version &+= 1
        }
        return version
    }
}
