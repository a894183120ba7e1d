import GraphLayout
import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite struct `The picture of the graph` {
    private func withGuest(_ snapshot: MeshSnapshot) -> MeshSnapshot {
        var snapshot = snapshot
        snapshot.structureVersion += 1
        let guest = MeshNode.ID("app/shop/review-service/v1")
        snapshot.nodes.append(
            MeshNode(id: guest, kind: .app, namespace: "shop", app: "review-service", version: "v1", health: .healthy))
        snapshot.nodes.sort { $0.id < $1.id }
        snapshot.edges.append(
            MeshEdge(
                source: SampleMesh.id("web"), target: guest,
                traffic: TrafficSummary(rate: RequestsPerSecond(3), samples: 90)))
        snapshot.edges.sort { $0.id < $1.id }
        return snapshot
    }

    @Test func `has a place for everything and overlaps nothing`() throws {
        for (width, height) in GoldenFrameTests.sizes {
            let scene = try #require(Driver(width: width, height: height).model.scene)
            #expect(scene.boxes.count == 10)
            #expect(scene.routes.allSatisfy { !$0.cells.isEmpty })
            for (index, box) in scene.boxes.enumerated() {
                for other in scene.boxes[(index + 1)...] {
                    #expect(box.rect.intersection(other.rect).isEmpty, "\(box.id) and \(other.id)")
                }
            }
        }
    }

    @Test func `moves no box to another column when a service comes`() throws {
        var person = Driver(width: 200, height: 50)
        person.run("select order")
        let before = try #require(person.model.scene)

        person.send(.snapshot(withGuest(SampleMesh.snapshot(secondsLater: 1))))

        let after = try #require(person.model.scene)
        #expect(after.boxes.count == 11)
        #expect(after.style == before.style)
        for box in before.boxes {
            #expect(after.layout.column(of: box.id) == before.layout.column(of: box.id), "\(box.id)")
            // A channel may widen for a new line; a jump would be another thing.
            #expect(abs((after.rect(of: box.id)?.x ?? -99) - box.rect.x) <= 3, "\(box.id)")
        }
    }

    @Test func `stays as it is when only numbers change`() throws {
        var person = Driver()
        let before = try #require(person.model.scene)

        person.wait(seconds: 5)

        let after = try #require(person.model.scene)
        #expect(before.boxes == after.boxes)
        #expect(before.routes == after.routes)
    }

    @Test func `shows the selection after every step, also when it is larger than the screen`() throws {
        var person = Driver(width: 60, height: 18)
        person.press("home")
        for key in ["right", "right", "right", "down", "down", "right", "left", "up", "left", "left"] {
            person.press(key)
            let selected = try #require(person.model.selectedNode)
            // The selected box alone is drawn with heavy lines.
            #expect(person.sees("┏") && person.sees("┛"), "\(selected.id) after \(key)")
        }
    }
}
