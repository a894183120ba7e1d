import Testing

@testable import Console

@Suite("A person's own keys") struct KeyMapTests {
    private func person(_ wishes: (String, [String])...) -> Driver {
        Driver(keyMap: KeyMap(wishes.map { KeyMap.Wish(command: $0, keys: $1) }))
    }

    @Test func `stand for the command, in the footer and in the help, and the old ones for nothing`() {
        var person = person(("services", ["W"]), ("weights", []))
        #expect(person.sees("W services"))
        person.press("2")
        #expect(person.model.screen == .graph)
        person.press("W")
        #expect(person.model.screen == .services)
        person.press("w")
        #expect(person.model.screen == .services)
        person.run("weights")
        #expect(person.model.canary != nil || person.model.toast != nil)
        person.press("esc")
        person.press("?")
        #expect(person.screen.contains(#/W +:services/#))
    }

    @Test func `may change places`() {
        var person = person(("services", ["3"]), ("workloads", ["2"]))
        #expect(
            KeyMap([.init(command: "services", keys: ["3"]), .init(command: "workloads", keys: ["2"])]).problems == [])
        person.press("3")
        #expect(person.model.screen == .services)
        person.press("2")
        #expect(person.model.screen == .workloads)
    }

    @Test(arguments: [
        ("karma", ["x"], "no command is called “karma”; ? lists them all"),
        ("service", ["x"], "no command is called “service”; perhaps services is meant"),
        ("services", ["ctrl"], "“ctrl” is no key"), ("services", ["pgdown"], "“pgdown” is no key"),
        ("services", ["f99"], "“f99” is no key"), ("services", [""], "“” is no key"),
        ("quit", [], "without a key for it nobody gets on"),
        ("services", ["q"], "q already means “quit” there; give that another key as well"),
    ])
    func `that cannot be are said, and the others hold`(command: String, keys: [String], text: String) throws {
        let map = KeyMap([.init(command: command, keys: keys), .init(command: "workloads", keys: ["W"])])

        let problem = try #require(map.problems.first)
        #expect(problem.command == command)
        #expect(problem.text.hasPrefix(text), "\(problem.text)")
        #expect(map.problems.count == 1)
        #expect(map.command(for: "W", in: .graph)?.name == "workloads")
        #expect(map.command(for: "2", in: .graph)?.name == "services")
    }

    @Test func `without any, everything is as the table says`() {
        let map = KeyMap()
        for command in Command.all {
            for context in command.contexts {
                for key in command.keys { #expect(map.command(for: key, in: context)?.name == command.name) }
            }
            #expect(map.keys(of: command) == command.keys)
        }
    }
}

@Suite("A slow link") struct SlowLinkTests {
    @Test func `stops the dots once, and whoever wants them has them`() {
        var person = Driver()
        #expect(person.model.wantsAnimation)
        person.send(.slowLink)
        #expect(!person.model.wantsAnimation)
        #expect(person.model.toast?.text.contains("slow") == true)
        // The next run may have a better link.
        #expect(person.model.kept.isAnimated)

        person.press("a")
        person.send(.slowLink)
        #expect(person.model.wantsAnimation)
    }
}
