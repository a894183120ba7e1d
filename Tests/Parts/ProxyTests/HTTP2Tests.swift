import Discovery
import HTTPTransport
import HTTPWire
import SystemIO
import TestSupport
import Testing

@testable import Proxy

/// Clients and applications that speak one version of HTTP each, with the proxy between.
@Suite("HTTP/2") struct HTTP2Tests {
    private let chain: TestChain
    private let application: EitherApplication

    init() throws {
        chain = try TestChain()
        application = try EitherApplication(chain.loop)
    }

    /// One proxy, which speaks `upstream` to the application, and a client's pool to it.
    private func connect(
        _ upstream: UpstreamProtocol? = nil, retry: RetryPolicy? = nil, grpcTimeout: Duration? = nil,
        changing change: (inout Cluster) -> Void = { _ in },
        manager: (inout HTTPConnectionManager) -> Void = { _ in }
    ) throws -> HTTPConnectionPool {
        let route = Route(
            match: Route.Match(),
            action: .forward(
                Route.Forward(
                    target: .cluster(TestChain.cluster), timeout: .zero, retryPolicy: retry,
                    maximumGRPCTimeout: grpcTimeout)))
        try chain.applySource(
            endpoints: [application.address], secure: false, routes: [route],
            changing: { cluster in
                cluster.upstreamProtocol = upstream
                change(&cluster)
            }, manager: manager)
        return HTTPConnectionPool(loop: chain.loop, address: chain.outbound)
    }

    private static let grpc = [("content-type", "application/grpc"), ("te", "trailers")]

    private static let versions: [(Bool, UpstreamProtocol?)] = [
        (false, nil), (false, UpstreamProtocol(.http2)), (true, nil), (true, UpstreamProtocol(.http2)),
    ]

    // MARK: Translation

    @Test(arguments: versions)
    func `requests pass whatever the two ends speak`(_ http2: Bool, _ upstream: UpstreamProtocol?) throws {
        let pool = try connect(upstream)
        application.onRequest = { request in
            request.answer(
                200, [("x-a", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("content-length", "5")],
                body: "hello")
        }
        let fields = [("Cookie", "a=1; b=2"), ("X-Mixed", "Case"), ("content-length", "4")]

        let client = EitherClient(pool, http2: http2, "POST", "/x?y=1", fields, body: "four")
        try chain.wait { client.isOver }

        let request = try #require(application.requests.first)
        #expect(request.head.version == (upstream == nil ? .http11 : .http2))
        #expect(request.head.methodBytes.elementsEqual("POST".utf8))
        #expect(request.head.target.elementsEqual("/x?y=1".utf8))
        #expect(request.head.authority.elementsEqual("catalog".utf8))
        #expect(request.head["cookie"] == "a=1; b=2" && request.head["x-mixed"] == "Case")
        #expect(request.head["content-length"] == "4" && request.body == Array("four".utf8))
        #expect(request.head["x-forwarded-proto"] == "http")
        #expect(request.head["te"] == nil && request.head["connection"] == nil)
        #expect(client.status == 200 && client.text == "hello" && client.failure == nil)
        #expect(client.head?["content-length"] == "5" && client.head?["x-a"] == "1")
        var cookies: [String] = []
        client.head?.forEachField { if $0 == "set-cookie" { cookies.append($1) } }
        #expect(cookies == ["a=1", "b=2"])
        #expect(chain.requests(chain.source, "response_code=\"200\"", "response_flags=\"-\"") == 1)
    }

    @Test(arguments: versions)
    func `bodies without a length pass, and answers without a body have none`(
        _ http2: Bool, _ upstream: UpstreamProtocol?
    ) throws {
        let pool = try connect(upstream)
        application.onRequest = { request in
            switch String(decoding: request.head.target, as: UTF8.self) {
            case "/head": request.answer(200, [("content-length", "7")], body: "")
            case "/204": request.answer(204)
            case "/304": request.answer(304, [("etag", "e")])
            case "/empty": request.answer(200)
            default: request.answer(200, body: "\(request.bodyCount)")
            }
        }

        let post = EitherClient(pool, http2: http2, "POST", "/", body: "some bytes")
        let answers = [("HEAD", "/head"), ("GET", "/204"), ("GET", "/304"), ("GET", "/empty")].map {
            EitherClient(pool, http2: http2, $0.0, $0.1)
        }
        try chain.wait { post.isOver && answers.allSatisfy { $0.isOver } }

        #expect(post.text == "10" && post.head?["content-length"] == nil)
        #expect(answers.map(\.status) == [200, 204, 304, 200])
        #expect(answers.allSatisfy { $0.failure == nil && $0.bodyCount == 0 })
        #expect(answers[0].head?["content-length"] == "7")
        #expect(answers[2].head?["etag"] == "e")
    }

    @Test func `trailers pass where both ends have them, and are dropped where one has not`() throws {
        application.onRequest = { request in
            request.stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            request.stream.sendEnd(trailers: ["x-sum": "6"])
        }
        let both = try connect(UpstreamProtocol(.http2))
        let first = EitherClient(both, http2: true, "POST", "/", body: "x", trailers: ["x-check": "1"])
        let second = EitherClient(both, http2: false, "POST", "/", body: "x", trailers: ["x-check": "1"])
        try chain.wait { first.isOver && second.isOver }
        #expect(first.trailers["x-sum"] == "6")
        #expect(
            application.requests[0].trailers["x-check"] == "1" || application.requests[1].trailers["x-check"] == "1")
        #expect(second.isComplete && second.trailers.count == 0)

        let old = try connect(UpstreamProtocol(.http1))
        let third = EitherClient(old, http2: true, "POST", "/", body: "x", trailers: ["x-check": "1"])
        try chain.wait { third.isOver }
        #expect(third.isComplete && third.trailers.count == 0)
        #expect(application.requests[2].trailers.count == 0 && application.requests[2].body == [0x78])
    }

    @Test func `trailers of HTTP1 pass where both its ends let them`() throws {
        application.onRequest = { request in
            request.stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            request.stream.sendEnd(trailers: ["x-sum": "6"])
        }
        var limits = HTTPClientLimits()
        limits.wire.passesTrailers = true
        for isLet in [true, false] {
            _ = try connect(UpstreamProtocol(.http1, passesTrailers: isLet)) { _ in
            } manager: {
                $0.passesTrailers = isLet
            }
            let pool = HTTPConnectionPool(loop: chain.loop, address: chain.outbound, limits: limits)
            let client = EitherClient(pool, http2: false, "POST", "/", body: "x", trailers: ["x-check": "1"])
            try chain.wait { client.isOver }
            #expect(client.isComplete && client.trailers["x-sum"] == (isLet ? "6" : nil))
            #expect(application.requests.last?.trailers["x-check"] == (isLet ? "1" : nil))
        }
    }

    @Test(arguments: versions)
    func `answers before the one that counts pass where the listener says so`(
        _ http2: Bool, _ upstream: UpstreamProtocol?
    ) throws {
        application.onHead = { request in
            #expect(request.head["expect"] == "100-continue")
            request.stream.sendInterim(ResponseHead(status: 103))
            request.stream.sendInterim(ResponseHead(status: 100))
        }
        application.onRequest = { $0.answer(200, body: "\($0.bodyCount)") }
        let pool = try connect(upstream) { _ in
        } manager: {
            $0.passesContinue = true
        }

        let client = EitherClient(pool, http2: http2, "POST", "/", [("expect", "100-continue")], ends: false)
        client.onInterim = { stream, status in
            guard status == 100 else { return }
            [1, 2].withUnsafeBytes { _ = stream.sendBody(UnsafeRawBufferPointer(rebasing: $0[..<2])) }
            stream.sendEnd()
        }
        try chain.wait { client.isOver }

        #expect(client.interim == [103, 100])
        #expect(client.status == 200 && client.text == "2")
    }

    @Test(arguments: versions)
    func `without that the proxy lets its client go on by itself`(
        _ http2: Bool, _ upstream: UpstreamProtocol?
    ) throws {
        application.onHead = { request in
            #expect(request.head["expect"] == nil)
            request.stream.sendInterim(ResponseHead(status: 103))
        }
        application.onRequest = { $0.answer(200) }
        let pool = try connect(upstream)

        let client = EitherClient(pool, http2: http2, "POST", "/", [("expect", "100-continue")], ends: false)
        client.onInterim = { stream, _ in stream.sendEnd() }
        try chain.wait { client.isOver }

        #expect(client.interim == [100] && client.status == 200)
    }

    @Test func `a cluster may be spoken to as its requests come`() throws {
        let pool = try connect(UpstreamProtocol(.downstream))
        application.onRequest = { $0.answer() }

        let clients = [true, false, true].map { EitherClient(pool, http2: $0) }
        try chain.wait { clients.allSatisfy { $0.isOver } }

        #expect(clients.allSatisfy { $0.status == 200 })
        #expect(application.requests.filter { $0.head.version == .http2 }.count == 2)
        #expect(application.requests.filter { $0.head.version == .http11 }.count == 1)
        #expect(application.connectionCount == 2)
    }

    @Test func `two proxies agree on it by ALPN and carry requests side by side`() throws {
        application.onRequest = { $0.answer(200, body: "ok") }
        try chain.applyDestination(application: application.address) { $0.upstreamProtocol = UpstreamProtocol(.http2) }
        try chain.applySource(endpoints: [chain.inbound]) { $0.upstreamProtocol = UpstreamProtocol(.http2) }
        let pool = HTTPConnectionPool(loop: chain.loop, address: chain.outbound)

        let clients = (0..<20).map { EitherClient(pool, http2: $0 % 2 == 0) }
        try chain.wait { clients.allSatisfy { $0.isOver } }

        #expect(clients.allSatisfy { $0.status == 200 && $0.text == "ok" })
        #expect(application.requests.allSatisfy { $0.head.version == .http2 })
        #expect(application.connectionCount == 1)
        #expect(chain.requests(chain.destination, "connection_security_policy=\"mutual_tls\"") == 20)
        #expect(chain.requests(chain.source, "destination_principal=\"\(chain.mesh.uri("catalog"))\"") == 20)
        // The older version is still spoken on the same port.
        try chain.applySource(endpoints: [chain.inbound])
        #expect(try chain.send().status == 200)
        #expect(chain.requests(chain.destination, "connection_security_policy=\"mutual_tls\"") == 21)
    }

    // MARK: gRPC

    @Test func `a gRPC status counts that comes after the body`() throws {
        let pool = try connect(UpstreamProtocol(.http2))
        application.onRequest = { request in
            #expect(request.head["te"] == "trailers")
            var head = ResponseHead(status: 200)
            head.add("content-type", "application/grpc")
            request.stream.sendHead(head, endOfStream: false)
            [1, 2, 3].withUnsafeBytes { _ = request.stream.sendBody(UnsafeRawBufferPointer(rebasing: $0[..<3])) }
            request.stream.sendEnd(trailers: ["grpc-status": "5", "grpc-message": "none"])
        }

        let client = EitherClient(pool, http2: true, "POST", "/a.B/C", Self.grpc, body: "x")
        try chain.wait { client.isOver }

        #expect(client.trailers["grpc-status"] == "5" && client.trailers["grpc-message"] == "none")
        #expect(client.bodyCount == 3)
        #expect(
            chain.requests(
                chain.source, "request_protocol=\"grpc\"", "response_code=\"200\"", "grpc_response_status=\"5\"") == 1)
    }

    @Test func `a gRPC call is made again whose first answer is a head that says so`() throws {
        let pool = try connect(
            UpstreamProtocol(.http2), retry: RetryPolicy(conditions: ["unavailable"], retries: 2))
        application.onRequest = { [application] request in
            request.answer(
                200, Self.grpc + [("grpc-status", application.requests.count < 3 ? "14" : "0")])
        }

        let client = EitherClient(pool, http2: true, "POST", "/a.B/C", Self.grpc, body: "x")
        try chain.wait { client.isOver }

        #expect(client.head?["grpc-status"] == "0")
        #expect(application.requests.count == 3)
        #expect(application.requests.allSatisfy { $0.body == [0x78] })
        #expect(chain.requests(chain.source, "grpc_response_status=\"0\"") == 1)
    }

    @Test func `a gRPC call takes no longer than it says, and the application knows`() throws {
        let pool = try connect(UpstreamProtocol(.http2), grpcTimeout: .zero)

        let client = EitherClient(
            pool, http2: true, "POST", "/a.B/C", Self.grpc + [("grpc-timeout", "30000u")], body: "x")
        try chain.wait { client.isOver }

        #expect(application.requests.first?.head["grpc-timeout"] == "30m")
        #expect(client.status == 200 && client.head?["grpc-status"] == "14")
        #expect(client.head?["content-type"] == "application/grpc" && client.bodyCount == 0)
        #expect(client.head?["grpc-message"] == "upstream request timeout")
        try chain.wait { application.requests[0].isAborted }
        #expect(
            chain.requests(
                chain.source, "response_code=\"200\"", "grpc_response_status=\"14\"", "response_flags=\"UT\"") == 1)
    }

    @Test func `without the route's leave a gRPC call's own time is not looked at`() throws {
        let pool = try connect(UpstreamProtocol(.http2))
        application.onRequest = { $0.answer(200, Self.grpc + [("grpc-status", "0")]) }

        let client = EitherClient(
            pool, http2: true, "POST", "/a.B/C", Self.grpc + [("grpc-timeout", "1n")], body: "x")
        try chain.wait { client.isOver }

        #expect(client.head?["grpc-status"] == "0")
        #expect(application.requests.first?.head["grpc-timeout"] == "1n")
    }

    @Test func `a gRPC caller reads the proxy's own answers as statuses`() throws {
        let pool = try connect(UpstreamProtocol(.http2))

        let client = EitherClient(pool, http2: true, "POST", "/", host: "nowhere", Self.grpc, body: "x")
        try chain.wait { client.isOver }

        #expect(client.status == 200 && client.head?["grpc-status"] == "12")
        #expect(chain.requests(chain.source, "grpc_response_status=\"12\"", "response_flags=\"NR\"") == 1)
    }

    // MARK: Resets

    @Test func `a stream that the application resets is answered in Envoy's words`() throws {
        let pool = try connect(UpstreamProtocol(.http2))
        application.onRequest = { $0.stream.abort() }

        let client = EitherClient(pool, http2: true)
        try chain.wait { client.isOver }

        #expect(client.status == 503)
        #expect(
            client.text == "upstream connect error or disconnect/reset before headers. reset reason: remote reset")
        #expect(chain.requests(chain.source, "response_code=\"503\"", "response_flags=\"UR\"") == 1)
    }

    @Test(arguments: [([], 1), (["refused-stream"], 3)] as [([String], Int)])
    func `what the application refuses goes elsewhere where the route says so`(
        _ conditions: [String], _ attempts: Int
    ) throws {
        let upstream = try RawListener(chain.loop)
        let refuser = HTTP2Refuser(upstream)
        let pool = try connect(UpstreamProtocol(.http2), retry: RetryPolicy(conditions: conditions, retries: 2)) {
            $0.endpoints = .inline(
                ClusterLoadAssignment(
                    clusterName: TestChain.cluster,
                    endpoints: [
                        Endpoint(address: NetworkAddress(ip: upstream.address.ip, port: upstream.address.port))
                    ]))
        }

        let client = EitherClient(pool, http2: true)
        try chain.wait {
            refuser.refuse()
            return client.isOver
        }

        #expect(client.status == 503 && client.text.hasSuffix("remote refused stream reset"))
        #expect(refuser.count == attempts)
        #expect(upstream.peers.count == 1)
    }

    @Test func `a request that its client resets is given up at the application, and nothing else`() throws {
        let pool = try connect(UpstreamProtocol(.http2))
        let clients = (0..<2).map { _ in EitherClient(pool, http2: true) }
        try chain.wait { application.requests.count == 2 }

        clients[0].stream?.cancel()
        try chain.wait { application.requests.contains { $0.isAborted } }
        for request in application.requests where !request.isAborted { request.answer() }
        try chain.wait { clients[1].isOver }

        #expect(clients[1].status == 200)
        #expect(application.connectionCount == 1)
        #expect(chain.requests(chain.source, "response_flags=\"DC\"") == 1)
    }

    // MARK: Flow

    @Test(arguments: versions)
    func `a slow client stops the application, whatever the two speak`(
        _ http2: Bool, _ upstream: UpstreamProtocol?
    ) throws {
        let pool = try connect(upstream)
        var sent = 0
        let total = 64_000_000
        func feed(_ stream: HTTPServerStream) {
            while sent < total {
                sent += 50_000
                if [UInt8](repeating: 1, count: 50_000).withUnsafeBytes({ !stream.sendBody($0) }) { return }
            }
            stream.sendEnd()
        }
        application.onRequest = { request in
            request.stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            feed(request.stream)
        }
        application.onDrained = { feed($0) }

        let client = EitherClient(pool, http2: http2)
        client.isSlow = true
        // Nothing moves any more when all windows and buffers on the way are full.
        var before = -1
        while before != sent {
            before = sent
            rests(chain.loop, milliseconds: 30)
        }

        // Kernel buffers are most of it where HTTP/1.1 is spoken.
        #expect(sent < 20_000_000)
        if http2, upstream != nil { #expect(sent < 2_000_000) }
        client.stream?.resumeReading()
        client.isSlow = false
        try chain.wait { client.isOver }
        #expect(client.bodyCount == total)
    }

    @Test func `a slow application stops the client`() throws {
        let pool = try connect(UpstreamProtocol(.http2))
        application.onHead = { $0.stream.pauseReading() }
        let client = EitherClient(pool, http2: true, "POST", "/", ends: false)
        let stream = try #require(client.stream)
        var sent = 0
        let piece = [UInt8](repeating: 1, count: 50_000)
        func feed() {
            while sent < 20_000_000 {
                sent += piece.count
                if piece.withUnsafeBytes({ !stream.sendBody($0) }) { return }
            }
        }
        feed()
        var before = -1
        var drains = 0
        while before != sent {
            before = sent
            rests(chain.loop, milliseconds: 30)
            if client.drains > drains {
                drains = client.drains
                feed()
            }
        }

        #expect(sent < 2_000_000)
        application.requests.first?.stream.resumeReading()
        while sent < 20_000_000 {
            let seen = client.drains
            try chain.wait { client.drains > seen || sent >= 20_000_000 }
            feed()
        }
        stream.sendEnd()
        try chain.wait { application.requests[0].isComplete }
        #expect(application.requests[0].bodyCount == sent)
    }

    // MARK: Ends

    @Test func `a proxy that drains tells its clients and serves what they have begun`() throws {
        let pool = try connect(UpstreamProtocol(.http2))
        let client = EitherClient(pool, http2: true)
        try chain.wait { application.requests.count == 1 }
        var cut: Int?

        chain.source.drain(.ending) { cut = $0 }
        try chain.wait { !pool.hasRoom(http2: true) }
        #expect(cut == nil)
        application.requests[0].answer()

        try chain.wait { client.isOver && cut != nil }
        #expect(client.status == 200 && cut == 0)
    }

    @Test func `breakers count requests that share a connection`() throws {
        let pool = try connect(UpstreamProtocol(.http2)) { cluster in
            cluster.limits = CircuitBreakerLimits(connections: 1, pendingRequests: 10, requests: 3, retries: 0)
        }

        let clients = (0..<3).map { _ in EitherClient(pool, http2: true) }
        try chain.wait { application.requests.count == 3 }
        let late = EitherClient(pool, http2: true)
        try chain.wait { late.isOver }

        #expect(late.status == 503 && late.head?["x-envoy-overloaded"] == "true")
        for request in application.requests { request.answer() }
        try chain.wait { clients.allSatisfy { $0.isOver } }
        #expect(clients.allSatisfy { $0.status == 200 })
        #expect(application.connectionCount == 1)
    }

    @Test func `requests beyond a connection's streams get another, or wait where there may be none`() throws {
        let options = HTTP2Options(concurrentStreams: 2)
        let many = try connect(UpstreamProtocol(.http2, http2: options))
        let clients = (0..<4).map { _ in EitherClient(many, http2: true) }
        try chain.wait { application.requests.count == 4 }
        #expect(application.connectionCount == 2)
        for request in application.requests { request.answer() }
        try chain.wait { clients.allSatisfy { $0.isOver } }

        let other = try EitherApplication(chain.loop)
        let one = try connect(UpstreamProtocol(.http2, http2: options)) { cluster in
            cluster.limits = CircuitBreakerLimits(connections: 1, pendingRequests: 10, requests: 10, retries: 0)
            cluster.endpoints = .inline(
                ClusterLoadAssignment(
                    clusterName: TestChain.cluster,
                    endpoints: [Endpoint(address: NetworkAddress(ip: other.address.ip, port: other.address.port))]))
        }
        let waiting = (0..<4).map { _ in EitherClient(one, http2: true) }
        try chain.wait { other.requests.count == 2 }
        rests(chain.loop, milliseconds: 10)
        #expect(other.requests.count == 2)
        other.requests[0].answer()
        try chain.wait { other.requests.count == 3 }
        for request in other.requests[1...] { request.answer() }
        try chain.wait { other.requests.count == 4 }
        other.requests[3].answer()

        try chain.wait { waiting.allSatisfy { $0.isOver } }
        #expect(waiting.allSatisfy { $0.status == 200 })
        #expect(other.connectionCount == 1)
    }
}

/// An upstream that refuses every stream.
private final class HTTP2Refuser {
    private let upstream: RawListener
    private(set) var count = 0

    init(_ upstream: RawListener) {
        self.upstream = upstream
        // SETTINGS without any.
        upstream.onAccept = { $0.send([0, 0, 0, 4, 0, 0, 0, 0, 0]) }
    }

    /// Refuses what has come on the first connection.
    func refuse() {
        guard let peer = upstream.peers.first else { return }
        let found = streams(peer.received.dropFirst(24))
        for stream in found.dropFirst(count) { peer.send([0, 0, 4, 3, 0, 0, 0, 0, stream, 0, 0, 0, 7]) }
        count = found.count
    }

    /// The numbers of the streams whose HEADERS have come.
    private func streams(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var rest = bytes
        var found: [UInt8] = []
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + count else { break }
            if head[3] == 1 { found.append(head[8]) }
            rest = rest.dropFirst(9 + count)
        }
        return found
    }
}
