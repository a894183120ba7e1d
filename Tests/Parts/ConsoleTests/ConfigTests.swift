import JSONWire
import MeshConfig
import TerminalUI
import Testing

@testable import Console

@Suite struct `The configuration` {
    private static let route = ConfigKey(kind: "VirtualService", namespace: "payments", name: "payment-service")
    private static let moved: @Sendable (String) -> String = {
        $0.replacing("weight: 90", with: "weight: 70").replacing("weight: 10", with: "weight: 30")
    }

    // MARK: The table

    @Test func `shows the worst first and what is wrong with it`() {
        var driver = Driver()

        driver.press("7")

        #expect(driver.model.config.entryUnderCursor?.key.name == "shop")
        #expect(driver.sees("✕ VirtualService"))
        #expect(driver.sees("▲ DestinationRule"))
        #expect(driver.sees("✓ ServiceEntry"))
        #expect(driver.sees("there is no Gateway shop/front"))
    }

    @Test func `filters by words of names, hosts and problems`() {
        var driver = Driver()

        driver.press("7", "/")
        driver.type("bank.example")
        driver.press("enter")

        #expect(driver.model.config.entryUnderCursor?.key.name == "bank")
        #expect(driver.sees("1 of 11"))
        driver.press("esc")
        #expect(driver.sees("VirtualService"))
    }

    @Test func `opens by its name with words to look for, and an object is copied from there`() {
        var driver = Driver()

        driver.run("config virtualservice payments")
        driver.press("Y")

        #expect(driver.model.config.shown.count == 1)
        #expect(driver.sees("copied: VirtualService payments/payment-service as YAML"))
        let copied = driver.effects.compactMap { effect in if case .copy(let text) = effect { text } else { nil } }
        #expect(copied.last?.contains("weight: 90") == true)
    }

    @Test func `sorts by the column that is asked for, and back`() {
        var driver = Driver()
        driver.press("7")

        driver.press("s")
        #expect(driver.model.config.entryUnderCursor?.key.kind == "DestinationRule")
        driver.press("S")
        #expect(driver.model.config.entryUnderCursor?.key.kind == "WorkloadEntry")
        driver.click(on: "name ")
        #expect(driver.model.config.entryUnderCursor?.key.name == "bank")
    }

    @Test func `is read anew while one looks, and keeps the cursor on its object`() {
        var driver = Driver()
        driver.press("7", "/")
        driver.type("payment-service virtual")
        driver.press("enter", "enter")
        #expect(driver.sees("weight: 90"))

        driver.config.interfere(weight: 60)
        driver.wait(seconds: 1)

        #expect(driver.sees("weight: 60"))
        #expect(driver.sees("by kubectl"))
        driver.press("esc")
        #expect(driver.model.config.entryUnderCursor?.key == Self.route)
    }

    @Test func `is not asked about while one looks at something else`() {
        var driver = Driver()
        driver.press("7", "1")
        let before = driver.effects.count

        driver.wait(seconds: 5)

        #expect(!driver.effects.dropFirst(before).contains { if case .readConfig = $0 { true } else { false } })
    }

    @Test func `says what is missing where there is none`() {
        var driver = Driver()
        driver.config.failure = "no configuration here; name a control plane with --control"

        driver.press("7")

        #expect(driver.sees("name a control plane with --control"))
        driver.press("enter", "e", "u", "h", "o", "tab", "esc")
    }

    @Test func `stays on the screen when the control plane goes away, and says so once`() {
        var driver = Driver()
        driver.press("7")
        driver.config.failure = "no control plane answers on 127.0.0.1:15010"

        driver.wait(seconds: 1)

        #expect(driver.sees("no control plane answers"))
        #expect(driver.sees("✕ VirtualService"))
        for _ in 0..<20 { driver.wait(seconds: 1) }
        #expect(!driver.sees("no control plane answers"))
        driver.config.failure = nil
        driver.config.interfere(weight: 40)
        for _ in 0..<5 { driver.wait(seconds: 1) }
        #expect(driver.sees("kubectl"))
    }

    @Test func `of what is selected holds the objects that concern it`() {
        var driver = Driver()
        driver.run("select payment-service")

        driver.press("c")

        let keys = Set(driver.model.config.entries.map(\.key.description))
        #expect(keys.contains("VirtualService payments/payment-service"))
        #expect(keys.contains("DestinationRule payments/payment-service"))
        #expect(keys.contains("WorkloadEntry payments/payment-v2"))
        #expect(keys.contains("PeerAuthentication istio-system/default"))
        #expect(!keys.contains("Service shop/web"))
        driver.press("esc")
        #expect(driver.model.screen == .graph)
        driver.press("7")
        #expect(driver.model.config.entries.count == 11)
    }

    @Test func `stands on the page of a service, and leads on from there`() {
        var driver = Driver(width: 200, height: 50)
        driver.run("select payment-service")
        driver.press("enter")
        #expect(driver.sees("VirtualService payment-service"))

        driver.click(on: "VirtualService payment-service")

        #expect(driver.model.screen == .config(.object(Self.route)))
        #expect(driver.sees("weight: 90"))
    }

    // MARK: An object

    @Test func `marks problems below their line`() throws {
        var driver = Driver()
        driver.press("7", "enter")

        let lines = driver.frame.lines
        let line = try #require(lines.firstIndex { $0.contains("- front") })
        #expect(lines[line + 1].contains("there is no Gateway shop/front"))
    }

    @Test func `leads along references, both ways`() {
        var driver = Driver()
        open(Self.route, &driver)

        driver.press("tab", "tab", "tab", "enter")
        #expect(driver.sees("DestinationRule payments/payment-service"))
        #expect(driver.model.screen == .config(.object(key("DestinationRule"))))

        driver.press("shift+tab", "enter")
        #expect(driver.model.screen == .config(.object(Self.route)))
    }

    @Test func `follows the reference of the line under the cursor`() {
        var driver = Driver()
        open(Self.route, &driver)
        while driver.model.config.page?.link == nil { driver.press("down") }

        driver.press("enter")

        #expect(driver.model.screen == .config(.object(key("Service"))))
    }

    @Test func `is searched, line by line`() {
        var driver = Driver()
        open(Self.route, &driver)

        driver.press("/")
        driver.type("WEIGHT")
        driver.press("enter")
        let first = driver.model.config.page?.cursor
        driver.press("n")

        #expect(driver.sees("2 lines"))
        #expect(driver.model.config.page?.cursor != first)
        driver.press("N")
        #expect(driver.model.config.page?.cursor == first)
        driver.press("esc")
        #expect(driver.model.config.page?.search == "")
        #expect(driver.model.screen == .config(.object(Self.route)))
    }

    @Test func `leads to its service on the graph`() {
        var driver = Driver()
        open(Self.route, &driver)

        driver.press("o")

        #expect(driver.model.screen == .graph)
        #expect(driver.model.selection == .node(SampleMesh.id("payment-service")))
    }

    @Test func `that is gone says so`() {
        var driver = Driver()
        open(Self.route, &driver)

        driver.config = SampleConfig([])
        driver.wait(seconds: 1)

        #expect(driver.sees("is not there any more"))
        driver.press("enter", "e", "tab", "n", "o", "h", "esc", "esc")
    }

    // MARK: A change

    @Test func `asks before it stores, with Cancel first`() {
        var driver = Driver()
        driver.editor = Self.moved
        open(Self.route, &driver)

        driver.press("e")

        #expect(driver.sees("-       weight: 90"))
        #expect(driver.sees("+       weight: 70"))
        #expect(driver.sees("[ Cancel ]"))
        driver.press("enter")
        #expect(driver.model.screen == .config(.object(Self.route)))
        #expect(driver.config.revision == 30)
        #expect(driver.sees("your text is in /tmp/meshtop-1/draft.yaml"))
        #expect(driver.discarded.isEmpty)
    }

    @Test func `stores what was confirmed, and puts it back`() {
        var driver = Driver()
        driver.editor = Self.moved
        open(Self.route, &driver)
        driver.press("e", "tab", "enter")

        #expect(driver.sees("weight: 70"))
        #expect(driver.discarded == ["/tmp/meshtop-1/draft.yaml"])

        driver.press("u")
        #expect(driver.sees("+       weight: 90"))
        driver.press("y")
        #expect(driver.sees("weight: 90"))
        #expect(driver.config.revision == 32)

        // Undone once more it is as it was stored first.
        driver.press("u", "y")
        #expect(driver.sees("weight: 70"))
    }

    @Test func `undoes from the table, too, what was changed last`() {
        var driver = Driver()
        driver.editor = Self.moved
        open(Self.route, &driver)
        driver.press("e", "y", "esc", "u")

        #expect(driver.sees("put back VirtualService payments/payment-service"))
        driver.press("y")
        #expect(driver.model.screen == .config(.list))
        #expect(driver.config.revision == 32)
    }

    @Test func `loses nothing when somebody else was faster`() {
        var driver = Driver()
        driver.editor = Self.moved
        open(Self.route, &driver)
        driver.press("e")
        driver.config.interfere(weight: 55)

        driver.press("y")

        #expect(driver.sees("somebody changed the object since it was read"))
        #expect(driver.sees("your text: /tmp/meshtop-1/draft.yaml"))
        #expect(driver.discarded.isEmpty)

        // The text again, against what is stored now.
        driver.wait(seconds: 1)
        driver.press("e")
        #expect(driver.sees("-       weight: 55"))
        driver.press("y")
        #expect(driver.config.revision == 32)
    }

    @Test func `shows what the mesh refuses at its line`() {
        var driver = Driver()
        driver.editor = Self.moved
        driver.config.refusal = .refused([ConfigFinding(line: 18, "spec.http[0].route[1].weight: must be green")])
        open(Self.route, &driver)

        driver.press("e")

        #expect(driver.sees("line 18: spec.http[0].route[1].weight: must be green"))
        #expect(driver.sees("weight: 30"))
        driver.press("y")
        #expect(driver.sees("must be green"))
        driver.press("esc")
        #expect(driver.model.screen == .config(.object(Self.route)))
    }

    @Test func `does not ask about what says the same`() {
        var driver = Driver()
        driver.editor = { "# a remark\n" + $0 }
        open(Self.route, &driver)

        driver.press("e")

        #expect(driver.sees("there is nothing to store"))
        #expect(driver.model.screen == .config(.object(Self.route)))
        #expect(driver.discarded == ["/tmp/meshtop-1/draft.yaml"])
    }

    // MARK: The history

    @Test func `remembers who changed what, and puts it back from there`() {
        var driver = Driver()
        driver.config.interfere(weight: 55)
        open(Self.route, &driver)

        driver.press("h")

        #expect(driver.sees("kubectl"))
        #expect(driver.sees("-       weight: 90"))
        #expect(driver.sees("+       weight: 55"))
        driver.press("u")
        #expect(driver.sees("+       weight: 90"))
        driver.press("y")
        #expect(driver.config.revision == 32)
        driver.press("end", "u")
        #expect(driver.sees("the object was made then"))
    }

    @Test(arguments: [(1, 1), (40, 12), (60, 14), (300, 100)])
    func `is drawn at any size`(width: Int, height: Int) {
        var driver = Driver(width: width, height: height)
        driver.editor = Self.moved
        driver.press("7")
        _ = driver.frame
        open(Self.route, &driver)
        for keys in [["tab", "tab", "end"], ["h", "down"], ["esc", "e"], ["y"]] {
            for key in keys { driver.press(key) }
            _ = driver.frame
        }
        driver.resize(80, 24)
        #expect(driver.sees("weight: 70"))
    }

    private func key(_ kind: String) -> ConfigKey {
        ConfigKey(kind: kind, namespace: "payments", name: "payment-service")
    }

    private func open(_ key: ConfigKey, _ driver: inout Driver) {
        driver.press("7", "home")
        let row = driver.model.config.shown.firstIndex { driver.model.config.entries[$0].key == key }
        for _ in 0..<(row ?? 0) { driver.press("down") }
        driver.press("enter")
    }
}
