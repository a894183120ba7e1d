import GraphLayout
import TestSupport
import Testing

@Suite("Updating a layout")
struct LayoutUpdateTests {
    @Test(arguments: 1...20)
    func `one more node moves no other out of its column or order, and hardly in its rows`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 8...80, using: &random)
        let before = randomGraph(nodes: count, edges: count * 2, seed: seed)
        let layout = Layout(before)
        let neighbours = (0..<3).map { _ in Int.random(in: 0..<count, using: &random) }
        let after = LayoutInput(
            nodes: before.nodes + [.init(id: count, width: 12, height: 3)],
            edges: before.edges + [
                .init(source: neighbours[0], target: count), .init(source: neighbours[1], target: count),
                .init(source: count, target: neighbours[2]),
            ])

        let updated = layout.updated(for: after)

        var shift = 0
        for (id, rect) in layout.nodes {
            #expect(updated.column(of: id) == layout.column(of: id))
            shift += abs((updated.nodes[id]?.y ?? .max) - rect.y)
        }
        for (old, new) in zip(layout.columns, updated.columns) { #expect(new.filter { $0 != count } == old) }
        #expect(shift <= count)
        #expect(Set(updated.edges.keys) == Set(after.edges))
        #expect(overlaps(updated) == [])
        #expect(misplacedEnds(updated) == [])
        #expect(faultyWays(updated) == [])
        #expect(strangersOnOneLine(updated) == [])
    }

    @Test
    func `a new node stands one column right of its callers`() {
        let layout = Layout(graph("a > b, b > c"))

        let updated = layout.updated(for: graph("a > b, b > c, b > new"))

        #expect(updated.column(of: "new") == 2)
        #expect(updated.columns == [["a"], ["b"], ["c", "new"]])
    }

    @Test
    func `what vanishes leaves a hole, and gets it back`() {
        let full = graph("a > b, a > c, a > d")
        let layout = Layout(full)

        let without = layout.updated(for: graph("a > b, a > d"))
        let again = without.updated(for: full)

        #expect(without.nodes["b"] == layout.nodes["b"])
        #expect(without.nodes["c"] == nil)
        #expect(without.nodes["d"] == layout.nodes["d"])
        #expect(again.nodes == layout.nodes)
    }

    @Test
    func `the same graph again changes nothing`() {
        let input = randomGraph(nodes: 60, edges: 130, seed: 77)
        let layout = Layout(input)

        let again = layout.updated(for: input)

        #expect(again.nodes == layout.nodes)
        #expect(again.edges == layout.edges)
        #expect(again.columns == layout.columns)
    }

    @Test
    func `a call against the stream turns round instead of moving boxes`() {
        let layout = Layout(graph("a > b, b > c"))

        let updated = layout.updated(for: graph("a > b, b > c, c > a"))

        #expect(updated.column(of: "a") == 0)
        #expect(updated.column(of: "c") == 2)
        #expect(updated.edges[.init(source: "c", target: "a")]?.isBack == true)
        #expect(
            drawing(updated) == """
                  ╭───╮    ╭───╮    ╭───╮
                ╭►│ a │───►│ b │───►│ c │─╮
                │ ╰───╯    ╰───╯    ╰───╯ │
                │                         │
                ╰─────────────────────────╯

                """)
    }

    @Test
    func `a caller that comes late makes a fresh layout worth it, a cycle does not`() {
        let late = Layout(graph("web > cart")).updated(for: graph("web > cart, ingress > web"))
        let cycle = Layout(graph("a > b, b > a"))

        #expect(late.isWorthRedoing)
        #expect(!cycle.isWorthRedoing)
        #expect(!cycle.updated(for: graph("a > b, b > a")).isWorthRedoing)
    }

    @Test
    func `many updates stay sound and remember a bounded number of holes`() {
        var layout = Layout(randomGraph(nodes: 30, edges: 60, seed: 5))

        for round in 0..<40 {
            // Every round other nodes: names that never come back.
            let graph = randomGraph(nodes: 30, edges: 60, seed: UInt64(round))
            let shifted = LayoutInput(
                nodes: graph.nodes.map { .init(id: $0.id + round * 15, width: $0.width, height: $0.height) },
                edges: graph.edges.map { .init(source: $0.source + round * 15, target: $0.target + round * 15) })
            layout = layout.updated(for: shifted)
            #expect(overlaps(layout) == [])
            #expect(faultyWays(layout) == [])
            #expect(layout.edges.count == shifted.edges.count)
        }

        #expect(layout.isWorthRedoing)
        #expect(layout.height < 4_000)
    }
}
