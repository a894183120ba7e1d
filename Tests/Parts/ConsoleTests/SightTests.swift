import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite struct `The mesh as a whole` {
    private func driver(_ keys: String...) -> Driver {
        var driver = SightGoldenTests.driver((160, 40), .braille, [])
        for key in keys { driver.press(key) }
        return driver
    }

    private func texts(_ driver: Driver, _ list: SightList, _ column: Int) -> [String] {
        let table = driver.model.sights[list]
        return table.shown.map { table.rows[$0].cells[column].text }
    }

    @Test func `shows proxies that refuse first, then those that are gone, then those behind`() {
        let driver = driver("9")

        #expect(texts(driver, .proxies, 3).prefix(4) == ["refused", "gone", "behind", "synced"])
        #expect(driver.sees("route 15001: cluster bank is not known"))
    }

    @Test func `asks the control plane only while somebody looks`() {
        var driver = driver()
        #expect(!driver.effects.contains(.askControl))

        driver.press("9")
        #expect(driver.effects.count { $0 == .askControl } == 1)
        driver.send(.clock(SampleMesh.start.advanced(by: .seconds(61))))
        #expect(driver.effects.count { $0 == .askControl } == 1)
        driver.send(.clock(SampleMesh.start.advanced(by: .seconds(62))))
        #expect(driver.effects.count { $0 == .askControl } == 2)
    }

    @Test func `keeps what a control plane said when it stops answering`() {
        var driver = driver("9")
        var silent = ControlPlaneReport(address: SampleMesh.controlPlane.address)
        silent.trouble = "connection refused"
        driver.send(.controlAnswered([silent]))

        #expect(driver.model.sights[.proxies].rows.count == SampleMesh.controlPlane.proxies.count)
        #expect(driver.sees("does not answer"))
        driver.press("tab", "tab")
        #expect(driver.sees("connection refused"))
    }

    @Test func `says what to give where no control plane is named`() {
        var driver = Driver(withData: true)
        driver.control = []
        for keys in [["9"], ["8", "tab", "tab", "tab"], ["8", "tab"]] {
            for key in keys { driver.press(key) }
            #expect(driver.sees("--control ADDRESS"), "\(keys)")
        }
    }

    @Test func `says when the control plane never answered, and why`() {
        var driver = Driver(withData: true)
        var silent = ControlPlaneReport(address: "127.0.0.1:15010")
        silent.trouble = "connection refused"
        driver.control = [silent]
        driver.press("9")

        #expect(driver.sees("127.0.0.1:15010 does not answer: connection refused"))
    }

    @Test func `opens the page of a proxy's and a target's workload`() {
        var driver = driver("9")
        driver.press("enter")
        #expect(driver.model.screen == .detail(.node(SampleMesh.id("payment-service", "v2"))))

        driver.press("9", "tab", "enter")
        #expect(driver.model.screen == .detail(.node(SampleMesh.id("catalog-service"))))
    }

    @Test func `shows targets that are down first, with the reason`() {
        let driver = driver("9", "tab")

        #expect(texts(driver, .targets, 3).prefix(2) == ["down", "waiting"])
        #expect(driver.sees("connection refused"))
        #expect(driver.sees("no metrics of a mesh recognised"))
    }

    @Test func `filters and sorts a list`() {
        var driver = driver("9", "tab", "/")
        driver.type("payment-service")
        driver.press("enter")
        #expect(driver.model.sights[.targets].shown.count == 2)
        #expect(driver.sees("2 of 11"))

        driver.press("esc", "N")
        #expect(
            texts(driver, .targets, 1).first == "127.0.1.10:15090"
                || texts(driver, .targets, 1).first == "127.0.1.1:15090")
        #expect(texts(driver, .targets, 1) == texts(driver, .targets, 1).sorted())
        driver.press("S")
        #expect(texts(driver, .targets, 1) == texts(driver, .targets, 1).sorted(by: >))
        driver.press("A")
        #expect(texts(driver, .targets, 3).first == "down")
    }

    @Test func `sorts by the title that was clicked`() {
        var driver = driver("9", "tab")
        driver.click(on: "took")

        let shown = driver.model.sights[.targets]
        let orders = shown.shown.compactMap { shown.rows[$0].cells[5].order }
        #expect(orders == orders.sorted(by: >))
    }

    @Test func `puts edges in plain text first, the busiest before all`() {
        let driver = driver("8")

        #expect(texts(driver, .edges, 2).prefix(2) == ["web", "catalog"])
        #expect(texts(driver, .edges, 3).prefix(2) == ["0 %", "50 %"])
        #expect(driver.sees("in plain text"))
    }

    @Test func `counts a namespace's share by requests, and external hosts in none`() {
        let rows = SecurityRows.namespaces(MeshIndex(SampleMesh.secured()), Signs(.braille))

        #expect(rows.map { $0.cells[1].text } == ["payments", "shop"])
        #expect(rows[0].cells[2].text == "100 %")
        let plain = 96.4 + 62.1 / 2
        let shop = 96.4 + 62.1 + 30.2 + 21.3 + 30.2 + 92.3 + 21.3
        #expect(abs((rows[1].cells[2].order ?? 0) - (1 - plain / shop)) < 1e-9)
    }

    @Test func `marks an identity that several applications share`() {
        let driver = driver("8", "tab", "tab")

        #expect(texts(driver, .identities, 1).first == "shop/web")
        #expect(driver.sees("shared"))
    }

    @Test func `marks certificates that should have been renewed, and not those that were replaced`() {
        let driver = driver("8", "tab", "tab", "tab")

        #expect(texts(driver, .certificates, 3) == ["very soon", "soon", "valid", "valid", "root", "replaced"])
        #expect(texts(driver, .certificates, 1).prefix(2) == ["shop/web", "shop/order"])
    }

    @Test func `puts workloads that take plain text and get it before all others`() {
        let driver = driver("8", "tab", "tab", "tab", "tab")

        #expect(texts(driver, .policies, 1).first == "web-v1.shop")
        #expect(texts(driver, .policies, 2).first == "permissive")
        #expect(driver.sees("9090 DISABLE"))
    }

    @Test func `shows the worst service first, and why`() {
        let driver = driver("O")

        #expect(texts(driver, .services, 1).first == "payment-service")
        #expect(driver.model.screen == .overview)
    }

    @Test func `tells what moved against the window before`() {
        let driver = driver("O")
        let moved = zip(texts(driver, .movers, 1), texts(driver, .movers, 2)).map { "\($0) \($1)" }

        #expect(moved.contains("web v1 rate"))
        #expect(moved.contains("payment-service v2 err"))
        #expect(moved.contains("payment-service v2 p95"))
        #expect(!moved.contains("inventory-service v1 rate"))
    }

    @Test func `keeps events: weights, targets, health`() {
        let driver = driver("O")
        let events = texts(driver, .events, 2)

        #expect(events.contains { $0.contains("weights of payment-service: v1 95 > 90, v2 5 > 10") })
        #expect(events.contains { $0.contains("is down: connection refused") })
        #expect(events.contains { $0.contains("payment-service v2 is degraded") })
        #expect(!events.contains { $0.contains("appeared") })
    }

    @Test func `tells of what appears and vanishes once the mesh has settled`() {
        var driver = driver()
        var snapshot = SampleMesh.secured(secondsLater: 65)
        snapshot.structureVersion = 2
        snapshot.nodes.removeAll { $0.app == "notification-service" }
        snapshot.edges.removeAll { $0.target == SampleMesh.id("notification-service") }
        driver.send(.snapshot(snapshot))
        driver.send(.snapshot(SampleMesh.secured(secondsLater: 70)))
        driver.press("O")
        let events = texts(driver, .events, 2)

        #expect(events.contains("notification-service v1 vanished"))
        #expect(events.contains("notification-service v1 appeared"))
    }

    @Test func `forgets the oldest events`() {
        var events = MeshEvents()
        for second in 0..<400 {
            var snapshot = SampleMesh.snapshot(secondsLater: second)
            if second.isMultiple(of: 2) { snapshot.targets[0].state = .down(reason: "\(second)") }
            events.see(MeshIndex(snapshot))
        }

        #expect(events.list.count == MeshEvents.limit)
        #expect(events.list.first?.text.contains("answers again") == true)
    }

    @Test func `opens by itself when there is more than a picture can show`() {
        var driver = Driver(withData: false)
        driver.send(.snapshot(Self.large))
        #expect(driver.model.screen == .overview)

        driver.press("esc")
        driver.send(.snapshot(Self.large))
        #expect(driver.model.screen == .graph)
    }

    @Test func `leaves the screen alone once somebody pressed a key`() {
        var driver = Driver(withData: false)
        driver.press("a")
        driver.send(.snapshot(Self.large))

        #expect(driver.model.screen == .graph)
    }

    @Test func `survives a control plane that makes things up`() {
        var report = ControlPlaneReport(address: "\u{1B}[2J")
        report.revision = .max
        report.proxies = [
            ProxyReport(
                name: "", namespace: "", isConnected: true, sync: .stale, revision: .min, connectedFor: .seconds(-5),
                refusal: .init(text: "a\n\u{1B}[31m", ago: .seconds(9e9), isStanding: false))
        ]
        report.certificates = [
            CertificateReport(
                identity: "", serial: "", issued: WallTime(nanosecondsSinceEpoch: .max),
                expires: WallTime(nanosecondsSinceEpoch: .min), standing: .current)
        ]
        var driver = driver("9")
        driver.control = [report]
        for key in ["r", "tab", "tab", "8", "tab", "tab", "tab"] { driver.press(key) }
        driver.send(.controlAnswered([report]))

        #expect(!driver.screen.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    private static let large: MeshSnapshot = {
        var snapshot = SampleMesh.snapshot()
        snapshot.nodes += (0..<100).map { index in
            MeshNode(id: MeshNode.ID("app/x/n\(index)/v1"), kind: .app, namespace: "x", app: "n\(index)", version: "v1")
        }
        snapshot.nodes.sort { $0.id < $1.id }
        return snapshot
    }()
}
