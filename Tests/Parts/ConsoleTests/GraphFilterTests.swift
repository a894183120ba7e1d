import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite struct `The graph as a person wants it` {
    private func boxes(_ person: Driver) -> Set<MeshNode.ID> { Set(person.model.scene?.boxes.map(\.id) ?? []) }

    @Test func `marks what an expression finds and counts it while it is typed`() {
        var person = Driver()
        person.press("f")
        person.type("p95 > 100")
        #expect(person.model.graphFilter.foundEdges.count == 1)
        #expect(person.model.graphFilter.foundNodes == [SampleMesh.id("payment-service", "v2")])
        #expect(person.sees("1 node, 1 edge"))
        #expect(boxes(person).count == 10, "nothing is hidden")

        person.press("enter")
        #expect(person.sees("find p95 > 100: 1 node, 1 edge"))
        person.press("esc")
        #expect(!person.model.graphFilter.isFinding)
    }

    @Test func `finds by plain words, too`() {
        var person = Driver()
        person.run("find payments")

        #expect(person.model.graphFilter.foundNodes.count == 3)
    }

    @Test func `takes back what was typed with Esc, and says what is wrong`() {
        var person = Driver()
        person.run("find web")
        person.press("f")
        for _ in 0..<3 { person.press("backspace") }
        person.type("p95 >")
        #expect(person.model.graphFilter.problem != nil)
        person.press("esc")

        #expect(person.model.graphFilter.findText == "web")
        #expect(person.model.graphFilter.problem == nil)
        #expect(person.model.graphFilter.foundNodes == [SampleMesh.id("web")])
    }

    @Test func `hides what an expression finds, and shows it again`() {
        var person = Driver()
        person.press("F")
        person.type("name = bank.example")
        #expect(person.sees("3 hidden"), "the node and both its edges")
        person.press("enter")
        #expect(boxes(person).count == 9)

        person.press("esc")
        #expect(boxes(person).count == 10)
        #expect(person.model.screen == .graph)
    }

    @Test func `shows only what is not well, and all of it again`() {
        var person = Driver()
        person.press("H")
        #expect(boxes(person) == [SampleMesh.id("payment-service", "v2"), SampleMesh.id("order-service")])
        person.send(.snapshot(SampleMesh.snapshot(weights: (100, 0), secondsLater: 1)))
        person.press("H")
        #expect(boxes(person).count == 10)
    }

    @Test func `says so when nothing is unhealthy`() {
        var person = Driver()
        person.press("H")
        var snapshot = SampleMesh.snapshot(secondsLater: 1)
        for index in snapshot.nodes.indices { snapshot.nodes[index].health = .healthy }
        for index in snapshot.edges.indices { snapshot.edges[index].health = .healthy }
        person.send(.snapshot(snapshot))

        #expect(person.sees("nothing is unhealthy"))
        person.press("esc")
        #expect(boxes(person).count == 10)
    }

    @Test func `leaves out what is idle`() {
        var person = Driver()
        person.send(.snapshot(SampleMesh.snapshot(weights: (100, 0), secondsLater: 1)))
        var idle = SampleMesh.snapshot(weights: (100, 0), secondsLater: 2)
        for index in idle.edges.indices where idle.edges[index].traffic.rate.value == 0 {
            idle.edges[index].traffic.throughput = .zero
        }
        person.send(.snapshot(idle))
        person.press("i")

        #expect(boxes(person).count == 9, "v2 has no traffic")
    }

    @Test func `writes on the lines what a key or a command says`() {
        var person = Driver(width: 200, height: 50)
        person.press("v")
        #expect(person.model.edgeLabel == .rate)
        #expect(person.sees("requests a second"))
        person.run("labels p95")
        #expect(person.model.edgeLabel == .p95)
        person.press("V")
        #expect(person.model.edgeLabel == .p50)
        person.run("labels colour")
        #expect(person.sees("no label is called “colour”"))
    }

    @Test(arguments: EdgeLabel.allCases) func `knows something for every label`(label: EdgeLabel) {
        let mesh = MeshIndex(SampleMesh.snapshot())
        let texts = mesh.snapshot.edges.compactMap { label.text(of: $0, in: mesh) }

        #expect(texts.isEmpty == (label == .none))
        #expect(texts.allSatisfy { $0.count <= 7 })
    }

    @Test func `asks for a graph of other nodes`() {
        var person = Driver()
        person.press("g")
        #expect(person.effects.contains(.showGraph(.app)))
        #expect(person.sees("graph of apps"))
        person.press("g", "g", "g")
        #expect(person.model.graphType == .versionedApp)
    }

    private static func framed() -> MeshSnapshot {
        var snapshot = SampleMesh.snapshot(secondsLater: 1)
        let members = snapshot.nodes.filter { $0.namespace == "payments" }.map(\.id)
        snapshot.boxes = [
            MeshBox(
                id: "box/namespace/payments", kind: .namespace, cluster: "", namespace: "payments", members: members)
        ]
        return snapshot
    }

    @Test(arguments: GoldenFrameTests.sizes) func `looks like this with labels, frames and a find`(
        width: Int, height: Int
    ) throws {
        var driver = Driver(width: width, height: height)
        driver.send(.snapshot(Self.framed()))
        driver.press("v")
        driver.run("find p95 > 90")
        driver.waitBlindly(seconds: 5)

        try expectGolden(driver.frame, "graph-labels-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `looks like this in ASCII without colours`(
        width: Int, height: Int
    ) throws {
        var driver = Driver(width: width, height: height, glyphs: .ascii)
        driver.theme = Theme.dark.adapted(to: .mono)
        driver.send(.snapshot(Self.framed()))
        driver.press("H")
        driver.run("labels errors")
        driver.waitBlindly(seconds: 5)

        try expectGolden(driver.frame, "graph-unhealthy-\(width)x\(height)-ascii", theme: driver.theme)
    }
}
