import TerminalUI
import Testing

@testable import Console

/// Changing the mesh with care: a guard at work, a production mesh that asks for its name, and the log afterwards.
@Suite("Golden frames of careful changes") struct ChangeGoldenTests {
    static let names = ["canary-guarded", "production", "log"]
    private static let cases = names.flatMap { name in GoldenFrameTests.sizes.map { (name, $0) } }

    @Test(arguments: cases) func `in Unicode and colours`(name: String, size: (Int, Int)) throws {
        let driver = Self.driver(name, size, .braille)
        try expectGolden(driver.frame, "\(name)-\(size.0)x\(size.1)", theme: driver.theme)
    }

    @Test(arguments: cases) func `in ASCII without colours`(name: String, size: (Int, Int)) throws {
        var driver = Self.driver(name, size, .ascii)
        driver.theme = Theme.dark.adapted(to: .mono)
        #expect(driver.screen.unicodeScalars.allSatisfy { $0.isASCII }, "a glyph that an ASCII terminal has not")
        try expectGolden(driver.frame, "\(name)-\(size.0)x\(size.1)-ascii", theme: driver.theme)
    }

    private static func driver(_ name: String, _ size: (Int, Int), _ glyphs: GlyphSet) -> Driver {
        var person = Driver(
            width: size.0, height: size.1, glyphs: glyphs,
            access: ChangeAccess(mayChange: name != "production", isProduction: name == "production"))
        person.run("select payment-service v2")
        if name == "production" {
            person.run("write")
            person.press("w", "2", "enter", "y")
            person.type("shop de")
            return person
        }
        person.press("w", "2", "enter", "y", "G")
        for _ in 0..<(name == "log" ? 40 : 20) { person.wait(seconds: 1) }
        if name == "log" {
            person.send(.trouble("the control plane at 127.0.0.1:15010 does not answer"))
            person.run("log")
        }
        return person
    }
}
