/// The row of every vertex: edges as straight as the order allows.
///
/// One layer at a time, with its neighbours fixed, the rows that minimise the weighted vertical length of all links
/// while keeping order and distance are found exactly: an isotonic regression in the L1 norm, by pooling adjacent
/// violators whose common place is a weighted median. Medians sit on one of the wanted rows, so links come out
/// straight rather than nearly straight, and all of it is whole numbers.
struct Placement {
    /// Where a vertex would like to be, and how much that counts.
    private struct Wish {
        var row: Int
        var weight: Int
    }

    /// A run of vertices that touch; they move together.
    private struct Block {
        /// Sorted by row; each wish less its vertex's offset in the layer.
        var wishes: [Wish]
        var count: Int
        var row: Int
    }

    private var graph: LayeredGraph
    private let spacing: LayoutSpacing
    /// A fresh picture may grow upwards, because it is moved to row 0 at the end; an updated one must not.
    private let isFresh: Bool
    private(set) var rows: [Int]

    /// Places the vertices of `graph`.
    ///
    /// `anchors` are rows that vertices had before; they hold against any number of links, so that what was there
    /// moves only to make room.
    static func place(_ graph: inout LayeredGraph, spacing: LayoutSpacing, anchors: [Int?]) -> [Int] {
        var placement = Placement(graph: graph, spacing: spacing, anchors: anchors)
        let layers = graph.layers.indices
        let isFresh = placement.isFresh
        if isFresh {
            for layer in layers { placement.settle(layer, left: true, right: false, anchors) }
            for layer in layers.reversed() { placement.settle(layer, left: false, right: true, anchors) }
            for _ in 0..<2 {
                for layer in layers { placement.settle(layer, left: true, right: true, anchors) }
                for layer in layers.reversed() { placement.settle(layer, left: true, right: true, anchors) }
            }
        } else {
            for layer in layers { placement.settle(layer, left: true, right: true, anchors) }
        }
        if isFresh {
            let top = placement.rows.min() ?? 0
            for vertex in placement.rows.indices { placement.rows[vertex] -= top }
        }
        graph.work = placement.graph.work
        return placement.rows
    }

    private init(graph: LayeredGraph, spacing: LayoutSpacing, anchors: [Int?]) {
        self.graph = graph
        self.spacing = spacing
        isFresh = anchors.allSatisfy { $0 == nil }
        rows = [Int](repeating: 0, count: graph.vertices.count)
        for layer in graph.layers {
            var next = 0
            for (index, vertex) in layer.enumerated() {
                if index > 0 { next += distance(layer[index - 1], vertex) }
                rows[vertex] = max(next, anchors[vertex] ?? next)
                next = rows[vertex]
            }
        }
    }

    /// Rows from the top of `upper` to the top of `lower` at least.
    private func distance(_ upper: Int, _ lower: Int) -> Int {
        let gap =
            switch (graph.vertices[upper].kind, graph.vertices[lower].kind) {
            case (.bend, .bend): 0
            case (.bend, _), (_, .bend): min(spacing.rows, 1)
            default: spacing.rows
            }
        return graph.vertices[upper].height + gap
    }

    private mutating func settle(_ layer: Int, left: Bool, right: Bool, _ anchors: [Int?]) {
        let vertices = graph.layers[layer]
        var blocks: [Block] = []
        var offset = 0
        for (index, vertex) in vertices.enumerated() {
            if index > 0 { offset += distance(vertices[index - 1], vertex) }
            var wishes = self.wishes(of: vertex, left: left, right: right, anchor: anchors[vertex])
            for index in wishes.indices { wishes[index].row -= offset }
            if wishes.count > 1 { wishes.sort { $0.row < $1.row } }
            var block = Block(wishes: wishes, count: 1, row: median(wishes))
            while let above = blocks.last, above.row > block.row {
                blocks.removeLast()
                let merged = merge(above.wishes, block.wishes)
                block = Block(wishes: merged, count: above.count + block.count, row: median(merged))
            }
            blocks.append(block)
        }
        var index = 0
        offset = 0
        for block in blocks {
            for _ in 0..<block.count {
                if index > 0 { offset += distance(vertices[index - 1], vertices[index]) }
                // Cutting off at a bound keeps an isotonic regression optimal.
                rows[vertices[index]] = (isFresh ? block.row : max(block.row, 0)) + offset
                index += 1
            }
        }
    }

    /// Links want to be straight: most of all between two bends, where a kink has no reason at all. The vertex's own
    /// row counts least; it decides ties and keeps what has no links in place.
    private mutating func wishes(of vertex: Int, left: Bool, right: Bool, anchor: Int?) -> [Wish] {
        var wishes = [Wish(row: rows[vertex], weight: 1)]
        if let anchor { wishes.append(Wish(row: anchor, weight: 1_000_000)) }
        if let partner = graph.vertices[vertex].partner {
            // Where a back edge turns round it stays close to its box.
            let isBelow = rows[vertex] > rows[partner]
            let beside = isBelow ? rows[partner] + distance(partner, vertex) : rows[partner] - distance(vertex, partner)
            wishes.append(Wish(row: beside, weight: 2))
        }
        let isBend = isBend(vertex)
        func add(_ link: LayeredGraph.Link) {
            guard link.crossing != nil else { return }
            let (own, far) = link.from.vertex == vertex ? (link.from, link.to) : (link.to, link.from)
            let weight = isBend && self.isBend(far.vertex) ? 32 : isBend || self.isBend(far.vertex) ? 8 : 4
            wishes.append(Wish(row: rows[far.vertex] + far.row - own.row, weight: weight))
        }
        if left { for link in graph.vertices[vertex].left { add(graph.links[link]) } }
        if right { for link in graph.vertices[vertex].right { add(graph.links[link]) } }
        graph.work += wishes.count
        return wishes
    }

    private func isBend(_ vertex: Int) -> Bool {
        if case .bend = graph.vertices[vertex].kind { true } else { false }
    }

    /// The lower weighted median of sorted wishes.
    private mutating func median(_ wishes: [Wish]) -> Int {
        let total = wishes.reduce(0) { $0 + $1.weight }
        var sum = 0
        graph.work += wishes.count
        for wish in wishes {
            sum += wish.weight
            if 2 * sum >= total { return wish.row }
        }
        return wishes.last?.row ?? 0
    }

    private mutating func merge(_ left: [Wish], _ right: [Wish]) -> [Wish] {
        var result: [Wish] = []
        result.reserveCapacity(left.count + right.count)
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if left[i].row <= right[j].row {
                result.append(left[i])
                i += 1
            } else {
                result.append(right[j])
                j += 1
            }
        }
        result.append(contentsOf: left[i...])
        result.append(contentsOf: right[j...])
        graph.work += result.count
        return result
    }
}
