import TerminalUI
import Testing

@testable import Console

/// The screens that ``GoldenFrameTests`` shows in Unicode and colours, as they are on a terminal that has neither.
@Suite("Golden frames without Unicode and colours") struct ASCIIGoldenTests {
    struct Screen: Sendable, CustomStringConvertible {
        var description: String
        /// What is typed after `:` first.
        var command = ""
        var keys: [String]
    }

    static let screens = [
        Screen(description: "graph-edge", command: "select order", keys: ["tab"]),
        Screen(description: "traces", command: "select order", keys: ["6"]),
        Screen(
            description: "waterfall", command: "select order",
            keys: ["6", "x", "enter", "down", "down", "down", "down"]),
        Screen(description: "canary", keys: ["w"]),
        Screen(description: "canary-asking", keys: ["w", "+", "+", "enter"]),
        Screen(description: "canary-after", keys: ["w", "+", "+", "enter", "y"]),
        Screen(description: "detail-edge", keys: ["4", "A", "enter"]),
        Screen(description: "columns", keys: ["2", "C", "down", "down"]),
        Screen(description: "help", keys: ["?"]),
        Screen(description: "themes", keys: ["T", "down"]),
    ]

    private static let cases = screens.flatMap { screen in GoldenFrameTests.sizes.map { (screen, $0) } }

    @Test(arguments: cases) func `every screen is complete`(screen: Screen, size: (Int, Int)) throws {
        var driver = Driver(width: size.0, height: size.1, glyphs: .ascii)
        driver.theme = Theme.dark.adapted(to: .mono)
        if !screen.command.isEmpty { driver.run(screen.command) }
        for key in screen.keys { driver.press(key) }
        if screen.description == "canary-after" { driver.wait(seconds: 7) }

        #expect(driver.screen.unicodeScalars.allSatisfy { $0.isASCII }, "a glyph that an ASCII terminal has not")
        try expectGolden(driver.frame, "\(screen)-\(size.0)x\(size.1)-ascii", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `waiting for the first scrape`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height, glyphs: .ascii, withData: false)
        driver.theme = Theme.dark.adapted(to: .mono)
        driver.send(.snapshot(SampleMesh.waiting(answered: 3)))

        try expectGolden(driver.frame, "empty-\(width)x\(height)-ascii", theme: driver.theme)
    }
}
