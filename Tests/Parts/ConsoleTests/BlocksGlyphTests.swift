import Quantities
import TerminalUI
import Testing

@testable import Console

/// Every screen drawn for fonts that have lines, blocks and old signs, and no braille.
@Suite struct `The glyphs of blocks` {
    /// Beside Latin letters: lines, blocks, and what WGL4 has, a set that fonts have had since 1995.
    private static let old = Set("–—‘’“”„†•…‰‹›€→←↑↓≤≥≈√∞■□▲►▼◄◊○●◦".unicodeScalars)

    private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x20..<0x7F, 0xA0...0x17F, 0x2500...0x257F, 0x2580...0x259F: true
        default: old.contains(scalar)
        }
    }

    private func expectKnown(_ driver: Driver, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let strange = Set(driver.screen.unicodeScalars.filter { !Self.isKnown($0) })
        #expect(strange.isEmpty, "\(name)", sourceLocation: sourceLocation)
        #expect(!strange.contains { (0x2800...0x28FF).contains($0.value) }, sourceLocation: sourceLocation)
    }

    @Test(arguments: GoldenFrameTests.sizes, ASCIIGoldenTests.screens)
    func `suffice for every screen`(size: (Int, Int), screen: ASCIIGoldenTests.Screen) throws {
        var driver = Driver(width: size.0, height: size.1, glyphs: .blocks)
        if !screen.command.isEmpty { driver.run(screen.command) }
        for key in screen.keys { driver.press(key) }

        expectKnown(driver, screen.description)
    }

    @Test(arguments: GoldenFrameTests.sizes, SightGoldenTests.screens)
    func `suffice for the mesh as a whole`(size: (Int, Int), screen: (name: String, keys: [String])) {
        expectKnown(SightGoldenTests.driver(size, .blocks, screen.keys), screen.name)
    }

    @Test(arguments: GoldenFrameTests.sizes, `Golden frames of traces`.scenes.filter { $0.name != "trace-hostile" })
    func `suffice for traces`(size: (Int, Int), scene: `Golden frames of traces`.Scene) {
        expectKnown(scene.driver(size, glyphs: .blocks), scene.name)
    }

    @Test(arguments: GoldenFrameTests.sizes, `Golden frames of the configuration`.places)
    func `suffice for the configuration`(size: (Int, Int), place: (name: String, keys: [String])) {
        var driver = Driver(width: size.0, height: size.1, glyphs: .blocks)
        `Golden frames of the configuration`.open(place.keys, &driver)

        expectKnown(driver, place.name)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `draw the graph`(width: Int, height: Int) throws {
        let driver = Driver(width: width, height: height, glyphs: .blocks)

        expectKnown(driver, "graph")
        try expectGolden(driver.frame, "graph-\(width)x\(height)-blocks", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `draw curves and a heatmap`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height, glyphs: .blocks, withData: false)
        driver.memoryBegins = SampleMesh.start.advanced(by: .seconds(-270))
        driver.wait(seconds: 0)
        driver.run("select payment")
        driver.press("2", "enter", "down")

        expectKnown(driver, "detail-service")
        try expectGolden(driver.frame, "detail-service-\(width)x\(height)-blocks", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `draw points`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height, glyphs: .blocks)
        driver.run("select order")
        driver.press("6")

        expectKnown(driver, "traces")
        try expectGolden(driver.frame, "traces-\(width)x\(height)-blocks", theme: driver.theme)
    }
}
