import GraphLayout
import TestSupport
import Testing

@Suite("Places that are kept")
struct LayoutPlacesTests {
    @Test(arguments: 1...20)
    func `a layout made of another one's places is that one`(seed: UInt64) {
        let input = randomGraph(nodes: 40, edges: 80, seed: seed)
        let layout = Layout(input)

        let again = Layout(input, at: layout.places)

        #expect(again.columns == layout.columns)
        #expect(again.nodes.mapValues(\.y) == layout.nodes.mapValues(\.y))
        #expect(overlaps(again) == [])
        #expect(misplacedEnds(again) == [])
        #expect(faultyWays(again) == [])
        #expect(!again.isWorthRedoing)
        #expect(again.places == layout.places)
    }

    @Test
    func `what is not there yet has its place waiting`() {
        let layout = Layout(graph("a > b, a > c, a > d"))

        let first = Layout(graph("a > b, a > d"), at: layout.places)
        let whole = first.updated(for: graph("a > b, a > c, a > d"))

        #expect(first.nodes["d"] == layout.nodes["d"])
        #expect(whole.nodes == layout.nodes)
    }

    @Test
    func `places of another mesh are none`() {
        let input = graph("a > b")

        let layout = Layout(input, at: Layout(graph("x > y")).places)

        #expect(layout.nodes == Layout(input).nodes)
    }

    @Test(arguments: [(-1, 0, 5, 3), (0, -1, 5, 3), (0, 0, 0, 3), (0, 0, 5, 0), (1_000, 0, 5, 3), (0, 1 << 40, 5, 3)])
    func `impossible places are refused`(column: Int, row: Int, width: Int, height: Int) {
        #expect(LayoutPlaces<String>.Place(column: column, row: row, width: width, height: height) == nil)
    }

    @Test
    func `places that overlap are parted`() throws {
        let place = try #require(LayoutPlaces<Int>.Place(column: 0, row: 0, width: 5, height: 3))
        let places = LayoutPlaces(places: [0: place, 1: place, 2: place], freshCrossings: 0, freshTurns: 0)

        let layout = Layout(randomGraph(nodes: 3, edges: 2, seed: 1), at: places)

        #expect(overlaps(layout) == [])
        #expect(layout.nodes.count == 3)
    }
}
