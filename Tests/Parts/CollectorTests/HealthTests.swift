import Collector
import MeshModel
import Testing

/// Kiali's default tolerances.
@Suite struct HealthTests {
    struct Row: CustomTestStringConvertible, Sendable {
        /// What follows the edge's names in ``Telemetry``, several for several kinds of answers.
        var answers: [String]
        var health: Health
        var testDescription: String { answers.joined(separator: " + ") }
    }

    @Test(arguments: [
        Row(answers: ["200 x100"], health: .healthy),
        Row(answers: ["301 x100"], health: .healthy),
        Row(answers: ["200 x999", "500 x1"], health: .degraded),
        Row(answers: ["200 x901", "503 x99"], health: .degraded),
        Row(answers: ["200 x90", "503 x10"], health: .failure),
        Row(answers: ["200 x91", "404 x9"], health: .healthy),
        Row(answers: ["200 x90", "404 x10"], health: .degraded),
        Row(answers: ["200 x81", "404 x19"], health: .degraded),
        Row(answers: ["200 x80", "404 x20"], health: .failure),
        Row(answers: ["200 x99", "0 UC x1"], health: .degraded),
        Row(answers: ["200 x90", "0 UC x10"], health: .failure),
        Row(answers: ["200 x90", "0 DC x10"], health: .healthy),
        // Each tolerance stands by itself.
        Row(answers: ["200 x88", "503 x6", "0 UC x6"], health: .degraded),
        Row(answers: ["200 grpc:0 x99", "200 grpc:5 x1"], health: .degraded),
        Row(answers: ["200 grpc:0 x90", "200 grpc:14 x10"], health: .failure),
        Row(answers: ["200 grpc:0 x100"], health: .healthy),
    ])
    func `an edge and the node at its end are as healthy as their answers`(row: Row) throws {
        let text = row.answers.map { "destination web/v1@shop -> cart/v1@shop cart.shop \($0)" }.joined(separator: "\n")
        let snapshot = try Watch.graph(text)

        #expect(snapshot.edges.map(\.health) == [row.health])
        #expect(snapshot.node("app/shop/cart/v1")?.health == row.health)
        #expect(snapshot.node("app/shop/web/v1")?.health == .unknown)
    }
}
