import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite struct `The tables` {
    private func names(_ person: Driver) -> [String] {
        guard let table = person.model.openTable else { return [] }
        return table.shown.map { table.rows[$0].name }
    }

    @Test func `services have one row for all their versions, with what arrives at any of them`() throws {
        var person = Driver()
        person.press("2")

        let table = person.model.tables.services
        let payment = try #require(table.rows.first { $0.name == "payment-service" })

        #expect(table.total == 9)
        #expect(payment.positions.count == 2)
        #expect(abs((payment[.rate] ?? 0) - 21.3) < 0.001)
        #expect(abs((payment[.errors] ?? 0) - 0.0041) < 0.0001, "a tenth of the requests fails with 4.1 %")
        #expect(payment.health == .degraded, "as its worst version")
        #expect(payment[.callers] == 1)
        #expect(payment[.mtls] == 1)
    }

    @Test func `workloads have a row for each version, and nobody outside the mesh`() {
        var person = Driver()
        person.press("3")

        #expect(person.model.tables.workloads.total == 9)
        #expect(!names(person).contains("bank.example"))
        #expect(names(person).filter { $0.hasPrefix("payment-service") }.count == 2)
    }

    @Test(arguments: [
        ("R", TableColumn.rate), ("E", .errors), ("P", .p95), ("N", .name), ("A", .health),
    ])
    func `are sorted by a key, and turned round by the same key`(key: String, column: TableColumn) {
        var person = Driver()
        person.press("2", "s", key)
        let first = names(person)
        #expect(person.model.tables.services.sortColumn == column)
        person.press(key)

        #expect(person.model.tables.services.sortColumn == column)
        #expect(names(person) != first)
    }

    @Test func `are sorted by a typed column, whose name is completed`() {
        var person = Driver()
        person.press("2", ":")
        person.type("sort p9")
        #expect(person.model.completion == "sort p95")
        person.type("9")
        person.press("enter")

        #expect(person.model.tables.services.sortColumn == .p99)
        person.run("sort taste")
        #expect(person.sees("no column is called “taste”"))
    }

    @Test func `count what a filter of words leaves, while it is typed`() {
        var person = Driver()
        person.press("2", "/")
        person.type("pay")

        #expect(names(person) == ["payment-service", "notification-service"], "the second is in namespace payments")
        #expect(person.sees("2 of 9"))
        person.type("ment-s")
        #expect(person.sees("1 of 9"))
    }

    @Test(
        arguments: [
            ("p95 > 90", ["order-service", "payment-service"]),
            ("! healthy", ["payment-service"]),
            ("mtls", nil),
        ] as [(String, [String]?)])
    func `understand the find language`(text: String, wanted: [String]?) {
        var person = Driver()
        person.press("2", "/")
        person.type(text)

        if let wanted { #expect(names(person).sorted() == wanted) }
        #expect(person.model.tables.services.filterProblem == nil)
        #expect(!names(person).isEmpty)
    }

    @Test func `say what is wrong with an expression and keep the rows meanwhile`() {
        var person = Driver()
        person.press("4", "/")
        person.type("p95 >")

        #expect(person.model.tables.edges.filterProblem != nil)
        #expect(person.model.tables.edges.shown.count == 12)
        person.type(" 100")
        #expect(person.model.tables.edges.filterProblem == nil)
        #expect(person.model.tables.edges.shown.count == 1)
    }

    @Test func `share what is selected with the graph and with each other`() {
        var person = Driver()
        person.run("select payment-service v2")
        person.press("3")
        #expect(person.model.openTable?.rowUnderCursor?.subject == .node(SampleMesh.id("payment-service", "v2")))

        person.press("2")
        #expect(person.model.openTable?.rowUnderCursor?.name == "payment-service")
        #expect(person.model.selection == .node(SampleMesh.id("payment-service", "v2")), "v2 stays selected")

        person.press("g")
        person.press("1")
        #expect(person.model.selection == .node(SampleMesh.id("web")) || person.model.selection != nil)
        #expect(person.model.selection != .node(SampleMesh.id("payment-service", "v2")))
    }

    @Test func `keep the cursor on its row when numbers change their order`() {
        var person = Driver()
        person.press("4", "down", "down")
        let subject = person.model.openTable?.rowUnderCursor?.subject

        person.send(.snapshot(SampleMesh.snapshot(weights: (10, 90), secondsLater: 2)))

        #expect(person.model.openTable?.rowUnderCursor?.subject == subject)
    }

    @Test func `show and hide columns from a list and by name`() {
        var person = Driver(width: 200, height: 50)
        person.press("2")
        #expect(!person.sees("callers"))
        person.press("C")
        #expect(person.sees("columns of the services"))
        person.press("G", "up", "up", "space", "esc")
        #expect(person.sees("callers"))
        #expect(person.model.screen == .services, "Esc closed the list only")

        person.run("column p50")
        #expect(!person.sees("p50"))
        person.click(on: "callers")
        #expect(person.model.tables.services.sortColumn == .callers)
    }

    @Test func `draw a curve of the last rates`() {
        var person = Driver(width: 120, height: 40)
        person.press("2")
        for _ in 0..<10 { person.wait(seconds: 5) }

        #expect(person.sees("████"))
        #expect(person.model.trends.times.count == 11)
        for _ in 0..<40 { person.wait(seconds: 5) }
        #expect(person.model.trends.times.count == TrendMemory.length, "and no more are kept")
    }

    @Test func `of five thousand services only the rows on the screen are formatted`() {
        var person = Driver(width: 200, height: 50, withData: false)
        let big = LargeMesh.snapshot(services: 5_000)
        person.send(.snapshot(big))
        person.press("2")
        #expect(person.model.tables.services.shown.count == 5_000)

        let clock = ContinuousClock()
        let frame = clock.measure { _ = person.frame }
        let move = clock.measure { for _ in 0..<100 { person.press("down") } } / 100
        let jump = clock.measure { person.press("G") }
        let sort = clock.measure { person.press("P") }
        let filter = clock.measure {
            person.press("/")
            person.type("svc-49")
        }

        // Generous: this is a debug build on a busy machine. Formatting all rows takes a second and more.
        print("5,000 services: frame \(frame), move \(move), to the end \(jump), sort \(sort), type a filter \(filter)")
        #expect(frame < .milliseconds(200))
        #expect(move < .milliseconds(100))
        #expect(person.sees("111 of 5000"))
    }
}

/// A mesh in which every service calls the four after it.
enum LargeMesh {
    static func snapshot(services count: Int) -> MeshSnapshot {
        func id(_ number: Int) -> MeshNode.ID { MeshNode.ID("app/ns\(number % 40)/svc-\(number)/v1") }
        func traffic(_ number: Int) -> TrafficSummary {
            TrafficSummary(
                rate: RequestsPerSecond(Double(number * 7919 % 997)), samples: 1_000, errors: Ratio(0),
                clientErrors: Ratio(0),
                latency: LatencyQuantiles(p50: 5, p95: Double(number * 31 % 211), p99: 300))
        }
        let nodes = (0..<count).map { number in
            MeshNode(
                id: id(number), kind: .app, namespace: "ns\(number % 40)", app: "svc-\(number)",
                service: "svc-\(number)", version: "v1", inbound: traffic(number), health: .healthy)
        }
        let edges = (0..<count).flatMap { number in
            (1...4).map { step in
                MeshEdge(source: id(number), target: id((number + step) % count), traffic: traffic(number + step))
            }
        }
        return MeshSnapshot(
            time: SampleMesh.start, window: .seconds(30), structureVersion: 1, nodes: nodes.sorted { $0.id < $1.id },
            edges: edges.sorted { $0.id < $1.id })
    }
}
