import MeshModel

/// Numbers the shape of the graph: one more whenever a node, an edge or a box has come or gone.
struct GraphStructure {
    private struct EdgeKey: Hashable {
        var source: MeshNode.ID
        var target: MeshNode.ID
        var `protocol`: TrafficProtocol

        init(_ edge: MeshEdge) {
            source = edge.source
            target = edge.target
            `protocol` = edge.protocol
        }
    }

    private var version: UInt64 = 0
    /// In their order, which is that of ids: comparing them one by one is all there is to do.
    private var nodes: [MeshNode.ID] = []
    private var edges: [EdgeKey] = []
    private var boxes: [String] = []

    /// - Parameter onlyBoxes: whether it is known that nodes and edges are those of the snapshot before.
    mutating func version(of snapshot: MeshSnapshot, onlyBoxes: Bool = false) -> UInt64 {
        let isSame =
            (onlyBoxes || hasNodes(of: snapshot) && hasEdges(of: snapshot)) && snapshot.boxes.map(\.id) == boxes
        if !isSame {
            nodes = snapshot.nodes.map(\.id)
            edges = snapshot.edges.map(EdgeKey.init)
            boxes = snapshot.boxes.map(\.id)
            version &+= 1
        }
        return version
    }

    // By index, so that no node and no edge is copied to look at its name.
    private func hasNodes(of snapshot: MeshSnapshot) -> Bool {
        snapshot.nodes.count == nodes.count && nodes.indices.allSatisfy { snapshot.nodes[$0].id == nodes[$0] }
    }

    private func hasEdges(of snapshot: MeshSnapshot) -> Bool {
        snapshot.edges.count == edges.count
            && edges.indices.allSatisfy {
                snapshot.edges[$0].source == edges[$0].source && snapshot.edges[$0].target == edges[$0].target
                    && snapshot.edges[$0].protocol == edges[$0].protocol
            }
    }
}
