import GraphLayout
import TestSupport
import Testing

@Suite("What holds for every layout")
struct LayoutPropertyTests {
    static let cases: [(nodes: Int, edges: Int, seed: UInt64)] = [
        (1, 1, 1), (2, 4, 2), (5, 12, 3), (12, 30, 4), (30, 42, 5), (40, 120, 6), (100, 175, 7), (150, 260, 8),
    ]

    @Test(arguments: cases)
    func `boxes keep their sizes and never overlap`(nodes: Int, edges: Int, seed: UInt64) {
        let input = randomGraph(nodes: nodes, edges: edges, seed: seed)

        let layout = Layout(input)

        #expect(layout.nodes.count == nodes)
        for node in input.nodes {
            #expect(layout.nodes[node.id]?.width == node.width)
            #expect(layout.nodes[node.id]?.height == node.height)
        }
        #expect(overlaps(layout) == [])
    }

    @Test(arguments: cases)
    func `no edge is lost, and each runs from its source's right side to its target's left side`(
        nodes: Int, edges: Int, seed: UInt64
    ) {
        let input = randomGraph(nodes: nodes, edges: edges, seed: seed)

        let layout = Layout(input)

        #expect(Set(layout.edges.keys) == Set(input.edges))
        #expect(misplacedEnds(layout) == [])
    }

    @Test(arguments: cases)
    func `edges are unbroken, inside the picture, and never pass through a box`(nodes: Int, edges: Int, seed: UInt64) {
        let layout = Layout(randomGraph(nodes: nodes, edges: edges, seed: seed))

        #expect(faultyWays(layout) == [])
    }

    @Test(arguments: cases)
    func `edges lie on one another only if they share an end`(nodes: Int, edges: Int, seed: UInt64) {
        let layout = Layout(randomGraph(nodes: nodes, edges: edges, seed: seed))

        #expect(strangersOnOneLine(layout) == [])
    }

    @Test
    func `the order of the input does not matter`() {
        let input = randomGraph(nodes: 40, edges: 90, seed: 9)
        var random = SeededGenerator(seed: 1)
        let shuffled = LayoutInput(
            nodes: input.nodes.shuffled(using: &random), edges: input.edges.shuffled(using: &random))

        let (first, second) = (Layout(input), Layout(shuffled))

        #expect(first.nodes == second.nodes)
        #expect(first.edges == second.edges)
    }

    @Test
    func `forward edges lead right`() {
        let layout = Layout(graph("a > b, b > c, a > c, c > d"))

        for edge in layout.edges.keys {
            #expect((layout.column(of: edge.source) ?? 9) < (layout.column(of: edge.target) ?? 0))
        }
    }

    @Test(arguments: [(300, 600, 1_500_000), (1_000, 2_000, 20_000_000)])
    func `the work stays bounded`(nodes: Int, edges: Int, bound: Int) {
        let layout = Layout(randomGraph(nodes: nodes, edges: edges, seed: 10))

        #expect(layout.work < bound)
        #expect(layout.edges.count > edges * 9 / 10)
    }

    /// `dot` 2.43 draws these graphs with 25,084 crossings (`meshtop-bench layout`).
    @Test
    func `no more lines cross than in dot's pictures and a tenth`() {
        let crossings = (0..<50).reduce(0) { sum, number in
            sum + Layout(benchmarkMesh(nodes: 10 + number * 290 / 49, seed: UInt64(number) * 7919 + 1)).crossings
        }

        #expect(crossings <= 27_592)
    }

    @Test
    func `nothing is a picture of nothing`() {
        let layout = Layout(LayoutInput<Int>(nodes: [], edges: []))

        #expect(layout.width == 0)
        #expect(layout.height == 0)
        #expect(layout.updated(for: randomGraph(nodes: 3, edges: 3, seed: 1)).nodes.count == 3)
    }
}

/// Pairs of boxes that overlap.
func overlaps(_ layout: Layout<Int>) -> [String] {
    let boxes = layout.nodes.sorted { $0.key < $1.key }
    var found: [String] = []
    for (index, first) in boxes.enumerated() {
        for second in boxes[(index + 1)...] where first.value.intersects(second.value) {
            found.append("\(first.key) and \(second.key)")
        }
    }
    return found
}

/// Edges that do not begin or end where they should.
func misplacedEnds(_ layout: Layout<Int>) -> [String] {
    layout.edges.compactMap { edge, path in
        guard let source = layout.nodes[edge.source], let target = layout.nodes[edge.target],
            let first = path.corners.first, let last = path.corners.last
        else { return "\(edge) has no way" }
        func touches(_ y: Int, _ box: CellRect) -> Bool {
            box.height >= 3 ? y > box.y && y < box.maxY - 1 : y >= box.y && y < box.maxY
        }
        return first.x == source.maxX && touches(first.y, source) && last.x == target.x - 1 && touches(last.y, target)
            ? nil : "\(edge): \(first) to \(last)"
    }
}

/// Edges with a gap, a diagonal, a cell outside the picture or a cell inside a box.
func faultyWays(_ layout: Layout<Int>) -> [String] {
    layout.edges.compactMap { edge, path in
        let cells = path.cells
        for (first, second) in zip(cells, cells.dropFirst())
        where abs(first.x - second.x) + abs(first.y - second.y) != 1 {
            return "\(edge) jumps at \(first)"
        }
        for cell in cells {
            if cell.x < 0 || cell.y < 0 || cell.x >= layout.width || cell.y >= layout.height {
                return "\(edge) leaves the picture at \(cell)"
            }
            if let box = layout.nodes.first(where: { $0.value.contains(cell) }) {
                return "\(edge) runs through \(box.key)"
            }
        }
        return nil
    }
}

/// Cells in which two edges without a common end go the same way.
func strangersOnOneLine(_ layout: Layout<Int>) -> [String] {
    struct Step: Hashable {
        var a: CellPoint
        var b: CellPoint
    }
    var users: [Step: [LayoutInput<Int>.Edge]] = [:]
    for (edge, path) in layout.edges {
        let cells = path.cells
        for (first, second) in zip(cells, cells.dropFirst()) {
            let isOrdered = (first.x, first.y) < (second.x, second.y)
            users[isOrdered ? Step(a: first, b: second) : Step(a: second, b: first), default: []].append(edge)
        }
    }
    var found: Set<String> = []
    for (_, edges) in users where edges.count > 1 {
        // All on one line must hang together through shared ends.
        for edge in edges
        where !edges.contains(where: { $0 != edge && ($0.source == edge.source || $0.target == edge.target) }) {
            found.insert("\(edge)")
        }
    }
    return found.sorted()
}
