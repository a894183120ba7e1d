import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite struct `A page about a subject` {
    private func person(_ width: Int = 120, _ height: Int = 40) -> Driver {
        var person = Driver(width: width, height: height, withData: false)
        person.memoryBegins = SampleMesh.start.advanced(by: .seconds(-1_000))
        person.wait(seconds: 0)
        return person
    }

    @Test func `opens from a table, leads to a neighbour and to a trace, and back again`() {
        var person = person()
        person.press("2", "/")
        person.type("payment-s")
        person.press("enter", "enter")
        #expect(person.model.screen == .detail(.service(SampleMesh.payment)))
        #expect(person.sees("service, 2 versions"))

        person.press("down", "enter")
        #expect(person.model.screen == .detail(.node(SampleMesh.id("order-service"))))
        #expect(person.model.selection == .node(SampleMesh.id("order-service")), "the selection went along")
        person.press("esc", "esc")
        #expect(person.model.screen == .services)

        person.press("esc")
        person.run("select order")
        person.press("5", "G")
        for _ in 0..<30 { person.press("down") }
        person.press("enter")
        guard case .waterfall = person.model.screen else {
            Issue.record("the last lines are traces")
            return
        }
        person.press("esc")
        #expect(person.model.screen == .detail(.service(ServiceName(namespace: "shop", name: "order-service"))))
    }

    @Test func `opens for an edge with both its ends`() {
        var person = person()
        person.press("4", "g", "enter")
        let screen = person.screen

        #expect(screen.contains("ingress-gateway"))
        #expect(screen.contains("sent received"))
        person.press("down", "down", "enter")
        #expect(person.model.screen == .detail(.node(SampleMesh.id("web"))))
    }

    @Test func `asks for what it does not know yet, the newest first, and only once`() {
        var person = person()
        person.run("select order")
        person.press("5")
        let questions = person.effects.compactMap { effect -> HistoryQuestion? in
            if case .askHistory(let question) = effect { question } else { nil }
        }

        #expect(questions.count == 5, "60 moments in portions of 12")
        #expect(questions.flatMap(\.ends).count == 60)
        #expect(questions.first?.ends.first == person.model.mesh?.snapshot.time)
        #expect(Set(questions.flatMap(\.ends)).count == 60)

        person.wait(seconds: 5)
        let later = person.effects.compactMap { effect -> HistoryQuestion? in
            if case .askHistory(let question) = effect { question } else { nil }
        }
        #expect(later.count == 6)
        #expect(later.last?.ends.count == 1)
    }

    @Test func `fills its charts from live looks where nobody remembers`() {
        var person = person()
        person.remembersNothing = true
        person.run("select order")
        person.press("5")
        for _ in 0..<10 { person.wait(seconds: 5) }

        let points = person.model.detail?.history.points(until: SampleMesh.start.advanced(by: .seconds(50))) ?? []
        #expect(points.count == SubjectHistory.count)
        #expect(points.compactMap(\.self).count == 11)
        #expect(person.sees("nobody remembers"))
    }

    @Test func `shows the past when everything does`() throws {
        var person = person()
        person.run("select order")
        person.press("5", "{", "{")
        let detail = try #require(person.model.detail)
        let points = detail.history.points(until: SampleMesh.start.advanced(by: .seconds(-120)))

        #expect(points.last??.errors == Ratio(0.12), "two minutes ago was the bad time")
    }

    @Test func `reaches further back by a key`() {
        var person = person()
        person.press("5", "z")
        #expect(person.model.historySpan == .minutes15)
        #expect(person.sees("15 min"))
        person.press("z", "z", "z")
        #expect(person.model.historySpan == .minutes5)
    }

    @Test func `keeps sixty moments and no more`() {
        var history = SubjectHistory(.node(SampleMesh.id("web")), .minutes5)
        for second in stride(from: 0, to: 4_000, by: 5) {
            let time = SampleMesh.start.advanced(by: .seconds(second))
            history.see(TrafficSummary(rate: RequestsPerSecond(1), samples: 1), at: time)
            #expect(history.points(until: time).count == SubjectHistory.count)
        }
        let end = SampleMesh.start.advanced(by: .seconds(3_995))
        #expect(history.missing(until: end).isEmpty)
        #expect(history.missing(until: end.advanced(by: .seconds(-300))).count == SubjectHistory.portion, "dropped")
    }

    @Test func `the way back has an end`() {
        var person = person()
        person.press("4")
        for index in 0..<40 {
            var effects: [Effect] = []
            person.goTo(.node(MeshNode.ID("made/up/\(index)")), &effects)
        }
        #expect(person.model.screens.count <= 12)
        for _ in 0..<12 { person.press("esc") }
        #expect(person.model.screen == .graph)
    }

    @Test(arguments: [(0.0, 1.0), (0.9, 1), (1.2, 1.5), (7, 8), (96.4, 100), (0.03, 0.03), (1e300, 1), (-1, 1)])
    func `an axis ends at a number that is read easily`(value: Double, top: Double) {
        #expect(abs(Chart.rounded(value) - top) < 1e-9)
    }

    @Test(arguments: [(0.0, 0), (0.4, 0), (1, 1), (6, 1), (30, 3), (57, 4), (100, 4)] as [(Double, Int)])
    func `one slow request among hundreds has a shade`(count: Double, level: Int) {
        #expect(Heatmap.level(count, of: 100) == level)
    }

    @Test func `a heatmap has the slowest bucket on top, and none that is empty at its ends`() {
        let bounds: [Double] = [1, 5, 10, 25, 50, .infinity]
        let first = BucketCounts(ascending: bounds, counts: [0, 4, 4, 10, 10, 10])
        let map = Heatmap([first, nil, first])

        #expect(map.rows.map(\.upperBound) == [25, 10, 5])
        #expect(map.rows[0].counts == [6, nil, 6])
        #expect(map.rows[1].counts == [0, nil, 0])
        #expect(map.most == 6)
    }
}

extension Driver {
    fileprivate mutating func goTo(_ subject: MeshSubject, _ effects: inout [Effect]) {
        change { $0.showDetail(of: subject, &effects) }
    }
}

@Suite struct `Golden frames of pages` {
    private func driver(_ size: (Int, Int), glyphs: GlyphSet = .braille) -> Driver {
        var driver = Driver(width: size.0, height: size.1, glyphs: glyphs, withData: false)
        if glyphs == .ascii { driver.theme = Theme.dark.adapted(to: .mono) }
        driver.memoryBegins = SampleMesh.start.advanced(by: .seconds(-270))
        driver.wait(seconds: 0)
        return driver
    }

    @Test(arguments: GoldenFrameTests.sizes) func `a service`(width: Int, height: Int) throws {
        var driver = driver((width, height))
        driver.run("select payment")
        driver.press("2", "enter", "down")

        try expectGolden(driver.frame, "detail-service-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `a service, in ASCII without colours`(width: Int, height: Int) throws
    {
        var driver = driver((width, height), glyphs: .ascii)
        driver.run("select payment")
        driver.press("2", "enter", "down")

        try expectGolden(driver.frame, "detail-service-\(width)x\(height)-ascii", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `an edge`(width: Int, height: Int) throws {
        var driver = driver((width, height))
        driver.press("4", "A", "enter")

        try expectGolden(driver.frame, "detail-edge-\(width)x\(height)", theme: driver.theme)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `the end of a page`(width: Int, height: Int) throws {
        var driver = driver((width, height))
        driver.run("select order")
        driver.press("5", "G")

        try expectGolden(driver.frame, "detail-end-\(width)x\(height)", theme: driver.theme)
    }
}
