import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite("Golden frames of the mesh as a whole") struct SightGoldenTests {
    static let screens: [(name: String, keys: [String])] = [
        ("overview", ["O"]), ("security", ["8"]), ("security-certificates", ["8", "tab", "tab", "tab"]),
        ("mesh", ["9"]),
        ("mesh-targets", ["9", "tab"]),
    ]

    @Test(arguments: GoldenFrameTests.sizes, screens)
    func `in Unicode and colours`(size: (Int, Int), screen: (name: String, keys: [String])) throws {
        let driver = Self.driver(size, .braille, screen.keys)

        try expectGolden(driver.frame, "\(screen.name)-\(size.0)x\(size.1)", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes, screens)
    func `in ASCII without colours`(size: (Int, Int), screen: (name: String, keys: [String])) throws {
        var driver = Self.driver(size, .ascii, screen.keys)
        driver.theme = Theme.dark.adapted(to: .mono)

        try expectGolden(driver.frame, "\(screen.name)-\(size.0)x\(size.1)-ascii", theme: driver.theme)
    }

    @Test(arguments: ["overview", "security", "mesh"]) func `on the lowest screen`(name: String) throws {
        var driver = Self.driver((40, 12), .braille, [])
        driver.run(name)

        try expectGolden(driver.frame, "\(name)-40x12", theme: driver.theme)
    }

    /// A mesh that was well a minute ago, where something has happened since.
    static func driver(_ size: (Int, Int), _ glyphs: GlyphSet, _ keys: [String]) -> Driver {
        var driver = Driver(width: size.0, height: size.1, glyphs: glyphs, withData: false)
        for second in stride(from: 0, through: 60, by: 5) {
            driver.send(.clock(SampleMesh.start.advanced(by: .seconds(second))))
            driver.send(.snapshot(second < 45 ? SampleMesh.earlier(second) : SampleMesh.secured(secondsLater: second)))
        }
        for key in keys { driver.press(key) }
        driver.send(.cost(SampleMesh.cost))
        return driver
    }
}
