import HTTPTransport
import SystemIO
import TestSupport
import Testing

@Suite struct `A listener behind a load balancer` {
    private let loop: EventLoop
    private let recorder = ServerRecorder()

    init() throws { loop = try EventLoop() }

    private func listen(_ rule: ProxyHeaderReading.Rule) throws -> HTTPListener {
        let listener = try HTTPListener(loop: loop, address: .loopback(), handler: recorder)
        listener.proxyHeader = rule
        recorder.onEnd = { stream in
            stream.answer("\(stream.peerAddress) \(stream.localAddress.map { "\($0)" } ?? "")")
        }
        return listener
    }

    private let header = "PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\r\n"
    private let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `takes its word for who connected where`() throws {
        let listener = try listen(.required)
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(header + request)

        #expect(runs(loop) { peer.text.hasSuffix("203.0.113.7:56324 10.0.0.1:443") })
        peer.send(request)
        #expect(runs(loop) { peer.text.components(of: "203.0.113.7:56324").count == 3 })
    }

    @Test func `waits for a header that comes byte by byte`() throws {
        let listener = try listen(.required)
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        for byte in (header + request).utf8 {
            peer.send([byte])
            rests(loop, milliseconds: 1)
        }

        #expect(runs(loop) { peer.text.hasSuffix("203.0.113.7:56324 10.0.0.1:443") })
    }

    @Test func `sends away who says nothing of it, unless that is allowed`() throws {
        let required = try listen(.required)
        let refused = try RawPeer(loop, connectingTo: required.boundAddress)
        refused.send(request)
        #expect(runs(loop) { refused.hasEnded || refused.isBroken })
        #expect(refused.text == "")

        let optional = try listen(.optional)
        let served = try RawPeer(loop, connectingTo: optional.boundAddress)
        served.send(request)
        #expect(runs(loop) { served.text.contains("127.0.0.1:") })
    }

    @Test(arguments: ["PROXY TCP9 a b 1 2\r\n", "PROXY TCP6 ::1::2 ::1 1 2\r\n", "PROXY "])
    func `sends away who says it wrong or breaks off`(text: String) throws {
        let listener = try listen(.optional)
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(text)
        if text == "PROXY " { peer.socket.shutDownWriting() }

        #expect(runs(loop) { peer.hasEnded || peer.isBroken })
    }

    @Test func `waits for nobody for ever`() throws {
        var limits = HTTPServerLimits()
        limits.headTimeout = .milliseconds(20)
        let listener = try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: recorder)
        listener.proxyHeader = .optional
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        #expect(runs(loop) { peer.hasEnded || peer.isBroken })
    }

    @Test func `forgets who has said nothing yet when it closes`() throws {
        let listener = try listen(.required)
        let budget = ConnectionBudget(limit: 5)
        listener.budget = budget
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        #expect(runs(loop) { budget.count == 1 })

        listener.close()

        #expect(runs(loop) { peer.hasEnded || peer.isBroken })
        #expect(budget.count == 0)
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
