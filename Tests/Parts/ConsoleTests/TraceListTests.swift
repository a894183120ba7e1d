import MeshModel
import Quantities
import TerminalUI
import Testing
import TraceModel

@testable import Console

@Suite struct `A person among traces` {
    /// The sample mesh with a bank that hardly answers.
    private func brokenBank() -> MeshSnapshot {
        var snapshot = SampleMesh.snapshot(secondsLater: 1)
        for index in snapshot.edges.indices where snapshot.edges[index].target.text.contains("bank") {
            snapshot.edges[index].health = .failure
            snapshot.edges[index].traffic.errors = Ratio(0.9)
        }
        return snapshot
    }

    @Test func `comes from a red edge to the span that failed in three keys`() throws {
        var person = Driver()
        person.traces = .success(
            [try #require(SampleTraces.retried), try #require(SampleTraces.answered)] + SampleTraces.all)
        person.send(.snapshot(brokenBank()))

        person.press("x", "6", "enter")

        let state = try #require(person.model.waterfall)
        let row = try #require(state.selected.flatMap { state.waterfall?.rows[$0] })
        #expect(row.span.status == .error)
        #expect(row.span.name == "bank.example:443/*")
        #expect(person.sees("attempt 3 of 3"))
    }

    @Test func `walks the failing edges, the worst first, and comes round`() throws {
        var person = Driver()
        person.send(.snapshot(brokenBank()))
        var seen: [String] = []
        for _ in 0..<4 {
            person.press("x")
            if case .edge(let id)? = person.model.selection { seen.append(id.text) }
        }

        #expect(Set(seen).count == 3)
        #expect(seen.first == seen.last)
        #expect(seen[0].contains("bank") && seen[1].contains("bank") && seen[2].contains("order"))
        person.press("X")
        if case .edge(let id)? = person.model.selection { #expect(id.text == seen[2]) }
    }

    @Test func `is told that no edge is failing`() {
        var person = Driver()
        person.change { $0.graphFilter = GraphFilter() }
        var snapshot = SampleMesh.snapshot(secondsLater: 1)
        for index in snapshot.edges.indices { snapshot.edges[index].health = .healthy }
        person.send(.snapshot(snapshot))
        let before = person.model.selection

        person.press("x")

        #expect(person.sees("no edge is failing"))
        #expect(person.model.selection == before)
    }

    @Test func `filters by duration and error while typing`() {
        var person = Driver()
        person.press("6", "/")
        person.type(">80ms")
        #expect(person.model.traces?.rows.count == 3)
        person.type(" error")
        #expect(person.model.traces?.rows.count == 1)

        person.press("esc")
        #expect(person.model.traces?.rows.count == 12)
    }

    @Test func `asks for a tag when the line is finished, and for everything again with Esc`() throws {
        var person = Driver()
        person.press("6", "/")
        person.type("service.version=v2")
        #expect(person.model.traces?.summaries.count == 12, "nothing is asked while somebody types")

        person.press("enter")
        #expect(person.model.traces?.summaries.count == 3)
        person.press("esc")
        #expect(person.model.traces?.summaries.count == 12)
    }

    @Test func `reads a filter in many forms`() {
        let filter = TraceFilter(
            "checkout min=1.5s <3s op=charge tag=a=b http.status_code=500 service=order Errors >x =1")

        #expect(filter.words == ["checkout", ">x", "=1"])
        #expect(filter.minimum == .milliseconds(1_500))
        #expect(filter.maximum == .seconds(3))
        #expect(filter.operation == "charge")
        #expect(filter.service == "order")
        #expect(filter.errorsOnly)
        #expect(filter.tags == [.init(key: "a", value: "b"), .init(key: "http.status_code", value: "500")])
    }

    @Test func `sees new traces come by themselves and stay on top`() throws {
        var person = Driver()
        person.traces = .success(Array(SampleTraces.all.dropFirst(2)))
        person.press("6", "F")
        #expect(person.model.traces?.summaries.count == 10)

        person.traces = .success(SampleTraces.all)
        person.wait(seconds: 1)

        #expect(person.model.traces?.summaries.count == 12)
        #expect(person.model.traces?.selected?.id == SampleTraces.all[0].id)
        person.press("F")
        person.traces = .success([])
        person.wait(seconds: 1)
        #expect(person.model.traces?.summaries.count == 12)
    }

    @Test func `keeps the cursor on its trace when others come`() {
        var person = Driver()
        person.traces = .success(Array(SampleTraces.all.dropFirst(2)))
        person.press("6", "down", "down")
        let here = person.model.traces?.selected?.id

        person.traces = .success(SampleTraces.all)
        person.press("r")

        #expect(person.model.traces?.selected?.id == here)
        #expect(person.model.traces?.table.cursor == 4)
    }

    @Test func `sees the traces of the moment that is shown`() {
        var person = Driver()
        person.memoryBegins = SampleMesh.start.advanced(by: .seconds(-600))
        person.press("6")
        #expect(person.model.traces?.summaries.count == 12)

        person.run("time 20s ago")
        #expect(person.model.traces?.summaries.count == 6, "they began three seconds apart")
        person.press("L")
        #expect(person.model.traces?.summaries.count == 12)
    }

    @Test func `walks the points in time with left and right, whatever the order of the rows`() {
        var person = Driver()
        person.press("6", "P")
        let slowest = person.model.traces?.selected
        person.press("right")
        let next = person.model.traces?.selected
        #expect(slowest.flatMap { first in next.map { first.start.duration(to: $0.start) } } == .seconds(3))
        person.press("left")
        #expect(person.model.traces?.selected == slowest)
    }

    @Test func `clicks a point and opens its trace with a second click`() {
        var person = Driver()
        person.press("6")
        person.click(on: "✕")
        #expect(person.model.traces?.selected?.errorCount == 2)
        person.click(on: "◆")
        #expect(person.model.screen.isWaterfall)
    }

    @Test func `hides the points with p and has longer lists`() {
        var person = Driver()
        person.press("6")
        let before = person.model.geometry.rows.height
        person.press("p")
        #expect(person.model.geometry.rows.height > before)
        person.press("esc")
        #expect(person.model.geometry.pane != nil, "the graph keeps its pane")
    }

    @Test func `groups traces by shape, opens a shape, and goes back step by step`() throws {
        var person = Driver()
        person.traces = .success(
            [try #require(SampleTraces.retried), try #require(SampleTraces.answered)] + SampleTraces.all)
        person.run("select payment-service")
        person.press("6", "tab")
        #expect(person.model.traces?.shapes.map(\.count) == [12, 2], "three tries have the shape of one")
        #expect(person.model.traces?.shapes.map(\.failed) == [1, 1])

        person.press("down", "enter")
        #expect(person.model.traces?.rows.count == 2)
        person.press("enter")
        #expect(person.model.screen.isWaterfall)
        person.press("esc", "esc")
        #expect(person.model.traces?.mode == .shapes)
        person.press("esc")
        #expect(person.model.traces?.rows.count == 14)
        #expect(person.model.screen == .traces)
    }

    @Test func `opens the traces of a heatmap's cell, what failed first`() throws {
        var person = Driver()
        person.memoryBegins = SampleMesh.start.advanced(by: .seconds(-600))
        person.run("select order")
        person.press("5", "m")
        try #require(person.model.detail?.cell != nil)
        person.press("left", "enter")

        let cut = try #require(person.model.traces?.cut)
        #expect(person.model.screen == .traces)
        #expect(cut.from.duration(to: cut.until) == .seconds(5))
        #expect(cut.atMost != nil || cut.longerThan != nil)
        for trace in person.model.traces?.summaries ?? [] { #expect(cut.contains(trace)) }
        #expect(person.model.traces?.table.sortColumn == TraceColumn.errors.rawValue)

        person.press("esc")
        #expect(person.model.detail?.cell != nil, "back on the page the cell is still marked")
        person.press("esc")
        #expect(person.model.detail?.cell == nil)
        #expect(person.model.screen.isDetail)
    }
}
