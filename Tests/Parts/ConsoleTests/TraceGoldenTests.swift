import TerminalUI
import Testing
import TraceModel

@testable import Console

@Suite struct `Golden frames of traces` {
    /// What a person sees after some keys, on traces of sidecars among those of the shop.
    struct Scene: Sendable, CustomStringConvertible {
        let name: String
        let keys: [String]
        var traces: [Trace] = shop

        var description: String { name }

        static let shop = [SampleTraces.retried, SampleTraces.answered].compactMap(\.self) + SampleTraces.all

        func driver(_ size: (Int, Int), glyphs: GlyphSet = .braille) -> Driver {
            var driver = Driver(width: size.0, height: size.1, glyphs: glyphs)
            driver.traces = .success(traces)
            driver.run("select payment-service v2")
            for key in keys { driver.press(key) }
            return driver
        }
    }

    static let scenes = [
        Scene(name: "trace-list", keys: ["6"]),
        Scene(name: "trace-retried", keys: ["6", "enter"]),
        Scene(name: "trace-zoomed", keys: ["6", "enter", "+", "+", "/", "b", "a", "n", "k", "enter"]),
        Scene(name: "trace-folded", keys: ["6", "enter", "home", "down", "down", "down", "left", "p"]),
        Scene(name: "trace-hostile", keys: ["6", "enter"], traces: [SampleTraces.hostile].compactMap(\.self)),
        Scene(name: "trace-shapes", keys: ["6", "tab"]),
        Scene(name: "compare", keys: ["6", "enter", "="]),
        Scene(name: "compare-marked", keys: ["6", "m", "G", "="]),
        Scene(name: "flame", keys: ["6", "enter", "f", "down", "down"]),
        Scene(name: "flame-listed", keys: ["6", "f"]),
        Scene(name: "statistics", keys: ["6", "#"]),
        Scene(name: "trace-on-graph", keys: ["6", "enter", "o"]),
    ]

    @Test(arguments: GoldenFrameTests.sizes, scenes)
    func `in Unicode and colours`(size: (Int, Int), scene: Scene) throws {
        let driver = scene.driver(size)

        try expectGolden(driver.frame, "\(scene.name)-\(size.0)x\(size.1)", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes, scenes)
    func `in ASCII without colours`(size: (Int, Int), scene: Scene) throws {
        var driver = scene.driver(size, glyphs: .ascii)
        driver.theme = Theme.dark.adapted(to: .mono)

        try expectGolden(driver.frame, "\(scene.name)-\(size.0)x\(size.1)-ascii", theme: driver.theme)
    }
}
