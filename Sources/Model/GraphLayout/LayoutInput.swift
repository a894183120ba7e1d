/// What is to be laid out: boxes and the edges between them.
package struct LayoutInput<ID: Hashable & Comparable & Sendable>: Hashable, Sendable {
    package struct Node: Hashable, Sendable {
        package var id: ID
        /// The box in cells, border included; both at least 1.
        package var width: Int
        package var height: Int
        /// Nodes of a group start together within a column; they stay so where crossings do not part them.
        package var group: String?

        package init(id: ID, width: Int, height: Int, group: String? = nil) {
            self.id = id
            self.width = max(width, 1)
            self.height = max(height, 1)
            self.group = group
        }
    }

    package struct Edge: Hashable, Comparable, Sendable {
        package var source: ID
        package var target: ID

        package init(source: ID, target: ID) {
            self.source = source
            self.target = target
        }

        package static func < (left: Edge, right: Edge) -> Bool {
            left.source == right.source ? left.target < right.target : left.source < right.source
        }
    }

    /// Sorted by id, each id once: what the caller's order was does not matter to the picture.
    package let nodes: [Node]
    /// Sorted, each once, and only those whose ends are both there.
    package let edges: [Edge]

    package init(nodes: [Node], edges: [Edge]) {
        var byID: [ID: Node] = [:]
        for node in nodes where byID[node.id] == nil { byID[node.id] = node }
        self.nodes = byID.values.sorted { $0.id < $1.id }
        self.edges = Set(edges).filter { byID[$0.source] != nil && byID[$0.target] != nil }.sorted()
    }
}

/// How far things stand apart, in cells.
package struct LayoutSpacing: Hashable, Sendable {
    /// Free rows between two boxes of a column.
    package var rows: Int
    /// Free columns between two columns of boxes, at least; crowded channels get more. At least 3: a stub, a track
    /// and an arrow head.
    package var columns: Int

    package init(rows: Int = 1, columns: Int = 4) {
        self.rows = max(rows, 0)
        self.columns = max(columns, 3)
    }

    package static let standard = LayoutSpacing()
}
