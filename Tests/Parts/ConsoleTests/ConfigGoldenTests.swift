import TerminalUI
import Testing

@testable import Console

@Suite struct `Golden frames of the configuration` {
    /// What to press after the configuration was opened.
    static let places: [(name: String, keys: [String])] = [
        ("list", ["down"]), ("object", ["enter", "tab", "tab"]), ("history", ["h"]), ("change", ["e"]),
        ("absent", []),
    ]

    @Test(arguments: GoldenFrameTests.sizes, places)
    func `in Unicode and colours`(size: (Int, Int), place: (name: String, keys: [String])) throws {
        var driver = Driver(width: size.0, height: size.1)
        Self.open(place.keys, &driver)

        try expectGolden(driver.frame, "config-\(place.name)-\(size.0)x\(size.1)", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes, places)
    func `in ASCII without colours`(size: (Int, Int), place: (name: String, keys: [String])) throws {
        var driver = Driver(width: size.0, height: size.1, glyphs: .ascii)
        driver.theme = Theme.dark.adapted(to: .mono)
        Self.open(place.keys, &driver)

        try expectGolden(driver.frame, "config-\(place.name)-\(size.0)x\(size.1)-ascii", theme: driver.theme)
    }

    private static let absence: String = {
        guard
            case .failure(let failure) = Result(catching: { () throws(ConsoleFailure) in
                try NoConfigSource().catalog(unless: nil)
            })
        else { return "" }
        return failure.message
    }()

    static func open(_ keys: [String], _ driver: inout Driver) {
        driver.editor = { $0.replacing("weight: 90", with: "weight: 70").replacing("weight: 10", with: "weight: 30") }
        driver.config.interfere(weight: 90)
        driver.config.interfere(weight: 95)
        driver.config.interfere(weight: 90)
        if keys.isEmpty { driver.config.failure = Self.absence }
        driver.press("7")
        if let filter = keys == ["e"] ? "virtualservice payments" : keys.contains("enter") ? "rule payments" : nil {
            driver.press("/")
            driver.type(filter)
            driver.press("enter")
        }
        for key in keys { driver.press(key) }
    }
}
