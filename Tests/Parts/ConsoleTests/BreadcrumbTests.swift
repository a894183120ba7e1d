import Testing

@testable import Console

@Suite("The way to a screen") struct BreadcrumbTests {
    @Test func `lists take each other's place above the graph`() throws {
        var driver = Driver(width: 80, height: 24)
        driver.type("2389")

        #expect(driver.model.screens == [.graph, .mesh])
        #expect(driver.sees("graph ▸ mesh"))
        driver.press("esc")
        #expect(driver.model.screens == [.graph])
    }

    @Test func `what a list leads to stays above it`() throws {
        var driver = Driver(width: 80, height: 24)
        driver.type("2")
        driver.press("enter")

        #expect(driver.model.screens.first == .graph)
        #expect(driver.model.screens.dropFirst().first == .services)
        #expect(driver.model.screens.count == 3)
        driver.press("esc")
        #expect(driver.model.screens == [.graph, .services])
    }

    @Test func `a long way is cut at its begin, and its end can be read and clicked`() {
        var driver = Driver(width: 80, height: 24)
        driver.type("2")
        driver.press("enter")
        driver.type("6")
        driver.press("enter")
        driver.press("=")
        let place = driver.screen.split(separator: "\n", omittingEmptySubsequences: false)[1]

        #expect(driver.model.screens.count > 3)
        #expect(place.contains("…"))
        #expect(place.contains("compare") || place.contains("traces"))
    }
}
