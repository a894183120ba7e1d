import MeshModel
import TerminalUI
import Testing

@testable import Console

@Suite("Choosing a theme") struct ThemePickerTests {
    @Test func `looks at one, goes back, and keeps another`() {
        var person = Driver(width: 80, height: 24)

        person.press("T")
        #expect(person.sees("themes") && person.sees("harbor") && person.sees("daylight"))
        person.press("down")
        #expect(person.theme == .light)
        #expect(person.keptTheme == nil)
        person.press("esc")
        #expect(person.theme == .dark)
        #expect(person.model.themePicker == nil)

        person.press("T", "down", "enter")
        #expect(person.theme == .light)
        #expect(person.keptTheme == "daylight")
        #expect(person.sees("daylight it is"))
    }

    @Test func `names one, with completion, and is told when there is none`() {
        var person = Driver(width: 80, height: 24)

        person.press(":")
        person.type("theme day")
        person.press("tab", "enter")
        #expect(person.keptTheme == "daylight")
        person.run("theme dailight")
        #expect(person.sees("no dailight"))
        #expect(person.theme == .light)
        person.run("theme")
        #expect(person.model.themePicker != nil)
    }

    @Test func `clicks a theme to see it, and once more to keep it; clicks beside the list do nothing`() {
        var person = Driver(width: 80, height: 24)
        person.press("T")
        let selection = person.model.selection

        person.click(5, 5)
        #expect(person.model.selection == selection && person.model.themePicker != nil)
        person.click(on: "daylight")
        #expect(person.theme == .light)
        person.click(on: "daylight")
        #expect(person.keptTheme == "daylight")
    }

    @Test func `a broken theme is told in the footer`() {
        var person = Driver(width: 80, height: 24)

        person.send(.themeFailed("rye.theme:9: \"helthy\" is not a role; did you mean \"healthy\"?"))

        #expect(person.sees("rye.theme:9"))
        #expect(person.theme == .dark)
    }
}

@Suite("Signs without colours") struct SignTests {
    @Test(arguments: [GlyphSet.braille, .blocks, .ascii])
    func `each health has a sign of its own`(glyphs: GlyphSet) {
        let signs = Signs(glyphs)
        let all = [Health.unknown, .healthy, .degraded, .failure].map(signs.health)

        #expect(Set(all).count == 4)
        #expect(all.allSatisfy { Width.of($0) == 1 && $0 != " " })
        #expect(signs.dot != signs.failedDot)
    }

    @Test func `in ASCII every sign is ASCII`() {
        func texts(_ value: Any) -> [String] {
            if let text = value as? String { return [text] }
            if let scalar = value as? Unicode.Scalar { return [String(scalar)] }
            return Mirror(reflecting: value).children.flatMap { texts($0.value) }
        }

        let all = texts(Signs(.ascii)) + texts(GlyphSet.ascii)
        #expect(all.count > 50)
        for text in all { #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.isEmpty, "\(text)") }
        for text in [Signs(.braille), Signs(.blocks)].flatMap({ texts($0) }) + texts(GlyphSet.braille)
            + texts(GlyphSet.blocks)
        { #expect(Width.of(text) >= 1, "\(text)") }
    }

    @Test func `without colours a service that fails is told from one that is well by its sign`() {
        var person = Driver(width: 120, height: 40, glyphs: .ascii)
        person.theme = Theme.dark.adapted(to: .mono)
        let before = person.screen

        person.send(.snapshot(SampleMesh.snapshot(secondsLater: 0, down: "inventory-service")))

        #expect(person.screen != before)
        #expect(person.sees("X"))
        #expect(person.screen.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
    }
}
