import MeshModel
import Quantities
import Testing

@Suite("Ranks")
struct FindRankTests {
    /// Nodes `n0`, `n1`, … and edges between them by number.
    private static func graph(_ count: Int, _ edges: [(Int, Int)]) -> MeshSnapshot {
        MeshSnapshot(
            time: WallTime(nanosecondsSinceEpoch: 0), window: .seconds(1),
            nodes: (0..<count).map { MeshNode(id: id($0), kind: .app, namespace: "n", app: "n\($0)") },
            edges: edges.map {
                MeshEdge(source: id($0.0), target: id($0.1), traffic: TrafficSummary(rate: .zero, samples: 0))
            })
    }

    private static func id(_ number: Int) -> MeshNode.ID { MeshNode.ID("n\(number)") }

    private static func places(_ snapshot: MeshSnapshot, _ criteria: Set<RankCriterion>) -> [Int?] {
        let ranks = NodeRanks(snapshot, by: criteria)
        return snapshot.nodes.map { ranks[$0.id] }
    }

    private static let star = graph(5, [(0, 1), (0, 2), (0, 3), (4, 1), (3, 1), (2, 3)])

    @Test(arguments: [
        // In: 0 3 1 2 0; out: 3 0 1 1 1.
        ([RankCriterion.inboundEdges], [4, 1, 3, 2, 4]),
        ([.outboundEdges], [1, 3, 2, 2, 2]),
        // Together: 3 3 2 3 1.
        ([.inboundEdges, .outboundEdges], [1, 1, 2, 1, 3]),
    ])
    func `equal scores share a place and leave no gap`(criteria: [RankCriterion], expected: [Int]) {
        #expect(Self.places(Self.star, Set(criteria)) == expected)
    }

    @Test func `without a criterion nothing is ranked, without edges all come first`() {
        #expect(Self.places(Self.star, []) == [nil, nil, nil, nil, nil])
        #expect(NodeRanks(Self.star, by: []).lastRank == 0)
        #expect(Self.places(Self.graph(3, []), [.inboundEdges]) == [1, 1, 1])
        #expect(NodeRanks(Self.graph(0, [])).lastRank == 0)
        #expect(NodeRanks(Self.star)[MeshNode.ID("stranger")] == nil)
    }

    @Test(arguments: [2, 3, 50, 99, 100, 101, 150, 200, 397])
    func `places are pressed into a hundred, in order and from end to end`(count: Int) {
        // Node n gets n edges: as many scores as nodes.
        let edges = (0..<count).flatMap { target in (0..<target).map { _ in (0, target) } }
        let snapshot = Self.graph(count, edges)

        let ranks = NodeRanks(snapshot)

        let places = (0..<count).reversed().compactMap { ranks[Self.id($0)] }
        #expect(places.count == count)
        #expect(places == places.sorted())
        #expect(places.first == 1)
        #expect(places.last == min(count, 100))
        #expect(ranks.lastRank == min(count, 100))
        if count <= 100 { #expect(places == Array(1...count)) }
        // Kiali's formula, in its own numbers.
        for (index, place) in places.enumerated() where count > 100 {
            let kiali = ((1 + Double(index) * 99) / Double(count - 1)).rounded(.up)
            #expect(Double(place) == kiali)
        }
    }

    @Test(arguments: [
        (RankCriterion.requests, "web pay1 gw pay2 bank | cart db lone unknown"),
        (.errors, "pay2 web | bank cart db gw lone pay1 unknown"),
        (.p99, "pay2 web pay1 gw | bank cart db lone unknown"),
    ])
    func `traffic ranks as well`(criterion: RankCriterion, expected: String) {
        let ranks = NodeRanks(FindFixture.snapshot, by: [criterion])

        let halves = expected.split(separator: "|").map { $0.split(separator: " ").map { MeshNode.ID(String($0)) } }
        for (index, node) in halves[0].enumerated() { #expect(ranks[node] == index + 1, "\(node)") }
        for node in halves[1] { #expect(ranks[node] == halves[0].count + 1, "\(node)") }
    }

    @Test func `shares of several criteria are added`() {
        let ranks = NodeRanks(FindFixture.snapshot, by: [.requests, .inboundEdges])

        #expect(ranks[MeshNode.ID("web")] == 1)
        #expect(ranks[MeshNode.ID("pay1")] == 2)
        // An edge without requests beats neither.
        #expect(ranks[MeshNode.ID("cart")] == ranks[MeshNode.ID("db")])
        #expect(ranks[MeshNode.ID("lone")] == ranks.lastRank)
    }
}
