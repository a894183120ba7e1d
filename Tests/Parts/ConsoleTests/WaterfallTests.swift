import MeshModel
import Quantities
import TerminalUI
import Testing
import TraceModel

@testable import Console

@Suite struct `A person in a waterfall` {
    private func reading(_ trace: Trace?, width: Int = 120, height: Int = 40) throws -> Driver {
        var person = Driver(width: width, height: height)
        person.traces = .success([try #require(trace)])
        person.press("6", "enter")
        return person
    }

    private func selected(_ person: Driver) -> String? {
        person.model.waterfall.flatMap { state in
            state.selected.map { state.waterfall?.rows[$0].span.id.description ?? "" }
        }
    }

    private func id(_ number: UInt64) -> String { SpanID(number)?.description ?? "" }

    @Test func `lands on the span where failing began`() throws {
        let person = try reading(SampleTraces.retried)

        #expect(selected(person) == id(11), "the last try at the bank, below which nothing failed")
    }

    @Test func `jumps through what failed and comes round`() throws {
        var person = try reading(SampleTraces.retried)
        var seen: [String] = []
        for _ in 0..<6 {
            person.press("x")
            seen.append(selected(person) ?? "")
        }

        #expect(seen == [4, 7, 8, 9, 10, 11].map { id($0) })
        person.press("X")
        #expect(selected(person) == id(10))
    }

    @Test func `jumps to the slowest, then to the next slowest`() throws {
        var person = try reading(SampleTraces.retried)

        person.press("s")
        #expect(selected(person) == id(11), "27 ms by itself")
        person.press("s")
        let second = selected(person)
        person.press("S")
        #expect(second != id(11))
        #expect(selected(person) == id(11))
    }

    @Test func `sees which try a call was`() throws {
        let person = try reading(SampleTraces.retried)

        #expect(person.sees("↻1/3"))
        #expect(person.sees("↻3/3"))
        #expect(person.sees("attempt 3 of 3"))
        let calm = try reading(SampleTraces.answered)
        #expect(!calm.sees("↻"))
    }

    @Test func `folds a span, jumps into the fold, and folds everything`() throws {
        var person = try reading(SampleTraces.retried)
        person.press("home", "down", "down", "down", "left")
        #expect(person.model.waterfall?.visible.count == 4)
        #expect(person.sees("▸7 order"))

        person.press("x")
        #expect(person.model.waterfall?.visible.count == 11, "a jump opens what it goes into")

        person.press("F")
        #expect(person.model.waterfall?.visible.count == 2)
        person.press("F")
        #expect(person.model.waterfall?.visible.count == 11)
    }

    @Test func `goes up the tree with left and down with right`() throws {
        var person = try reading(SampleTraces.retried)
        person.press("left")
        #expect(selected(person) == id(8))
        person.press("left", "right", "right")
        #expect(selected(person) == id(9))
    }

    @Test func `zooms around the span, pans, and sees everything again`() throws {
        var person = try reading(SampleTraces.retried)
        let whole = try #require(person.model.waterfall?.seen)
        person.press("+", "+")
        let near = try #require(person.model.waterfall?.seen)
        #expect(abs((near.upperBound - near.lowerBound) * 4 - whole.upperBound) < 1e-6)
        #expect(near.contains(0.060), "the third try runs from 45 to 72 ms")

        person.press("<")
        #expect((person.model.waterfall?.seen.lowerBound ?? 1) < near.lowerBound)
        person.press("-", "-")
        #expect(person.model.waterfall?.seen == whole)
        person.press("z", "0")
        #expect(person.model.waterfall?.seen == whole)
    }

    @Test func `searches inside and walks the matches`() throws {
        var person = try reading(SampleTraces.retried)
        person.press("/")
        person.type("response_flags=uc")
        #expect(person.model.waterfall?.matches.count == 2)
        person.press("enter")
        #expect(selected(person) == id(9))
        person.press("n")
        #expect(selected(person) == id(10))

        person.press("esc")
        #expect(person.model.waterfall?.matches.isEmpty ?? false)
        #expect(person.model.screen.isWaterfall, "the first Esc only takes the search")
    }

    @Test func `sees how long the same call takes in the other traces`() {
        var person = Driver()
        person.run("select order")
        person.press("6", "enter", "down", "down")

        #expect(person.sees("the same in 12 traces"))
        #expect(person.sees("slower than"))
    }

    @Test func `sees the way of a trace on the graph and takes it back with Esc`() throws {
        var person = try reading(SampleTraces.retried)
        person.press("o")

        #expect(person.model.screen == .graph)
        let filter = person.model.graphFilter
        #expect(filter.foundNodes.contains(SampleMesh.id("payment-service", "v2")))
        #expect(!filter.foundNodes.contains(SampleMesh.id("payment-service")))
        #expect(filter.foundNodes.contains { $0.text.contains("bank") })
        #expect(filter.foundEdges.count == 5)
        #expect(person.sees("trace 5a0e12d3"))
        #expect(person.model.selection == .node(SampleMesh.id("payment-service", "v2")))

        person.press("esc")
        #expect(person.model.graphFilter.foundNodes.isEmpty)
    }

    @Test func `own time and the time of children add up`() throws {
        let waterfall = Waterfall(try #require(SampleTraces.retried))
        for (index, row) in waterfall.rows.enumerated() {
            let own = waterfall.ownStretches(of: index).reduce(0) { $0 + $1.to - $1.from }
            #expect(abs(own - row.row.selfTime.inSeconds) < 1e-9, "\(row.span.id)")
            let waited = waterfall.waits(of: index).reduce(0) { $0 + $1.to - $1.from }
            #expect(abs(waited - row.row.criticalTime.inSeconds) < 1e-9, "\(row.span.id)")
        }
    }

    @Test func `a frame of ten thousand spans formats no more rows than it shows`() throws {
        var person = try reading(SampleTraces.large(10_000))
        #expect(person.model.waterfall?.visible.count == 10_000)

        for key in ["end", "home", "x", "s", "c", "+", "F", "pgdn", "F"] {
            person.press(key)
            #expect(person.frame.size == Size(width: 120, height: 40))
        }
    }
}

@Suite struct `The reason at the top of a waterfall` {
    private func reason(_ trace: Trace?) throws -> TraceReason {
        let waterfall = Waterfall(try #require(trace))
        return try #require(waterfall.reason)
    }

    @Test func `names the call where failing began, with its tries and its share`() throws {
        let reason = try reason(SampleTraces.retried)

        #expect(reason.subject == "payment-service.payments v2 → bank.example")
        // The root did not fail: whoever asked got an answer.
        #expect(!reason.hasFailed)
        #expect(reason.grounds == ["3 attempts, all failed", "57 % of the time"])
    }

    @Test func `of ten thousand tries is made in no time`() throws {
        let first = try #require(SampleTraces.large(1))
        var spans = first.spans
        for number in UInt64(2)...10_000 {
            var span = spans[0]
            span.id = try #require(SpanID(number))
            span.parent = first.spans[0].id
            span.kind = .client
            span.start = span.start.advanced(by: .microseconds(Int64(number - 2) * 900))
            span.duration = .microseconds(900)
            span.status = .error
            spans.append(span)
        }
        let clock = ContinuousClock()
        let start = clock.now
        let reason = try reason(Trace(id: first.id, spans: spans))

        #expect(reason.grounds.first == "9999 attempts, all failed")
        // Quadratic work takes a minute here.
        #expect(clock.now - start < .seconds(10))
    }

    @Test func `says why a trace failed`() throws {
        let trace = try #require(SampleTraces.all.first { $0.hasError })
        var spans = trace.spans
        spans[0].status = .error
        let reason = try reason(Trace(id: trace.id, spans: spans))

        #expect(reason.hasFailed)
        #expect(reason.grounds.first == "503 Service Unavailable")
    }

    @Test func `names where the time went when nothing failed`() throws {
        let reason = try reason(SampleTraces.answered)

        #expect(!reason.hasFailed)
        #expect(reason.subject.hasSuffix("→ bank.example"))
        #expect(reason.grounds == ["31 % of the time"])
    }
}
