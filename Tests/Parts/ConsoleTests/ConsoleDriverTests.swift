import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite struct `A person at the console` {
    @Test func `selects payment, opens its slowest trace, goes back, sets v2 to 20, applies and undoes`() {
        var person = Driver()

        person.run("select payment-service v2")
        #expect(person.sees("payment-service v2"))

        person.press("6")
        #expect(person.sees("traces of payment-service v2"))
        person.press("P", "enter")
        #expect(person.sees("102 ms"), "12 is the slowest of the sample: 61 + 12 + 29 ms")
        #expect(person.sees("POST /checkout"))

        person.press("esc", "esc")
        #expect(person.model.screen == .graph)

        person.press("w", "2")
        #expect(person.sees("20 %"))
        person.press("enter")
        #expect(person.sees("change the weights?"))
        #expect(person.weights == (90, 10), "nothing is stored before the answer")
        person.press("y")
        #expect(person.weights == (80, 20))
        #expect(person.sees("stored: v1 80, v2 20"))

        person.press("u")
        #expect(person.sees("change the weights?"))
        person.press("y")
        #expect(person.weights == (90, 10))
    }

    @Test func `presses Enter twice on a change and nothing happens, because Cancel is marked first`() {
        var person = Driver()

        person.press("w", "+", "enter", "enter")

        #expect(person.weights == (90, 10))
        #expect(person.model.context == .canary)
    }

    @Test func `marks Apply with Tab and presses Enter`() {
        var person = Driver()

        person.press("w", "-", "enter", "tab", "enter")

        #expect(person.weights == (95, 5))
    }

    @Test func `leaves the canary screen with Esc and nothing has changed`() {
        var person = Driver()

        person.press("w", "+", "+", "esc")

        #expect(person.model.screen == .graph)
        #expect(person.weights == (90, 10))
        #expect(!person.effects.contains { if case .changeWeights = $0 { true } else { false } })
    }

    @Test func `is told why the mesh refuses, and cannot apply anyway`() {
        var person = Driver()
        person.refusal = .refused(reason: "subset v2 has no endpoint")

        person.press("w", "+", "enter")
        #expect(person.sees("subset v2 has no endpoint"))
        person.press("y")

        #expect(person.weights == (90, 10))
        #expect(person.model.context == .question)
    }

    @Test func `is told that somebody else was faster`() {
        var person = Driver()
        person.press("w", "+", "enter")
        person.refusal = .stale

        person.press("y")

        #expect(person.weights == (90, 10))
        #expect(person.sees("the route was changed meanwhile"))
    }

    @Test(arguments: GoldenFrameTests.sizes)
    func `reaches every box of the graph with arrows`(width: Int, height: Int) {
        var reached: Set<Selection> = []
        var open = [[String]()]
        while let keys = open.popLast() {
            var person = Driver(width: width, height: height)
            person.press("home")
            for key in keys { person.press(key) }
            guard let selection = person.model.selection, reached.insert(selection).inserted else { continue }
            open += ["up", "down", "left", "right"].map { keys + [$0] }
        }

        #expect(reached.count == 10)
    }

    @Test func `walks the edges of a box with Tab and comes round`() {
        var person = Driver()
        person.run("select order")
        var seen: [Selection] = []
        for _ in 0..<6 {
            person.press("tab")
            if let selection = person.model.selection { seen.append(selection) }
        }

        #expect(Set(seen).count == 5, "four calls and one caller")
        #expect(seen.first == seen.last)
    }

    @Test func `sorts the edges by a click on a header and opens the traces of a row`() {
        var person = Driver()
        person.press("e")

        person.click(on: "p99")
        #expect(person.model.tables.edges.state.sortColumn == TableColumn.p99.rawValue)
        #expect(person.model.tables.edges.state.isDescending)
        person.press("g", "6")

        #expect(person.sees("traces of order-service v1 → payment-service v2"))
    }

    @Test func `filters the edges while typing and takes the filter back with Esc`() {
        var person = Driver()
        person.press("e", "/")
        person.type("bank")
        #expect(person.model.tables.edges.shown.count == 2)

        person.press("esc")
        #expect(person.model.tables.edges.shown.count == 12)

        person.press("/")
        person.type("bank")
        person.press("enter", "esc")
        #expect(person.model.tables.edges.shown.count == 12)
        #expect(person.model.screen == .edges, "the first Esc only takes the filter")
        person.press("esc")
        #expect(person.model.screen == .graph)
    }

    @Test func `completes a command and a name with Tab`() {
        var person = Driver()

        person.press(":")
        person.type("sel")
        person.press("tab")
        #expect(person.model.prompt?.text == "select")
        person.type(" noti")
        person.press("tab", "enter")

        #expect(person.model.selection == .node(SampleMesh.id("notification-service")))
    }

    @Test func `walks the history of commands with the arrows`() {
        var person = Driver()
        person.run("edges")
        person.run("graph")

        person.press(":", "up", "up")
        #expect(person.model.prompt?.text == "edges")
        person.press("down")
        #expect(person.model.prompt?.text == "graph")
    }

    @Test func `pastes a command and nothing is run`() {
        var person = Driver()

        person.send(.input(.paste("q")))
        person.press(":")
        person.send(.input(.paste("quit\n")))

        #expect(person.effects == [.listThemes])
        #expect(person.model.prompt?.text == "quit ")
    }

    @Test func `never quits with Esc`() {
        var person = Driver()
        for _ in 0..<10 { person.press("esc") }

        #expect(!person.effects.contains(.quit))
        person.press("q")
        #expect(person.effects.contains(.quit))
    }

    @Test func `reads in help every key that is valid here`() {
        for context in [["e"], ["2"], ["5"], ["6"], ["w"], []] {
            var person = Driver(width: 120, height: 200)
            for key in context { person.press(key) }
            let valid = Command.valid(in: person.model.context)
            person.press("?")

            for command in valid { #expect(person.sees(":\(command.name)"), "\(command.name)") }
        }
    }

    @Test func `goes to the screen before this one with minus`() {
        var person = Driver()
        person.press("e", "-")
        #expect(person.model.screen == .graph)
        person.press("-")
        #expect(person.model.screen == .edges)
    }

    @Test func `holds the picture still and goes on`() {
        var person = Driver()
        person.press("space")
        person.wait(seconds: 3)
        #expect(person.sees("paused"))
        #expect(person.model.mesh?.snapshot.time == SampleMesh.start)

        person.press("space")
        #expect(person.model.mesh?.snapshot.time == SampleMesh.start.advanced(by: .seconds(3)))
    }

    @Test func `sees that data is stale when nobody looks any more`() {
        var person = Driver()
        person.waitBlindly(seconds: 12)

        #expect(person.sees("stale"))
        #expect(person.sees("12 s"))
        #expect(!person.model.wantsAnimation)
    }

    @Test func `keeps the selection when the mesh changes around it`() {
        var person = Driver()
        person.run("select notification")
        person.wait(seconds: 1)
        person.send(.snapshot(SampleMesh.snapshot(secondsLater: 2, structureVersion: 2)))

        #expect(person.model.selection == .node(SampleMesh.id("notification-service")))
    }

    @Test func `clicks a box, then a footer key`() {
        var person = Driver()
        person.click(on: "inventory")
        #expect(person.model.selection == .node(SampleMesh.id("inventory-service")))

        person.click(on: "4 edges")
        #expect(person.model.screen == .edges)
    }

    @Test func `is told that a trace is gone`() {
        var person = Driver()
        person.press("6")
        person.traces = .failure(ConsoleFailure(message: "the collector was restarted"))

        person.press("enter")

        #expect(person.sees("the collector was restarted"))
    }

    @Test func `sees weights that somebody else changed, unless in the middle of moving them`() {
        var person = Driver()
        person.press("w")
        person.send(.snapshot(SampleMesh.snapshot(weights: (70, 30), secondsLater: 1, resourceVersion: "99")))
        #expect(person.model.canary?.edit.percents == [70, 30])

        person.press("+")
        person.send(.snapshot(SampleMesh.snapshot(weights: (50, 50), secondsLater: 2, resourceVersion: "100")))
        #expect(person.model.canary?.edit.percents == [65, 35])
    }
}
