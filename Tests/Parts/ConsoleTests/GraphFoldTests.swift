import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite("Folding namespaces") struct GraphFoldTests {
    /// Namespaces that call their own boxes, and the first box of each the next namespace's.
    static func mesh(namespaces: Int, each count: Int, failing: Int? = nil) -> MeshSnapshot {
        var nodes: [MeshNode] = []
        var edges: [MeshEdge] = []
        func id(_ namespace: Int, _ number: Int) -> MeshNode.ID {
            MeshNode.ID("app/team-\(namespace)/app-\(namespace)-\(number)")
        }
        func traffic(_ rate: Double, errors: Double = 0) -> TrafficSummary {
            TrafficSummary(rate: RequestsPerSecond(rate), samples: rate * 30, errors: Ratio(errors))
        }
        for namespace in 0..<namespaces {
            for number in 0..<count {
                let isBad = namespace == failing && number == 1
                nodes.append(
                    MeshNode(
                        id: id(namespace, number), kind: .app, namespace: "team-\(namespace)",
                        app: "app-\(namespace)-\(number)", inbound: traffic(10), health: isBad ? .failure : .healthy))
                if number > 0 {
                    edges.append(
                        MeshEdge(
                            source: id(namespace, 0), target: id(namespace, number), traffic: traffic(10),
                            health: .healthy))
                }
                if namespace > 0, number < 2 {
                    edges.append(
                        MeshEdge(
                            source: id(namespace - 1, number), target: id(namespace, 0),
                            traffic: traffic(5, errors: number == 0 ? 0 : 0.5), health: .healthy))
                }
            }
        }
        var snapshot = MeshSnapshot(
            time: SampleMesh.start, window: .seconds(30), structureVersion: 7, nodes: nodes.sorted { $0.id < $1.id },
            edges: edges.sorted { $0.id < $1.id })
        snapshot.boxes = (0..<namespaces).map { namespace in
            MeshBox(
                id: "box/namespace/team-\(namespace)", kind: .namespace, cluster: "", namespace: "team-\(namespace)",
                members: (0..<count).map { id(namespace, $0) }.sorted(), inbound: traffic(10),
                outboundRate: .zero, internalRate: .zero, health: namespace == failing ? .failure : .healthy)
        }
        return snapshot
    }

    private func person(namespaces: Int, each count: Int, failing: Int? = nil) -> Driver {
        var person = Driver(withData: false)
        person.press("1")
        person.send(.snapshot(Self.mesh(namespaces: namespaces, each: count, failing: failing)))
        return person
    }

    @Test func `a mesh that is too large for boxes is one of namespaces`() throws {
        let person = person(namespaces: 6, each: 20)

        let scene = try #require(person.model.scene)
        #expect(scene.boxes.map(\.name).sorted() == (0..<6).map { "team-\($0)" })
        #expect(scene.routes.count == 5)
        #expect(person.sees("team-3"))
    }

    @Test func `the edges between two namespaces are one, with the traffic of all`() throws {
        let person = person(namespaces: 6, each: 20)

        let mesh = try #require(person.model.graphMesh)
        let edge = try #require(mesh.snapshot.edges.first)
        #expect(edge.traffic.rate.value == 10)
        #expect(edge.traffic.errors?.value == 0.25)
        // And nothing of the mesh itself is changed by it.
        #expect(person.model.mesh?.snapshot.nodes.count == 120)
    }

    @Test func `eighty boxes are still boxes`() throws {
        #expect(try #require(person(namespaces: 4, each: 20).model.scene).boxes.count == 80)
    }

    @Test func `Enter unfolds, n folds again, N all`() throws {
        var person = person(namespaces: 6, each: 20)
        person.run("select app-2-7")
        #expect(person.model.shownSelection == .node(MeshNode.ID("box/namespace/team-2")))
        person.press("enter")
        #expect(try #require(person.model.scene).boxes.count == 25)
        #expect(person.model.screen == .graph)

        person.run("select app-2-7")
        person.press("n")
        #expect(try #require(person.model.scene).boxes.count == 6)
        // It stays so: nobody unfolds it by itself, and nothing is folded behind the person's back.
        person.press("N", "N")
        #expect(try #require(person.model.scene).boxes.count == 6)
        person.press("N")
        person.send(.snapshot(Self.mesh(namespaces: 6, each: 20)))
        #expect(try #require(person.model.scene).boxes.count == 120)
    }

    @Test func `what is worst is shown by its namespace`() throws {
        let person = person(namespaces: 6, each: 20, failing: 4)

        #expect(person.model.selection == .node(MeshNode.ID("app/team-4/app-4-1")))
        #expect(person.model.shownSelection == .node(MeshNode.ID("box/namespace/team-4")))
        #expect(person.model.minimap == nil || person.sees("team-4"))
    }

    @Test func `what is found is found in a folded namespace, too`() {
        var person = person(namespaces: 6, each: 20)
        person.run("find app-5-3")

        #expect(person.model.graphFilter.foundNodes == [MeshNode.ID("box/namespace/team-5")])
    }

    @Test func `arrows go from namespace to namespace`() {
        var person = person(namespaces: 6, each: 20)
        person.run("select app-0-1")
        person.press("right")
        #expect(person.model.selection == .node(MeshNode.ID("box/namespace/team-1")))
        #expect(person.sees("team-1"))
        // Its page is of no use: what it has of its own is told in the pane.
        person.press("6")
        person.press("esc")
        #expect(person.model.screen == .graph)
    }
}

@Suite("Focus") struct GraphFocusTests {
    @Test func `one call away, two, three, everything`() throws {
        var person = Driver()
        let all = try #require(person.model.scene).boxes.count
        person.run("select bank")
        person.press("o")
        #expect(try #require(person.model.scene).boxes.count == 3)
        #expect(person.sees("within 1 call of bank"))
        person.press("o")
        let two = try #require(person.model.scene).boxes.count
        #expect(two > 3 && two < all)
        person.press("o", "o")
        #expect(try #require(person.model.scene).boxes.count == all)
        #expect(!person.sees("within"))
    }

    @Test func `Esc shows everything again, and a center that is gone hides nothing`() throws {
        var person = Driver()
        let all = try #require(person.model.scene).boxes.count
        person.run("select bank")
        person.press("o", "esc")
        #expect(try #require(person.model.scene).boxes.count == all)

        person.press("o")
        person.send(.snapshot(GraphFoldTests.mesh(namespaces: 2, each: 3)))
        #expect(try #require(person.model.scene).boxes.count == 6)
    }
}
