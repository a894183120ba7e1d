import GraphLayout
import Testing

@Suite("Drawings of the demo mesh")
struct LayoutDrawingTests {
    @Test
    func `boxes of three rows`() {
        #expect(
            drawing(Layout(demoMesh)) == """
                ╭─────────────────╮    ╭────────╮ ╭───────────────────╮  ╭────────────╮
                │ ingress-gateway │───►│ web v1 │─┤                   ╰┬►│ catalog v1 │─╮
                ╰─────────────────╯    ╰────────╯ │  ╭──────────────╮  │ ╰────────────╯ │
                                                  ├─►│ recommend v1 │──╯                │  ╭──────────────╮
                                                  │  ╰──────────────╯ ╭─────────────────┴─►│ inventory v1 │
                                                  │                   │                    ╰──────────────╯
                                                  │  ╭──────────╮     │  ╭───────────╮
                                                  ╰─►│ order v1 │─────┼─►│ notify v1 │
                                                     ╰──────────╯     │  ╰───────────╯
                                                                      │
                                                                      │  ╭────────────╮    ╭──────╮
                                                                      ├─►│ payment v1 │─┬─►│ bank │
                                                                      │  ╰────────────╯ │  ╰──────╯
                                                                      │                 │
                                                                      │  ╭────────────╮ │
                                                                      ╰─►│ payment v2 │─╯
                                                                         ╰────────────╯

                """)
    }

    @Test
    func `pills of one row`() {
        #expect(
            drawing(Layout(demoPills)) == """
                │ ingress-gateway │───►│ web v1 │─┬───────────────────┬─►│ catalog v1 │─╮
                                                  │                   │                 │
                                                  ├─►│ recommend v1 │─╯╭────────────────┴─►│ inventory v1 │
                                                  │                    │
                                                  ╰─►│ order v1 │──────┼►│ notify v1 │
                                                                       │
                                                                       ├►│ payment v1 │─┬─►│ bank │
                                                                       │                │
                                                                       ╰►│ payment v2 │─╯

                """)
    }

    @Test
    func `boxes in ASCII`() {
        #expect(
            drawing(Layout(demoMesh), glyphs: .ascii) == """
                +-----------------+    +--------+ +-------------------+  +------------+
                | ingress-gateway |--->| web v1 |-+                   ++>| catalog v1 |-+
                +-----------------+    +--------+ |  +--------------+  | +------------+ |
                                                  +->| recommend v1 |--+                |  +--------------+
                                                  |  +--------------+ +-----------------+->| inventory v1 |
                                                  |                   |                    +--------------+
                                                  |  +----------+     |  +-----------+
                                                  +->| order v1 |-----+->| notify v1 |
                                                     +----------+     |  +-----------+
                                                                      |
                                                                      |  +------------+    +------+
                                                                      +->| payment v1 |-+->| bank |
                                                                      |  +------------+ |  +------+
                                                                      |                 |
                                                                      |  +------------+ |
                                                                      +->| payment v2 |-+
                                                                         +------------+

                """)
    }

    @Test
    func `a cycle, with one edge turned round`() {
        #expect(
            drawing(Layout(graph("a > b, b > c, c > a"))) == """
                  ╭───╮    ╭───╮    ╭───╮
                ╭►│ a │───►│ b │───►│ c │─╮
                │ ╰───╯    ╰───╯    ╰───╯ │
                │                         │
                ╰─────────────────────────╯

                """)
    }

    @Test
    func `a node that calls itself`() {
        #expect(
            drawing(Layout(graph("a > b, b > b"))) == """
                ╭───╮    ╭───╮
                │ a │─┬─►│ b │─╮
                ╰───╯ │  ╰───╯ │
                      │        │
                      ╰────────╯

                """)
    }

    @Test
    func `callers that wait for each other's tracks: one goes round in a free row`() {
        #expect(
            drawing(Layout(graph("a > x, a > y, b > x, b > y"))) == """
                ╭───╮     ╭───╮
                │ a │─╮╭┬►│ x │
                ╰───╯ │││ ╰───╯
                      ╰│┤
                ╭───╮  ││ ╭───╮
                │ b │──┴┴►│ y │
                ╰───╯     ╰───╯

                """)
    }
}
