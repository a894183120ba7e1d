import TerminalUI
import Testing

@testable import Console

@Suite struct `Golden frames of the tables` {
    @Test(arguments: GoldenFrameTests.sizes, [("services", "2"), ("workloads", "3"), ("edges", "4")])
    func `in Unicode and colours`(size: (Int, Int), screen: (name: String, key: String)) throws {
        var driver = Driver(width: size.0, height: size.1)
        driver.press(screen.key)
        for _ in 0..<12 { driver.wait(seconds: 5) }

        try expectGolden(driver.frame, "\(screen.name)-\(size.0)x\(size.1)", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes, [("services", "2"), ("workloads", "3"), ("edges", "4")])
    func `in ASCII without colours`(size: (Int, Int), screen: (name: String, key: String)) throws {
        var driver = Driver(width: size.0, height: size.1, glyphs: .ascii)
        driver.theme = Theme.dark.adapted(to: .mono)
        driver.press(screen.key)
        for _ in 0..<12 { driver.wait(seconds: 5) }

        try expectGolden(driver.frame, "\(screen.name)-\(size.0)x\(size.1)-ascii", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `while columns are chosen`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.press("2", "C", "down", "down")

        try expectGolden(driver.frame, "columns-\(width)x\(height)", theme: driver.theme)
    }
}
