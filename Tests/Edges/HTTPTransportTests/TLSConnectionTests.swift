import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TLSTransport
import TestSupport
import Testing

private let serverURI = "spiffe://cluster.local/ns/payments/sa/payment"
private let clientURI = "spiffe://cluster.local/ns/shop/sa/order"

@Suite struct `HTTP over TLS` {
    private let loop: EventLoop
    private let authority: CertificateAuthority

    init() throws {
        loop = try EventLoop()
        authority = try CertificateAuthority.makeRoot(commonName: "Root", now: SystemClock.wall())
    }

    private func identity(_ uri: String) throws -> ([Certificate], PrivateKey) {
        let key = try PrivateKey.makeP256()
        let request = try CertificateSigningRequest(pem: CertificateSigningRequest.make(key: key, uri: uri))
        return ([try authority.issue(request, uri: uri, now: SystemClock.wall(), lifetime: .seconds(60))], key)
    }

    private func serverContext(_ uri: String = serverURI) throws -> TLSContext {
        let (chain, key) = try identity(uri)
        return try TLSContext(server: TLSServerSettings(chain: chain, key: key, roots: [authority.root]))
    }

    private func clientContext(accepting uris: [String] = [serverURI], withCertificate: Bool = true) throws
        -> TLSContext
    {
        var settings = TLSClientSettings(roots: [authority.root], acceptedPeerURIs: uris)
        if withCertificate {
            let (chain, key) = try identity(clientURI)
            settings.chain = chain
            settings.key = key
        }
        return try TLSContext(client: settings)
    }

    private func send(_ client: HTTPClient, _ request: HTTPRequest, to server: HTTPServer, _ tls: TLSContext?) -> String
    {
        var outcome: String?
        client.send(request, to: server.boundAddress, tls: tls) {
            switch $0 {
            case .success(let response): outcome = response.text
            case .failure(let error): outcome = "\(error)"
            }
        }
        return runs(loop) { outcome != nil } ? outcome ?? "" : "no answer"
    }

    @Test func `carries requests of any size and tells who sent them`() throws {
        let server = try HTTPServer(loop: loop, address: .loopback(), tls: serverContext()) { request, responder in
            responder.respond(
                .text("\(request.peerURIs) \(request.body.count) " + String(repeating: "y", count: 500_000)))
        }
        let client = HTTPClient(loop: loop)
        let tls = try clientContext()

        for size in [0, 1, 1_000_000] {
            let answer = send(
                client, HTTPRequest("POST", "/", body: [UInt8](repeating: 1, count: size)), to: server, tls)

            #expect(answer.hasPrefix("[\"\(clientURI)\"] \(size) yyy"))
            #expect(answer.utf8.count > 500_000)
        }
        #expect(server.connectionCount == 1)
    }

    @Test func `is HTTP/2 where both ends have agreed on it`() throws {
        let (chain, key) = try identity(serverURI)
        var settings = TLSServerSettings(chain: chain, key: key, roots: [authority.root])
        settings.applicationProtocols = ["h2", "http/1.1"]
        settings.clientCertificate = .optional
        var limits = HTTPServerLimits()
        limits.http2 = HTTP2Limits()
        let recorder = ServerRecorder()
        let listener = try HTTPListener(
            loop: loop, address: .loopback(), tls: TLSContext(server: settings), limits: limits, handler: recorder)
        recorder.onEnd = { $0.answer("\($0.isTLS)") }
        let client = TLSClientSettings(
            roots: [authority.root], applicationProtocols: ["h2"], acceptedPeerURIs: [serverURI])
        let session = try TLSSession(TLSContext(client: client))
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        var taken = 0
        func exchange() -> Bool {
            peer.received[taken...].withUnsafeBytes { session.receive($0) }
            taken = peer.received.count
            let isDone = (try? session.handshake()) == true
            session.takeCiphertext { peer.send(Array($0)) }
            return isDone
        }

        #expect(runs(loop, until: exchange))
        #expect(session.negotiatedProtocol == "h2")
        let request = Frame(
            kind: .headers, flags: Frame.endHeaders | Frame.endStream, stream: 1,
            payload: HTTP2Peer.block([(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a")]))
        try session.write(Array(HTTP2Peer.preface.utf8) + Frame(kind: .settings).bytes + request.bytes)

        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
        defer { buffer.deallocate() }
        var plain: [UInt8] = []
        #expect(
            runs(loop) {
                _ = exchange()
                while case .bytes(let count)? = try? session.read(into: buffer) { plain += buffer[..<count] }
                return plain.suffix(4) == Array("true".utf8)[...]
            })
        // The server's SETTINGS come first.
        #expect(plain.dropFirst(3).first == Frame.Kind.settings.rawValue)
        #expect(recorder.events == ["get /", "end"])
    }

    @Test func `fails in words when the server is somebody else`() throws {
        let server = try HTTPServer(loop: loop, address: .loopback(), tls: serverContext()) { _, responder in
            responder.respond(.text("must not be reached"))
        }

        let answer = send(
            HTTPClient(loop: loop), HTTPRequest("/"), to: server, try clientContext(accepting: ["spiffe://x"]))

        #expect(answer == "peer certificate has \(serverURI), expected spiffe://x")
        #expect(runs(loop) { server.connectionCount == 0 })
    }

    @Test func `refuses clients without a certificate and plain ones`() throws {
        let server = try HTTPServer(loop: loop, address: .loopback(), tls: serverContext()) { _, responder in
            responder.respond(.text("must not be reached"))
        }
        var reasons: [String] = []
        server.onHandshakeFailure = { reason, _ in reasons.append(reason) }

        let anonymous = send(
            HTTPClient(loop: loop), HTTPRequest("/"), to: server, try clientContext(withCertificate: false))
        let plain = send(HTTPClient(loop: loop), HTTPRequest("/"), to: server, nil)

        #expect(anonymous.contains("certificate required"))
        #expect(plain.hasPrefix("the peer closed the connection") || plain.hasPrefix("the answer is malformed"))
        #expect(
            reasons == ["the peer showed no certificate", "the peer speaks plain HTTP where TLS is expected"])
    }

    @Test func `fails in words when the server is plain`() throws {
        let server = try HTTPServer(loop: loop, address: .loopback()) { _, _ in }

        let answer = send(HTTPClient(loop: loop), HTTPRequest("/"), to: server, try clientContext())

        #expect(answer == "the peer does not speak TLS")
    }

    @Test func `rotates certificates while connections live`() throws {
        let server = try HTTPServer(loop: loop, address: .loopback(), tls: serverContext()) { _, responder in
            responder.respond(.text("ok"))
        }
        let old = HTTPClient(loop: loop)
        let any = try clientContext(accepting: [])
        #expect(send(old, HTTPRequest("/"), to: server, any) == "ok")
        let rotated = "spiffe://cluster.local/ns/payments/sa/rotated"

        server.tls = try serverContext(rotated)

        #expect(send(old, HTTPRequest("/"), to: server, any) == "ok")
        #expect(server.connectionCount == 1)
        #expect(
            send(HTTPClient(loop: loop), HTTPRequest("/"), to: server, try clientContext(accepting: [rotated])) == "ok")
    }

    @Test func `serves plain clients beside others where that is accepted`() throws {
        let recorder = ServerRecorder()
        let listener = try HTTPListener(loop: loop, address: .loopback(), tls: serverContext(), handler: recorder)
        listener.acceptsPlaintext = true
        var refusals: [Int] = []
        listener.onMalformedRequest = { status, _ in refusals.append(status) }
        recorder.onEnd = { $0.answer("\($0.isTLS)") }
        let client = HTTPClient(loop: loop)
        var answers: [String] = []

        for tls in [nil, try clientContext()] {
            client.send(HTTPRequest("/"), to: listener.boundAddress, tls: tls) {
                answers.append((try? $0.get().text) ?? "\($0)")
            }
        }
        let other = try RawPeer(loop, connectingTo: listener.boundAddress)
        other.send("\u{1}nothing")

        #expect(runs(loop) { answers.count == 2 && other.hasEnded })
        #expect(answers.sorted() == ["false", "true"])
        #expect(other.text.hasPrefix("HTTP/1.1 400 "))
        #expect(refusals == [400])
    }

    @Test func `waits for slow readers`() throws {
        let recorder = ServerRecorder()
        let listener = try HTTPListener(loop: loop, address: .loopback(), tls: serverContext(), handler: recorder)
        let pool = HTTPConnectionPool(loop: loop, address: listener.boundAddress, tls: try clientContext())
        let piece = [UInt8](repeating: 0x79, count: 50_000)
        var left = 400
        func feed(_ stream: HTTPServerStream) {
            while left > 0 {
                left -= 1
                if piece.withUnsafeBytes({ !stream.sendBody($0) }) { return }
            }
            stream.sendEnd()
        }
        recorder.onEnd = { stream in
            stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            feed(stream)
        }
        recorder.onDrained = { feed($0) }
        let reader = ClientRecorder()
        var isHeld = false
        reader.onBody = { stream, _ in
            if !isHeld { stream.pauseReading() }
            isHeld = true
        }
        let stream = pool.open(reader)

        stream.sendHead(RequestHead(method: "GET", target: "/", authority: "a"), endOfStream: true)
        #expect(runs(loop) { isHeld })
        rests(loop, milliseconds: 50)
        #expect(left > 100)
        stream.resumeReading()

        #expect(runs(loop) { reader.events == ["200", "end"] })
        #expect(reader.bodyCount == 400 * 50_000)
    }
}
