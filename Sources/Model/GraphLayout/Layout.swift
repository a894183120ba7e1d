/// Where every box and every edge of a graph is, in whole cells: columns from left to right, callers before callees.
///
/// The same input gives the same picture, whatever its order was. ``updated(for:)`` keeps what is there: nodes stay in
/// their columns and in their order, and what vanished leaves a hole that it gets back when it returns. Making a new
/// layout is the only way to move things freely.
package struct Layout<ID: Hashable & Comparable & Sendable>: Sendable {
    package typealias Edge = LayoutInput<ID>.Edge

    package let spacing: LayoutSpacing
    /// The box of each node.
    package let nodes: [ID: CellRect]
    /// The way of each edge. No edge of the input is left out.
    package let edges: [Edge: EdgePath]
    /// Columns from left to right, each from top to bottom, without holes.
    package let columns: [[ID]]
    package let width: Int
    package let height: Int
    /// How many pairs of edges cross between columns.
    package let crossings: Int
    /// Steps of work that this layout took: a measure that does not depend on the machine.
    package let work: Int

    /// What an update must keep.
    private(set) var memory: LayoutMemory<ID>

    /// Lays out a graph afresh.
    package init(_ input: LayoutInput<ID>, spacing: LayoutSpacing = .standard) {
        var work = 0
        let edges = LayoutBuilder<ID>.indexed(input)
        let (layerOf, layerCount) = Layering.layers(
            count: input.nodes.count, edges: edges.filter { $0.source != $0.target }, work: &work)
        var graph = LayeredGraph(
            heights: input.nodes.map(\.height), layerOf: layerOf, edges: edges, layerCount: layerCount)
        graph.work = work
        let groups = input.nodes.map { $0.group ?? "" }
        graph.startOrder { groups[$0] < groups[$1] || (groups[$0] == groups[$1] && $0 < $1) }
        let crossings = Ordering.order(&graph)
        self = LayoutBuilder(input: input, spacing: spacing, memory: LayoutMemory()).build(
            &graph, crossings: crossings, anchors: [Int?](repeating: nil, count: graph.vertices.count))
        memory.freshCrossings = crossings
        memory.freshTurns = turnCount
    }

    /// Whether so much has come or gone since the last fresh layout, so many more edges cross, or one turns round that
    /// perhaps need not, that a fresh one would read better. To be offered, not forced.
    package var isWorthRedoing: Bool {
        let changed = memory.changes + memory.holes.count
        return changed * 10 > max(nodes.count, 1) * 3 || crossings * 2 > memory.freshCrossings * 3 + 8
            || turnCount > memory.freshTurns
    }

    /// Edges that do not lead to a later column.
    var turnCount: Int {
        edges.keys.count { edge in
            guard let source = memory.layerOf[edge.source], let target = memory.layerOf[edge.target] else {
                return false
            }
            return source >= target
        }
    }

    /// The column of a node, from 0 at the left.
    package func column(of id: ID) -> Int? { memory.layerOf[id] }

    init(
        spacing: LayoutSpacing, nodes: [ID: CellRect], edges: [Edge: EdgePath], columns: [[ID]], width: Int,
        height: Int, crossings: Int, work: Int, memory: LayoutMemory<ID>
    ) {
        self.spacing = spacing
        self.nodes = nodes
        self.edges = edges
        self.columns = columns
        self.width = width
        self.height = height
        self.crossings = crossings
        self.work = work
        self.memory = memory
    }
}

/// What a layout remembers for the next one.
struct LayoutMemory<ID: Hashable & Comparable & Sendable>: Sendable {
    /// A box that is gone: its place is kept.
    struct Hole: Sendable {
        var layer: Int
        var row: Int
        var width: Int
        var height: Int
    }

    struct BendKey: Hashable, Sendable {
        var edge: LayoutInput<ID>.Edge
        var layer: Int
    }

    /// At most this many holes are kept; beyond it the first by id go. A mesh whose nodes come and go under new names
    /// would grow without end otherwise.
    static var maximumHoles: Int { 256 }

    var layerOf: [ID: Int] = [:]
    var rowOf: [ID: Int] = [:]
    var bendRows: [BendKey: Int] = [:]
    var holes: [ID: Hole] = [:]
    /// Widths of columns and channels; they only grow, so that a wider box or a new track moves little.
    var columnWidths: [Int] = []
    var channelWidths: [Int] = []
    /// Nodes that came since the last fresh layout.
    var changes = 0
    /// Crossings of the last fresh layout.
    var freshCrossings = 0
    /// Its edges that turned round, as those of a cycle do.
    var freshTurns = 0
}
