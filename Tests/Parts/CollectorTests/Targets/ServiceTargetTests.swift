import HTTPTransport
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// Targets that DNS names, asked of a server of the test's own.
@Suite struct ServiceTargetTests {
    private static let name = "_metrics._tcp.mesh.example"

    @Test func `service records name targets, and DNS their addresses`() throws {
        let loop = try EventLoop()
        let dns = try FakeDNS(loop)
        let (cart, order) = (try FakeTarget(loop), try FakeTarget(loop))
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(services: [Self.name], dnsServer: dns.address))
        defer { collector.stop() }

        // When: nobody knows the name yet.
        #expect(runs(loop) { mailbox.notices.first == "the name \(Self.name) is not known to DNS" })
        dns.records["cart.mesh.example 1"] = [.v4([127, 0, 0, 1])]
        dns.records["order.mesh.example 1"] = [.v4([127, 0, 0, 1])]
        dns.records["\(Self.name) 33"] = [
            .service(host: "cart.mesh.example", port: cart.port),
            .service(host: "order.mesh.example", port: order.port),
            .service(host: "lost.mesh.example", port: 1),
        ]

        #expect(
            runs(loop) {
                mailbox.up == ["cart.mesh.example:\(cart.port)", "order.mesh.example:\(order.port)"]
            })
        #expect(cart.requests.first?.headers["host"] == "cart.mesh.example:\(cart.port)")
        #expect(mailbox.notices.isEmpty)
        #expect(
            runs(loop) {
                mailbox.newest?.targets.contains {
                    $0.state == .down(reason: "the name lost.mesh.example is not known to DNS")
                } ?? false
            })
    }

    @Test func `names without an answer delay neither other targets nor the end`() throws {
        let loop = try EventLoop()
        let dns = try FakeDNS(loop)
        dns.isSilent = true
        let good = try FakeTarget(loop)
        var targets = (0..<8).map { TargetEntry(url: TargetURL(host: .name("silent\($0).example", port: 1))) }
        targets.append(TargetEntry(url: TargetURL(host: .address(good.address))))
        let mailbox = Mailbox()
        let collector = try collect(
            mailbox, TargetSources(targets: targets, services: [Self.name], dnsServer: dns.address))

        #expect(runs(loop) { good.requests.count >= 5 && !dns.questions.isEmpty })
        #expect(mailbox.up == ["\(good.address)"])
        let start = SystemClock.monotonic()
        collector.stop()
        #expect(start.duration(to: SystemClock.monotonic()) < .seconds(1))
    }

    @Test func `a name with several addresses is asked at the next when one fails`() throws {
        let loop = try EventLoop()
        let dns = try FakeDNS(loop)
        let cart = try FakeTarget(loop)
        dns.records["cart.example 1"] = [.v4([127, 0, 0, 9]), .v4([127, 0, 0, 1])]
        let mailbox = Mailbox()
        let collector = try collect(
            mailbox,
            TargetSources(
                targets: [TargetEntry(url: TargetURL(host: .name("cart.example", port: cart.port)))],
                dnsServer: dns.address))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.up == ["cart.example:\(cart.port)"] })
    }
}
