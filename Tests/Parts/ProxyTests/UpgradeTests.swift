import Discovery
import SystemIO
import TestSupport
import Testing

@testable import Proxy

/// WebSocket, as far as a proxy has to do with it: client → outbound → (mutual TLS) → inbound → application.
@Suite("A request that goes on in another protocol")
struct UpgradeTests {
    private static let request =
        "GET /chat HTTP/1.1\r\nhost: catalog\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\n"
        + "sec-websocket-key: k\r\n\r\n"
    private static let consent =
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
        + "sec-websocket-accept: a\r\n\r\n"

    private let chain: TestChain
    private let application: RawListener

    init() throws {
        chain = try TestChain()
        application = try RawListener(chain.loop)
        try applyBoth()
    }

    /// - Parameter isHTTP2: what is spoken between the proxies, where it is an extended CONNECT then.
    private func applyBoth(
        upgrades: [UpgradeRule] = [.webSocket], idle: Duration? = .zero, isHTTP2: Bool = false
    ) throws {
        var options = HTTP2Options()
        options.allowsConnect = true
        try chain.applyDestination(
            application: application.address, upgrades: upgrades, http2: isHTTP2 ? options : nil)
        try chain.applySource(
            endpoints: [chain.inbound], changing: { if isHTTP2 { $0.upstreamProtocol = UpstreamProtocol(.http2) } },
            manager: {
                $0.upgrades = upgrades
                $0.streamIdleTimeout = idle
            })
    }

    private func ask() throws -> (client: RawPeer, server: RawPeer) {
        let client = try RawPeer(chain.loop, connectingTo: chain.outbound)
        client.send(Self.request)
        try chain.wait { application.peers.last?.text.hasSuffix("\r\n\r\n") == true }
        return (client, try #require(application.peers.last))
    }

    private func open() throws -> (client: RawPeer, server: RawPeer) {
        let pair = try ask()
        pair.server.send(Self.consent)
        try chain.wait { pair.client.text.hasSuffix("\r\n\r\n") }
        return pair
    }

    private func ended(_ flag: String) -> Bool {
        let labels = (#"response_code="101""#, #"response_flags="\#(flag)""#)
        return chain.requests(chain.source, labels.0, labels.1) == 1
            && chain.requests(chain.destination, labels.0, labels.1) == 1
    }

    @Test(arguments: [false, true])
    func `bytes pass both ways and each direction ends by itself`(isHTTP2: Bool) throws {
        try applyBoth(isHTTP2: isHTTP2)
        let (client, server) = try open()
        #expect(server.text.contains("GET /chat HTTP/1.1\r\n"))
        #expect(server.text.contains("\r\nconnection: Upgrade\r\n") && server.text.contains("upgrade: websocket\r\n"))
        #expect(client.text.contains("\r\nconnection: Upgrade\r\n") && client.text.contains("upgrade: websocket\r\n"))

        client.send("hello")
        try chain.wait { server.text.hasSuffix("\r\n\r\nhello") }
        server.send("world")
        try chain.wait { client.text.hasSuffix("\r\n\r\nworld") }
        client.send(", and bye")
        client.endSending()
        try chain.wait { server.hasEnded }
        #expect(server.text.hasSuffix("hello, and bye"))
        #expect(!client.hasEnded)
        server.send(", late but whole")
        server.endSending()
        try chain.wait { client.hasEnded }

        #expect(client.text.hasSuffix("world, late but whole"))
        try chain.wait { ended("DC") }
    }

    @Test(arguments: [false, true])
    func `the application may end it first`(isHTTP2: Bool) throws {
        try applyBoth(isHTTP2: isHTTP2)
        let (client, server) = try open()

        server.send("bye")
        server.endSending()
        try chain.wait { client.hasEnded }
        client.send("me too")
        client.endSending()
        try chain.wait { server.hasEnded }

        #expect(client.text.hasSuffix("\r\n\r\nbye") && server.text.hasSuffix("\r\n\r\nme too"))
        try chain.wait { ended("UC") }
    }

    @Test(arguments: [false, true])
    func `a reset passes on`(isHTTP2: Bool) throws {
        try applyBoth(isHTTP2: isHTTP2)
        let (client, server) = try open()

        client.reset()

        try chain.wait { server.hasEnded || server.isBroken }
        try chain.wait { ended("DC") }
    }

    @Test(arguments: [false, true])
    func `what came before a reset of the application's is delivered`(isHTTP2: Bool) throws {
        try applyBoth(isHTTP2: isHTTP2)
        let (client, server) = try open()

        server.send("last words")
        try chain.wait { server.unsentCount == 0 }
        rests(chain.loop, milliseconds: 20)
        server.reset()

        try chain.wait { client.hasEnded || client.isBroken }
        #expect(client.hasEnded && client.text.hasSuffix("last words"))
        client.endSending()
        try chain.wait { ended("UC") }
    }

    @Test(arguments: [false, true])
    func `what comes with the request, and with the consent, is not lost`(isHTTP2: Bool) throws {
        try applyBoth(isHTTP2: isHTTP2)
        let client = try RawPeer(chain.loop, connectingTo: chain.outbound)
        client.send(Self.request + "too early")
        try chain.wait { application.peers.last?.text.hasSuffix("\r\n\r\n") == true }
        let server = try #require(application.peers.last)

        server.send(Self.consent + "at once")
        try chain.wait { client.text.hasSuffix("at once") && server.text.hasSuffix("too early") }
        client.send(", later")

        try chain.wait { server.text.hasSuffix("too early, later") }
    }

    @Test(arguments: [true, false], [false, true])
    func `who does not read holds back who sends`(isClient: Bool, isHTTP2: Bool) throws {
        try applyBoth(isHTTP2: isHTTP2)
        let (client, server) = try open()
        let (sender, reader) = isClient ? (client, server) : (server, client)
        let whole = 64 << 20
        reader.isPaused = true
        let before = reader.received.count

        sender.send([UInt8](repeating: 7, count: whole))
        var last = -1
        // Until nothing moves any more: all buffers between the two are full.
        while last != sender.unsentCount {
            last = sender.unsentCount
            rests(chain.loop, milliseconds: 100)
        }

        // Of the kernel's buffers there are six; the proxies' own are small beside them.
        #expect(sender.unsentCount > whole / 2)
        reader.isPaused = false
        try chain.wait { reader.received.count - before == whole }
    }

    @Test func `an answer that is no consent leaves the connection as it was`() throws {
        let (client, server) = try ask()

        server.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno")
        try chain.wait { client.text.hasSuffix("no") }
        client.send("GET /next HTTP/1.1\r\nhost: catalog\r\n\r\n")

        try chain.wait { server.text.contains("GET /next") }
        #expect(client.text.hasPrefix("HTTP/1.1 400 "))
        #expect(!client.hasEnded)
    }

    @Test func `who may not is told so, and nobody is asked`() throws {
        try applyBoth(upgrades: [])
        let client = try RawPeer(chain.loop, connectingTo: chain.outbound)

        client.send(Self.request)
        try chain.wait { client.text.hasSuffix("\r\n\r\n") }

        #expect(client.text.hasPrefix("HTTP/1.1 403 "))
        #expect(application.peers.isEmpty)
        #expect(chain.requests(chain.source, #"response_code="403""#, #"response_flags="-""#) == 1)
    }

    @Test func `an upstream of HTTP/2 that knows no offers gets a request without one`() throws {
        try applyBoth(isHTTP2: true)
        try chain.applyDestination(application: application.address, upgrades: [.webSocket])
        let (client, server) = try ask()

        server.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno")

        try chain.wait { client.text.hasSuffix("no") }
        #expect(client.text.hasPrefix("HTTP/1.1 200 "))
        #expect(!server.text.lowercased().contains("upgrade"))
    }

    @Test func `CONNECT finds no route`() throws {
        let client = try RawPeer(chain.loop, connectingTo: chain.outbound)

        client.send("CONNECT catalog:443 HTTP/1.1\r\nhost: catalog:443\r\n\r\n")
        try chain.wait { client.text.hasSuffix("\r\n\r\n") }

        #expect(client.text.hasPrefix("HTTP/1.1 404 "))
        #expect(chain.requests(chain.source, #"response_code="404""#, #"response_flags="NR""#) == 1)
    }

    @Test func `one in which nothing moves ends`() throws {
        try applyBoth(idle: .milliseconds(300))
        let (client, server) = try open()

        server.send("still here")

        try chain.wait { client.hasEnded || client.isBroken }
        try chain.wait { server.hasEnded || server.isBroken }
        try chain.wait { chain.requests(chain.source, #"response_code="101""#, #"response_flags="SI""#) == 1 }
    }
}
