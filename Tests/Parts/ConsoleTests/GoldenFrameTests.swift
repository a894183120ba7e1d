import MeshModel
import TerminalUI
import Testing

@testable import Console

@Suite("Golden frames") struct GoldenFrameTests {
    static let sizes = [(80, 24), (120, 40), (200, 50)]

    @Test(arguments: sizes) func `the graph, in Unicode and colours`(width: Int, height: Int) throws {
        let driver = Driver(width: width, height: height)

        try expectGolden(driver.frame, "graph-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: sizes) func `the graph, in ASCII without colours`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height, glyphs: .ascii)
        driver.theme = Theme.dark.adapted(to: .mono)

        try expectGolden(driver.frame, "graph-\(width)x\(height)-ascii", theme: driver.theme)
    }

    @Test(arguments: sizes) func `the graph with an edge selected`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.run("select order")
        driver.press("tab")

        try expectGolden(driver.frame, "graph-edge-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: sizes) func `the graph with a target down`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.send(.snapshot(SampleMesh.snapshot(secondsLater: 1, down: "inventory-service")))
        driver.run("select inventory")

        try expectGolden(driver.frame, "graph-down-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: sizes) func `the traces of a service`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.run("select order")
        driver.press("6")

        try expectGolden(driver.frame, "traces-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: sizes) func `the waterfall of a failed trace`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.run("select order")
        driver.press("6", "x", "enter", "down", "down", "down", "down")

        try expectGolden(driver.frame, "waterfall-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: sizes) func `the canary before, while asking, and after`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.press("w")
        try expectGolden(driver.frame, "canary-\(width)x\(height)", theme: driver.theme)

        driver.press("+", "+", "enter")
        try expectGolden(driver.frame, "canary-asking-\(width)x\(height)", theme: driver.theme)

        driver.press("y")
        driver.wait(seconds: 7)
        try expectGolden(driver.frame, "canary-after-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: sizes) func `the help of the graph`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.press("?")

        try expectGolden(driver.frame, "help-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: sizes) func `waiting for the first scrape`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height, withData: false)
        driver.send(.snapshot(SampleMesh.waiting(answered: 3)))

        try expectGolden(driver.frame, "empty-\(width)x\(height)", theme: driver.theme)
    }

    @Test func `the smallest screen that shows anything`() throws {
        let driver = Driver(width: 40, height: 12)

        try expectGolden(driver.frame, "graph-40x12", theme: driver.theme)
    }

    /// The graph and the canary as styles, not roles: what a terminal of each depth is really told.
    @Test(arguments: ColorDepth.allCases, ["harbor", "daylight"])
    func `the same screen in as many colours as there are`(depth: ColorDepth, name: String) throws {
        var driver = Driver(width: 80, height: 24)
        driver.theme = (name == "harbor" ? Theme.dark : .light).adapted(to: depth)

        try expectGolden(driver.frame, styles: "graph-\(name)-\(depth)")
        driver.press("w")
        try expectGolden(driver.frame, styles: "canary-\(name)-\(depth)")
    }

    @Test(arguments: sizes) func `the themes to choose from`(width: Int, height: Int) throws {
        var driver = Driver(width: width, height: height)
        driver.press("T", "down")

        try expectGolden(driver.frame, "themes-\(width)x\(height)", theme: driver.theme)
    }

    @Test func `the light theme`() throws {
        var driver = Driver(width: 80, height: 24)
        driver.theme = .light

        try expectGolden(driver.frame, "graph-light-80x24", theme: driver.theme)
    }
}
