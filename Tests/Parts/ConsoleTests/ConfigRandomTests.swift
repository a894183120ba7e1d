import JSONWire
import MeshConfig
import TerminalUI
import Testing

@testable import Console

@Suite struct `Whatever happens to the configuration` {
    private static let keys = [
        "7", "c", "e", "h", "u", "y", "n", "o", "enter", "esc", "tab", "shift+tab", "down", "up", "end", "home", "pgdn",
        "/", "w", "s", "S", "r", "-", "?", "5", "1", "backspace", "q", "left", "ctrl+z",
    ]

    @Test(arguments: 0..<12) func `nothing traps, and every frame has the size of the screen`(seed: UInt64) {
        var numbers = SeededGenerator(state: seed)
        var driver = Driver(width: 80, height: 24, glyphs: seed.isMultiple(of: 2) ? .braille : .ascii)
        driver.editor = { $0.replacing("weight: 90", with: "weight: 20") }
        driver.press("7")
        for step in 0..<200 {
            switch Int.random(in: 0..<14, using: &numbers) {
            case 0: driver.resize(Int.random(in: 0...220, using: &numbers), Int.random(in: 0...60, using: &numbers))
            case 1: driver.click(Int.random(in: -2...220, using: &numbers), Int.random(in: -2...60, using: &numbers))
            case 2: driver.wait(seconds: Int.random(in: 0...3, using: &numbers))
            case 3: driver.config.interfere(weight: Int.random(in: 0...100, using: &numbers))
            case 4: driver.config.failure = Bool.random(using: &numbers) ? "gone" : nil
            case 5:
                let refusals: [ConfigWriteOutcome?] = [
                    nil, nil, .stale, .unreachable(reason: "gone"), .stored(text: "", revision: ""),
                    .validated(text: "other", notes: ["one", "two"]), .refused([]),
                    .refused([ConfigFinding(line: -3, "below"), ConfigFinding(line: 999_999, "beyond")]),
                ]
                driver.config.refusal = refusals.randomElement(using: &numbers) ?? nil
            case 6: driver.config = SampleConfig(Bool.random(using: &numbers) ? [] : SampleConfig.shop)
            case 7: driver.holdsEditor = Bool.random(using: &numbers)
            default: driver.press(Self.keys.randomElement(using: &numbers) ?? "q")
            }
            #expect(driver.frame.size == driver.model.size, "seed \(seed), step \(step)")
        }
    }

    @Test func `hostile objects stay inside their places`() {
        var driver = Driver(width: 120, height: 40)
        driver.config = SampleConfig(
            HostileMesh.names.map { name in
                (
                    .virtualService,
                    [
                        "metadata": ["name": .string(name), "namespace": .string(name)],
                        "spec": .object([name: [.string(name), .object(["\u{1B}]52;c;x\u{07}": .string(name)])]]),
                    ]
                )
            } + SampleConfig.shop)

        driver.press("7")
        for _ in HostileMesh.names {
            for keys in [[], ["enter"], ["tab", "end"], ["h"], ["esc", "e"], ["esc", "esc"]] {
                for key in keys { driver.press(key) }
                let text = driver.screen
                #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
                #expect(!text.unicodeScalars.contains { $0.properties.isBidiControl })
            }
            driver.press("7", "down")
        }
    }
}
