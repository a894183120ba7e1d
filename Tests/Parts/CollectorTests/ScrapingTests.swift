import HTTPTransport
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// The collector on real sockets.
@Suite struct ScrapingTests {
    private let interval = Duration.milliseconds(200)

    private func collect(
        _ mailbox: Mailbox, control: SocketAddress? = nil, targets: [SocketAddress] = []
    ) throws -> Collector {
        try Collector(
            CollectorConfiguration(control: control, targets: targets, interval: interval, window: .seconds(2))
        ) { mailbox.put($0) }
    }

    @Test func `two proxies make one edge`() throws {
        let loop = try EventLoop()
        let web = try FakeProxy(loop, "source web/v1@shop -> cart/v1@shop cart.shop x10")
        let cart = try FakeProxy(loop, "destination web/v1@shop -> cart/v1@shop cart.shop x10 tls")
        let mailbox = Mailbox()
        let collector = try collect(mailbox, targets: [web.address, cart.address])
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.first.map { $0.traffic.samples >= 30 } ?? false })

        let snapshot = try #require(mailbox.newest)
        #expect(snapshot.edges.count == 1)
        #expect(snapshot.edges.first?.reporter == .destination)
        #expect(snapshot.edges.first?.mtls == .all)
        #expect(snapshot.notices.isEmpty)
        #expect(snapshot.targets.map(\.state) == [.up, .up])
        #expect(snapshot.targets.allSatisfy { $0.series == 7 && $0.lastSuccess != nil })
        #expect(web.paths.first == "/stats/prometheus")
    }

    @Test func `snapshots are grouped and windowed as somebody wants to see them now`() throws {
        let loop = try EventLoop()
        let cart = try FakeProxy(loop, "destination web/v1@shop -> cart/v1@shop cart.shop x10 tls")
        let mailbox = Mailbox()
        let collector = try collect(mailbox, targets: [cart.address])
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.newest?.node("app/shop/cart/v1") != nil })

        collector.show(window: .milliseconds(400), grouping: .workload)

        #expect(runs(loop) { mailbox.newest?.node("workload/shop/cart-v1") != nil })
        #expect(runs(loop) { mailbox.newest.map { $0.window >= .milliseconds(400) } ?? false })
        #expect(mailbox.newest.map { $0.window < .milliseconds(900) } == true)
    }

    @Test(arguments: [
        Misbehaviour.allCases.filter { !$0.isHeavy }, [.longLabel], [.longBody], [.gzipBomb],
    ])
    func `targets that behave badly say why and delay no other`(misbehaviours: [Misbehaviour]) throws {
        let loop = try EventLoop()
        let good = try FakeProxy(loop, "destination web/v1@shop -> cart/v1@shop cart.shop x10")
        let bad = try misbehaviours.map { ($0, try $0.listen(loop)) }
        let mailbox = Mailbox()
        let collector = try collect(mailbox, targets: bad.map(\.1.address) + [good.address])
        defer { collector.stop() }

        // Six scrapes do not fit into the patience when each waits for those that hang. And on a busy machine any answer
        // may be late once, so each has until then to be told by its own reason.
        var untold = Set(misbehaviours)
        let areTold = {
            for (misbehaviour, listener) in bad {
                let reason = mailbox.reason(of: listener.address) ?? ""
                if misbehaviour.reasons.contains(where: reason.contains) { untold.remove(misbehaviour) }
            }
            return untold.isEmpty
        }
        let isTold = runs(loop) { good.scrapes.count >= 6 && areTold() }

        #expect(isTold, "\(untold.map { ($0, bad.map { mailbox.reason(of: $0.1.address) ?? "" }) })")
        #expect(runs(loop) { mailbox.state(of: good.address) == .up })
    }

    @Test func `a port where nobody listens is refused`() throws {
        let loop = try EventLoop()
        let listener = try RawListener(loop)
        let address = listener.address
        listener.close()
        let mailbox = Mailbox()
        let collector = try collect(mailbox, targets: [address])
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.reason(of: address)?.contains("refused") ?? false })
        #expect(mailbox.newest?.edges.isEmpty == true)
    }

    @Test func `a target that comes back is up again`() throws {
        let loop = try EventLoop()
        let listener = try RawListener(loop)
        var answers = 0
        listener.onAccept = { peer in
            answers += 1
            if answers < 3 { return peer.close() }
            let body = "istio_requests_total{reporter=\"x\"} 1\n"
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)")
            peer.endSending()
        }
        let mailbox = Mailbox()
        let collector = try collect(mailbox, targets: [listener.address])
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.state(of: listener.address) == .up })
        #expect(answers >= 3)
    }

    // MARK: The control plane's list

    /// A control plane whose answer the test changes.
    private final class FakeControl {
        var answer = HTTPResponse.json(Array("[]".utf8))
        private(set) var questions = 0
        private var server: HTTPServer?

        init(_ loop: EventLoop) throws {
            server = try HTTPServer(loop: loop, address: .loopback()) { [unowned self] request, responder in
                questions += 1
                responder.respond(request.target == "/v1/targets" ? answer : HTTPResponse(status: 404))
            }
        }

        var address: SocketAddress { server?.boundAddress ?? .loopback() }

        func list(_ proxies: [(FakeProxy, String)]) {
            let groups = proxies.map { proxy, name in
                "{\"targets\":[\"\(proxy.address)\"],\"labels\":{\"namespace\":\"shop\",\"workload\":\"\(name)-v1\","
                    + "\"app\":\"\(name)\",\"version\":\"v1\",\"__metrics_path__\":\"/metrics\"}}"
            }
            answer = .json(Array("[\(groups.joined(separator: ","))]".utf8))
        }
    }

    @Test func `targets are those of the control plane, and stay when it fails`() throws {
        let loop = try EventLoop()
        let control = try FakeControl(loop)
        let web = try FakeProxy(loop, "source web/v1@shop -> cart/v1@shop cart.shop x10")
        let cart = try FakeProxy(loop, "destination web/v1@shop -> cart/v1@shop cart.shop x10")
        let mailbox = Mailbox()
        let collector = try collect(mailbox, control: control.address)
        defer { collector.stop() }

        // When: the list is empty at first, then names both.
        #expect(runs(loop) { control.questions > 1 })
        control.list([(web, "web"), (cart, "cart")])
        #expect(runs(loop) { mailbox.newest?.edges.count == 1 })
        #expect(mailbox.newest?.targets.compactMap(\.workload?.app).sorted() == ["cart", "web"])
        #expect(cart.paths.first == "/metrics")
        #expect(mailbox.newest?.notices.isEmpty == true)

        // Then: a control plane that fails takes nothing away, and it is said.
        control.answer = HTTPResponse(status: 500)
        #expect(
            runs(loop) {
                mailbox.newest?.notices.first?.contains("answered 500 when asked for its targets; the last list")
                    ?? false
            })
        #expect(mailbox.newest?.targets.count == 2)

        // And a target that leaves the list is scraped no more.
        control.list([(web, "web")])
        #expect(runs(loop) { mailbox.newest?.targets.count == 1 && mailbox.newest?.notices.isEmpty == true })
        let scrapes = cart.scrapes.count
        let webScrapes = web.scrapes.count
        #expect(runs(loop) { web.scrapes.count > webScrapes + 3 })
        #expect(cart.scrapes.count <= scrapes + 1)
    }

    @Test func `without a control plane it says so at once`() throws {
        let loop = try EventLoop()
        let listener = try RawListener(loop)
        listener.close()
        let mailbox = Mailbox()
        let collector = try collect(mailbox, control: listener.address)
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.notices.first?.contains("does not answer") ?? false })
    }
}
