import Testing

@testable import GraphLayout

@Suite("The edge canvas")
struct EdgeCanvasTests {
    private func path(_ points: (Int, Int)...) -> EdgePath {
        EdgePath(corners: points.map { CellPoint(x: $0.0, y: $0.1) }, isBack: false)
    }

    private func text(_ canvas: EdgeCanvas, _ glyphs: EdgeGlyphs = .rounded) -> [String] {
        (0..<canvas.region.height).map { y in
            String(
                String.UnicodeScalarView(
                    (0..<canvas.region.width).map { canvas.scalar(at: CellPoint(x: $0, y: y), glyphs: glyphs) ?? " " }))
        }
    }

    @Test
    func `a path has rounded corners and an arrow head`() {
        var canvas = EdgeCanvas(width: 6, height: 3)

        canvas.add(path((0, 0), (2, 0), (2, 2), (5, 2)), owner: 1)

        #expect(text(canvas) == ["──╮   ", "  │   ", "  ╰──►"])
        #expect(text(canvas, .square) == ["──┐   ", "  │   ", "  └──►"])
        #expect(text(canvas, .ascii) == ["--+   ", "  |   ", "  +-->"])
    }

    @Test
    func `paths that run along each other join, and paths that cross do not`() {
        var canvas = EdgeCanvas(width: 6, height: 5)

        canvas.add(path((0, 1), (2, 1), (2, 0), (5, 0)), owner: 1)
        canvas.add(path((0, 1), (2, 1), (2, 4), (5, 4)), owner: 2)
        canvas.add(path((0, 3), (5, 3)), owner: 3)

        #expect(text(canvas) == ["  ╭──►", "──┤   ", "  │   ", "──│──►", "  ╰──►"])
    }

    @Test
    func `the heavier of two crossing lines is unbroken`() {
        var canvas = EdgeCanvas(width: 5, height: 3)

        canvas.add(path((0, 0), (2, 0), (2, 2), (4, 2)), owner: 1)
        canvas.add(path((0, 1), (4, 1)), owner: 2, weight: .heavy)

        #expect(text(canvas) == ["──╮  ", "━━━━►", "  ╰─►"])
        #expect(canvas.owner(at: CellPoint(x: 2, y: 1)) == 2)
    }

    @Test
    func `a heavy line joins light ones with mixed characters`() {
        var canvas = EdgeCanvas(width: 5, height: 3)

        canvas.add(path((0, 1), (2, 1), (2, 0), (4, 0)), owner: 1)
        canvas.add(path((0, 1), (2, 1), (2, 2), (4, 2)), owner: 2, weight: .heavy)

        #expect(text(canvas) == ["  ╭─►", "━━┪  ", "  ┗━►"])
    }

    @Test
    func `a ghost is dashed`() {
        var canvas = EdgeCanvas(width: 5, height: 1)

        canvas.add(path((0, 0), (4, 0)), owner: 1, weight: .dashed)

        #expect(text(canvas) == ["┄┄┄┄►"])
        #expect(text(canvas, .ascii) == ["....>"])
    }

    @Test
    func `every cell of every edge belongs to some edge and connects to the next`() {
        let layout = Layout(randomGraph(nodes: 40, edges: 80, seed: 3))
        var canvas = EdgeCanvas(width: layout.width, height: layout.height)
        let edges = layout.edges.keys.sorted()

        for (index, edge) in edges.enumerated() {
            if let path = layout.edges[edge] { canvas.add(path, owner: index) }
        }

        for edge in edges {
            let cells = layout.edges[edge]?.cells ?? []
            for cell in cells { #expect(canvas.owner(at: cell) != nil) }
            #expect(canvas.top(at: cells.last ?? CellPoint(x: -1, y: -1))?.arrow == .east)
            for (cell, next) in zip(cells, cells.dropFirst()) {
                #expect(canvas.connects(cell, to: next), "\(edge) is cut at \(cell)")
            }
        }
    }

    @Test
    func `the last line added owns what it shares, and nothing owns an empty cell`() {
        var canvas = EdgeCanvas(width: 5, height: 2)

        canvas.add(path((0, 0), (4, 0)), owner: 7)
        canvas.add(path((0, 0), (2, 0), (2, 1), (4, 1)), owner: 8)

        #expect(canvas.owner(at: CellPoint(x: 1, y: 0)) == 8)
        #expect(canvas.owner(at: CellPoint(x: 4, y: 0)) == 7)
        #expect(canvas.owner(at: CellPoint(x: 0, y: 1)) == nil)
        #expect(canvas.owner(at: CellPoint(x: -5, y: 99)) == nil)
    }

    @Test
    func `a canvas holds only its region`() {
        var canvas = EdgeCanvas(region: CellRect(x: 2, y: 0, width: 2, height: 1))

        canvas.add(path((0, 0), (9, 0)), owner: 1)

        #expect(canvas.scalar(at: CellPoint(x: 1, y: 0), glyphs: .rounded) == nil)
        #expect(canvas.scalar(at: CellPoint(x: 2, y: 0), glyphs: .rounded) == "─")
    }
}
