import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite("The graph against a moment") struct GraphDiffTests {
    private func changed(_ change: (inout MeshSnapshot) -> Void) -> MeshSnapshot {
        var snapshot = SampleMesh.snapshot(secondsLater: 5)
        change(&snapshot)
        return snapshot
    }

    @Test func `boxes tell how they moved, and what is worse in its colour`() {
        var person = Driver()
        person.press("d")
        person.send(
            .snapshot(
                changed { snapshot in
                    for index in snapshot.nodes.indices where snapshot.nodes[index].app == "catalog-service" {
                        let rate = snapshot.nodes[index].inbound?.rate.value ?? 0
                        snapshot.nodes[index].inbound?.rate = RequestsPerSecond(rate * 1.25)
                        snapshot.nodes[index].inbound?.errors = Ratio(0.051)
                    }
                }))

        #expect(person.sees("since 11:06:40"))
        #expect(person.sees("+25 %"))
        #expect(person.sees("+5.1 pt"))
        person.press("esc")
        #expect(!person.sees("since 11:06:40"))
        #expect(!person.sees("+25 %"))
    }

    @Test func `what is new has a mark, what is gone a name`() {
        var person = Driver()
        person.press("d")
        person.send(
            .snapshot(
                changed { snapshot in
                    snapshot.structureVersion += 1
                    snapshot.nodes.removeAll { $0.app == "notification-service" }
                    let left = Set(snapshot.nodes.map(\.id))
                    snapshot.edges.removeAll { !left.contains($0.source) || !left.contains($0.target) }
                    snapshot.nodes.append(
                        MeshNode(
                            id: MeshNode.ID("app/shop/zebra/v1"), kind: .app, namespace: "shop", app: "zebra",
                            version: "v1", inbound: TrafficSummary(rate: RequestsPerSecond(1), samples: 30)))
                }))

        #expect(person.sees("1 new, gone: notification"))
        #expect(person.screen.contains(#/│ new/#))
    }

    @Test(arguments: [
        (1.0, "="), (1.004, "="), (1.12, "+12 %"), (0.97, "-3 %"), (0.0, "-100 %"), (2.0, "x 2.0"), (41.3, "x 41"),
        (1e9, "x 9999"),
    ])
    func `factors are words`(factor: Double, words: String) {
        #expect(GraphDiff.words(factor: factor) == words)
    }

    @Test func `nothing is compared with nothing`() {
        #expect(GraphDiff.words(factor: nil) == "–")
        #expect(GraphDiff.words(points: .infinity) == "–")
        #expect(GraphDiff.words(points: -0.04) == "=")
        #expect(GraphDiff.words(points: -1.25) == "-1.3 pt" || GraphDiff.words(points: -1.25) == "-1.2 pt")
    }
}

@Suite("Zoom of the graph") struct GraphZoomTests {
    @Test func `larger and smaller boxes, and those that fit`() throws {
        var person = Driver(width: 120, height: 40)
        let fitting = try #require(person.model.scene).style.detail
        person.press(">")
        let larger = try #require(person.model.scene)
        #expect(larger.style.detail.size.width >= fitting.size.width && larger.style.detail != fitting)
        person.wait(seconds: 1)
        #expect(person.model.scene?.style.detail == larger.style.detail)
        person.press("<", "<")
        #expect(try #require(person.model.scene).style.detail != larger.style.detail)
        person.press("0")
        #expect(person.model.scene?.style.detail == fitting)
    }

    @Test func `there is an end on either side`() {
        var person = Driver()
        for _ in 0..<9 { person.press(">") }
        #expect(person.model.toast?.text == "these are the largest boxes")
        for _ in 0..<9 { person.press("<") }
        #expect(person.model.toast?.text == "these are the smallest boxes")
    }
}
