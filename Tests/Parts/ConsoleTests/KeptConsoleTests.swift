import GraphLayout
import MeshModel
import TerminalUI
import Testing

@testable import Console

@Suite("What is kept from run to run")
struct KeptConsoleTests {
    @Test func `the screen is as it was left`() {
        var before = Driver()
        before.run("services")
        before.run("sort p99")
        before.press("/")
        before.type("pay")
        before.press("enter")
        before.run("graph")
        before.run("labels p95")
        before.press("p")

        var after = Driver(withData: false)
        after.restore(before.model.kept)
        after.wait(seconds: 1)

        after.run("services")
        #expect(after.model.tables.services.sortColumn == .p99)
        #expect(after.model.tables.services.state.filter == "pay")
        #expect(after.model.tables.services.shown.count == before.model.tables.services.shown.count)
        #expect(after.model.edgeLabel == .p95)
        #expect(!after.model.showsPane)
        #expect(after.model.kept.commands.dropLast() == before.model.kept.commands.filter { $0 != "services" }[...])
        after.press(":", "up", "up")
        #expect(after.model.prompt?.text == "labels p95")
    }

    @Test func `boxes are where they were, also when they were not where a fresh layout puts them`() throws {
        let before = Driver()
        var kept = before.model.kept
        let picture = try #require(kept.picture)
        // As if the two payments had come the other way round.
        let ids = picture.places.places.keys.filter { $0.text.contains("payment-service/v") }.sorted()
        let (first, second) = (try #require(ids.first), try #require(ids.last))
        let (a, b) = (try #require(picture.places.places[first]), try #require(picture.places.places[second]))
        kept.picture?.places.places[first]?.row = b.row
        kept.picture?.places.places[second]?.row = a.row

        var after = Driver(withData: false)
        after.restore(kept)
        after.wait(seconds: 1)

        let fresh = try #require(before.model.scene)
        let scene = try #require(after.model.scene)
        #expect(scene.boxes.count == fresh.boxes.count)
        let upper = try #require(scene.rect(of: first))
        let lower = try #require(scene.rect(of: second))
        #expect((upper.y < lower.y) == (b.row < a.row))
        after.run("layout")
        #expect(after.model.scene?.rect(of: first) == fresh.rect(of: first))
    }

    @Test func `what no longer exists is passed over`() {
        var kept = KeptConsole()
        kept.tables[.services] = .init(sort: "karma", isDescending: false, hidden: ["name", "karma", "p50"])
        kept.find = "p95 > ["
        kept.commands = (0..<500).map { "command \($0)" }
        kept.picture = .init(
            style: 99, places: LayoutPlaces(places: [:], freshCrossings: 0, freshTurns: 0))

        var person = Driver(withData: false)
        person.restore(kept)
        person.wait(seconds: 1)

        #expect(person.model.tables.services.sortColumn == .rate)
        #expect(person.model.tables.services.hidden == [.p50])
        #expect(person.model.kept.commands.count == 100)
        #expect(person.model.kept.commands.last == "command 499")
        #expect(person.model.scene != nil)
    }
}
