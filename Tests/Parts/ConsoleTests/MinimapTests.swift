import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite("The map of a graph that is larger than the screen") struct MinimapTests {
    /// A mesh of so many services, each calling the next ones; some are not well.
    static func large(_ count: Int) -> MeshSnapshot {
        func id(_ number: Int) -> MeshNode.ID { MeshNode.ID("app/shop/service-\(number)/v1") }
        var snapshot = SampleMesh.snapshot()
        snapshot.structureVersion += 1
        snapshot.nodes = (0..<count).map { number in
            MeshNode(
                id: id(number), kind: .app, namespace: "shop", app: "service-\(number)", version: "v1",
                health: number == 17 ? .failure : number == 30 ? .degraded : .healthy)
        }.sorted { $0.id < $1.id }
        snapshot.edges = (1..<count).map { number in
            MeshEdge(
                source: id((number - 1) / 2), target: id(number), traffic: TrafficSummary(rate: .zero, samples: 1))
        }.sorted { $0.id < $1.id }
        return snapshot
    }

    private func driver(_ width: Int = 120, _ height: Int = 40, glyphs: GlyphSet = .braille) -> Driver {
        var driver = Driver(width: width, height: height, glyphs: glyphs, withData: false)
        driver.send(.snapshot(Self.large(60)))
        // Looking at the graph, not at the overview that a large mesh opens with.
        driver.press("1")
        return driver
    }

    @Test func `is not there when everything fits`() {
        #expect(Driver(width: 200, height: 50).model.minimap == nil)
    }

    @Test func `never hides what is selected`() throws {
        var person = driver()
        for box in try #require(person.model.scene).boxes {
            person.change { $0.choose(.node(box.id)) }
            let map = try #require(person.model.minimap)
            let port = GraphScreen.Port(
                area: person.model.geometry.graph, pan: person.model.pan,
                origin: try #require(person.model.scene).origin)
            #expect(map.rect.intersection(port.place(box.rect)).isEmpty, "\(box.id)")
            #expect(person.model.geometry.graph.intersection(map.rect) == map.rect)
        }
    }

    @Test func `shows where the screen is, and goes where it is clicked or dragged`() throws {
        var person = driver()
        person.change { $0.pan(to: .zero) }
        let before = try #require(person.model.minimap)
        #expect(person.model.pan == .zero)
        #expect(before.frame.origin == before.inside.origin)

        person.click(before.inside.maxX - 1, before.inside.maxY - 1)

        let graph = person.model.geometry.graph
        let scene = try #require(person.model.scene)
        #expect(person.model.pan.y == max(0, scene.height - graph.height))
        let after = try #require(person.model.minimap)
        #expect(after.frame.maxY == after.inside.maxY)

        person.send(.input(.mouse(Mouse(.drag(.left), at: Point(x: 0, y: 0)))))
        #expect(person.model.pan == .zero)
        person.send(.input(.mouse(Mouse(.release(.left), at: Point(x: 0, y: 0)))))
        person.send(.input(.mouse(Mouse(.drag(.left), at: Point(x: after.inside.maxX, y: after.inside.maxY)))))
        #expect(person.model.pan == .zero, "nothing is held any more")
    }

    @Test func `stays where it is while the mouse holds it`() throws {
        var person = driver()
        let map = try #require(person.model.minimap)
        let scene = try #require(person.model.scene)
        // A box that would lie below the map, were the picture moved so far.
        let box = try #require(scene.boxes.max { $0.rect.maxX + $0.rect.maxY < $1.rect.maxX + $1.rect.maxY })
        person.change { $0.choose(.node(box.id)) }
        person.click(map.inside.x, map.inside.y)
        for y in map.inside.y..<map.inside.maxY {
            for x in map.inside.x..<map.inside.maxX {
                person.send(.input(.mouse(Mouse(.drag(.left), at: Point(x: x, y: y)))))
                #expect(person.model.minimap?.rect == map.rect)
            }
        }
    }

    @Test func `the picture follows a mouse that drags it`() throws {
        var person = driver()
        person.change { $0.pan(to: Point(x: 0, y: 60)) }
        let before = person.model.pan
        let graph = person.model.geometry.graph

        person.click(graph.x + 2, graph.y + 5)
        person.send(.input(.mouse(Mouse(.drag(.left), at: Point(x: graph.x + 2, y: graph.y + 8)))))

        #expect(person.model.pan.y == before.y - 3)
    }

    @Test func `goes with its key and by its name`() {
        var person = driver()
        #expect(person.model.minimap != nil)
        person.press("m")
        #expect(person.model.minimap == nil)
        person.run("minimap")
        #expect(person.model.minimap != nil)
    }

    @Test func `marks what is not well, whatever the glyphs`() throws {
        for glyphs in [GlyphSet.braille, .blocks, .ascii] {
            let person = driver(glyphs: glyphs)
            let map = try #require(person.model.minimap)
            var scalars: Set<String> = []
            let frame = person.frame
            for y in map.inside.y..<map.inside.maxY {
                for x in map.inside.x..<map.inside.maxX {
                    scalars.insert(String(frame[Point(x: x, y: y)].scalar))
                }
            }
            #expect(scalars.contains(Signs(glyphs).failure), "\(glyphs.kind)")
            #expect(scalars.contains(Signs(glyphs).degraded), "\(glyphs.kind)")
        }
    }

    @Test(arguments: GoldenFrameTests.sizes, [GlyphSet.braille, .blocks, .ascii])
    func `looks as it did`(size: (Int, Int), glyphs: GlyphSet) throws {
        var person = driver(size.0, size.1, glyphs: glyphs)
        if glyphs == .ascii { person.theme = Theme.dark.adapted(to: .mono) }
        let suffix = glyphs == .braille ? "" : "-\(glyphs.kind)"

        try expectGolden(person.frame, "graph-large-\(size.0)x\(size.1)\(suffix)", theme: person.theme)
    }
}
