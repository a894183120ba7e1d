import MeshModel
import TerminalUI
import Testing

@testable import Console

@Suite("Read-only and production") struct ChangeAccessTests {
    private func person(mayChange: Bool = false, isProduction: Bool = false) -> Driver {
        Driver(access: ChangeAccess(mayChange: mayChange, isProduction: isProduction))
    }

    private func changes(_ person: Driver) -> Int {
        person.effects.count { effect in
            switch effect {
            case .changeWeights(_, dryRun: false), .writeConfig(_, dryRun: false): true
            default: false
            }
        }
    }

    @Test func `nothing is changed before somebody says that it may be`() {
        var person = person()
        #expect(person.sees("read-only"))
        person.run("select payment-service v2")
        person.press("w", "2", "enter")
        #expect(person.model.toast?.text == "read-only: :write allows changes")
        person.press("G")
        #expect(person.model.guards.isEmpty)
        person.press("esc")
        person.run("config payment")
        person.press("enter", "e")
        #expect(!person.effects.contains { if case .editConfig = $0 { true } else { false } })
        #expect(changes(person) == 0)

        person.run("write")
        #expect(!person.sees("read-only"))
        person.run("weights")
        person.press("2", "enter", "y")
        #expect(person.weights.v2 == 20)

        person.run("read-only")
        person.press("u")
        #expect(person.weights.v2 == 20)
    }

    @Test func `a production mesh asks for its name`() {
        var person = person(mayChange: true, isProduction: true)
        #expect(person.sees("production"))
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y")
        #expect(person.sees("type shop demo to change it:"))
        #expect(person.weights.v2 == 10)
        person.type("shop")
        person.press("enter")
        #expect(person.weights.v2 == 10)
        #expect(person.model.toast?.text == "nothing was changed: that is not shop demo")

        person.press("y")
        person.type("shop demo")
        person.press("enter")
        #expect(person.weights.v2 == 20)

        // Once is not for ever.
        person.press("u", "y", "esc")
        #expect(person.weights.v2 == 20)
        person.press("n")
        person.run("guard errors 1%")
        #expect(person.model.guards.isEmpty)
        person.type("shop demo")
        person.press("enter")
        #expect(person.model.guards.count == 1)
    }

    @Test func `pasting the name does not run anything else`() {
        var person = person(mayChange: true, isProduction: true)
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y")
        person.send(.input(.paste("shop demo\nq")))
        #expect(person.weights.v2 == 10)
        #expect(!person.effects.contains(.quit))
    }
}

@Suite("The log") struct ConsoleLogTests {
    @Test func `keeps what was said, newest first, and says who`() {
        var person = Driver()
        person.run("karma")
        person.wait(seconds: 10)
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y")
        person.send(.trouble("the control plane does not answer"))
        person.send(.trouble(nil))
        person.press("esc")

        person.run("log")

        let texts = person.model.log.entries.map(\.text)
        #expect(texts.first?.contains("no command is called “karma”") == true)
        #expect(texts.contains("stored: v1 80, v2 20 of payments/payment-service, before v1 90, v2 10"))
        #expect(texts.last == "over: the control plane does not answer")
        let first = person.frame.lines.first { $0.contains("over: the control") }
        let last = person.frame.lines.first { $0.contains("karma") }
        #expect(first != nil && last != nil)
        #expect(
            person.frame.lines.firstIndex { $0.contains("over: the control") } ?? 99
                < person.frame.lines.firstIndex { $0.contains("karma") } ?? 0)
        person.run("filter you")
        #expect(!person.sees("karma"))
        #expect(person.sees("stored: v1 80"))
    }

    @Test func `counts what is said again and again, and forgets the oldest`() {
        var log = ConsoleLog()
        for _ in 0..<3 { log.add(.info, "again", by: .console, at: SampleMesh.start) }
        #expect(log.entries.map(\.count) == [3])
        for number in 0..<2_000 { log.add(.info, "\(number)", by: .console, at: SampleMesh.start) }
        #expect(log.entries.count == ConsoleLog.limit)
        #expect(log.entries.last?.text == "1999")
    }
}
