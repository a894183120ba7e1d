import MeshModel
import Quantities
import TerminalUI
import Testing
import TraceModel

@testable import Console

@Suite struct `Traces beside each other` {
    private func person() throws -> Driver {
        var person = Driver()
        person.traces = .success(
            [try #require(SampleTraces.retried), try #require(SampleTraces.answered)] + SampleTraces.all)
        person.run("select payment-service v2")
        person.press("6")
        return person
    }

    @Test func `a trace is compared with those that begin like it and went well`() throws {
        var person = try person()
        person.press("enter", "=")

        let view = try #require(person.model.analysis?.comparison)
        #expect(view.rows.count == 11)
        #expect(view.rows.count { $0.there == nil } == 2, "the second and the third try")
        #expect(view.here - view.there == .microseconds(47_500))
        #expect(view.summary.contains("→ bank.example took 27.0 ms longer by itself"))
    }

    @Test func `of a group the median of each span counts`() throws {
        var person = try person()
        person.press("P", "enter", "=")

        let view = try #require(person.model.analysis?.comparison)
        #expect(view.base == "the median of 10 like it", "twelve, without itself and the one that failed")
        let charge = try #require(view.rows.first { $0.operation == "POST /charge" })
        #expect(charge.here == .milliseconds(73))
        #expect((.milliseconds(16)...(.milliseconds(21))).contains(try #require(charge.there)))
    }

    @Test func `the marked trace is the other one, and what is missing stands where it would be`() throws {
        var person = try person()
        person.press("m", "G", "=")

        let view = try #require(person.model.analysis?.comparison)
        #expect(view.rows.map(\.depth) == [0, 1, 2, 3, 4, 5, 4, 5, 6, 6, 6])
        #expect(view.rows.count { $0.here == nil } == 2)
        #expect(view.rows.suffix(2).allSatisfy { $0.here == nil })
    }

    @Test func `a trace without any like it says what to do`() throws {
        var person = Driver()
        person.traces = .success([try #require(SampleTraces.retried)])
        person.run("select payment-service v2")
        person.press("6", "enter", "=")

        #expect(person.sees("m marks one to compare with"))
    }

    @Test func `Enter on a row of a comparison opens its span`() throws {
        var person = try person()
        person.press("enter", "=", "end", "enter")

        let state = try #require(person.model.waterfall)
        let row = try #require(state.selected.flatMap { state.waterfall?.rows[$0] })
        #expect(person.model.screen.isWaterfall)
        #expect(row.span.id.value == 11)
    }

    @Test func `a flame graph is as wide as what it is made of`() throws {
        let trace = try #require(SampleTraces.retried)
        let flame = FlameView([trace, trace], names: SpanNames())

        #expect(flame.boxes.count == 9, "three tries are one box")
        #expect(flame.boxes.first.map { $0.to - $0.from }.map { abs($0 - 1) < 1e-3 } ?? false)
        for box in flame.boxes {
            guard let parent = box.parent.map({ flame.boxes[$0] }) else { continue }
            #expect(box.from >= parent.from - 1e-9 && box.to <= parent.to + 1e-9, "\(box.operation)")
        }
        let bank = try #require(flame.boxes.first { $0.operation.contains("bank") })
        #expect(bank.count == 6)
        #expect(bank.errors == 6)
        #expect(bank.isCause)
        #expect(flame.boxes.count { $0.isCause } == 1)
    }

    @Test func `a flame graph is walked, zoomed into with Enter and left with Esc`() throws {
        var person = try person()
        person.press("enter", "f", "down", "down", "down")
        #expect(person.model.analysis?.flame?.selected?.depth == 3)

        person.press("enter")
        #expect(person.model.analysis?.flame?.isZoomed ?? false)
        person.press("up")
        #expect(person.model.analysis?.flame?.selected?.depth == 3, "nothing is above what fills the screen")
        person.press("esc")
        person.press("esc")
        person.press("esc")
        #expect(!(person.model.analysis?.flame?.isZoomed ?? true))
        person.press("esc")
        #expect(person.model.screen.isWaterfall)
    }

    @Test func `statistics add up and are sorted by any column`() throws {
        var person = try person()
        person.press("#")
        let view = try #require(person.model.analysis?.statistics)
        #expect(view.traces == 14)
        #expect(view.rows.reduce(0) { $0 + $1.count } == view.spans)
        #expect(view.rows.map(\.critical) == view.rows.map(\.critical).sorted(by: >))

        person.click(on: "spans   failed")
        let counts = try #require(person.model.analysis?.statistics).rows.map(\.count)
        #expect(counts == counts.sorted(by: >))
        person.press("<")
        let turned = try #require(person.model.analysis?.statistics).rows.map(\.count)
        #expect(turned == turned.sorted())

        person.press("enter")
        #expect(person.model.screen.isWaterfall, "the slowest span of the operation")
    }

    @Test func `a flame graph of another list is another one`() throws {
        var person = try person()
        person.press("f")
        #expect(person.model.analysis?.flame?.traces == 14)
        person.press("esc", "x", "f")
        #expect(person.model.analysis?.flame?.traces == 2, "only what failed")
    }

    @Test func `what is asked for is asked for once, and a failure is told`() throws {
        var person = try person()
        person.press("f")
        let before = person.effects.count
        person.press("down", "enter", "esc")
        #expect(person.effects.count == before)

        person.press("esc")
        person.traces = .failure(ConsoleFailure(message: "the collector was restarted"))
        person.press("#")
        #expect(person.sees("the collector was restarted"))
    }
}
