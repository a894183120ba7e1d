import HTTPTransport
import HTTPWire
import SystemIO
import TestSupport
import Testing

@Suite struct `An HTTP/2 connection to an upstream` {
    private let loop: EventLoop
    private let upstream: RawListener
    private let pool: HTTPConnectionPool
    private let servers = Servers()

    private final class Servers {
        var all: [HTTP2Peer] = []
        subscript(_ index: Int) -> HTTP2Peer { all[index] }
    }

    init() throws {
        loop = try EventLoop()
        upstream = try RawListener(loop)
        var limits = HTTPClientLimits()
        limits.connections = 3
        limits.http2.streamWindow = 100_000
        pool = HTTPConnectionPool(loop: loop, address: upstream.address, limits: limits)
        serve()
    }

    private func serve(streams: UInt32? = nil, window: UInt32 = 65_535) {
        upstream.onAccept = { [servers] in
            servers.all.append(HTTP2Peer(serving: $0, streams: streams, window: window))
        }
    }

    private func get(_ recorder: ClientRecorder, _ path: String = "/") -> HTTPClientStream {
        let stream = pool.open(recorder, http2: true)
        stream.sendHead(RequestHead(method: "GET", target: path, authority: "a"), endOfStream: true)
        return stream
    }

    private func post(_ recorder: ClientRecorder) -> HTTPClientStream {
        let stream = pool.open(recorder, http2: true)
        stream.sendHead(RequestHead(method: "POST", target: "/", authority: "a"), endOfStream: false)
        return stream
    }

    private func send(_ count: Int, on stream: HTTPClientStream) -> Bool {
        [UInt8](repeating: 1, count: count).withUnsafeBytes { stream.sendBody($0) }
    }

    @Test func `carries requests side by side, with their bodies and trailers`() throws {
        let (first, second) = (ClientRecorder(), ClientRecorder())
        let early = pool.open(first, http2: true)
        var head = RequestHead(method: "POST", target: "/x?y", authority: "shop")
        for (name, value) in [
            ("X-Name", "v"), ("connection", "close"), ("te", "trailers"), ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
        ] { head.add(name, value) }
        early.sendHead(head, endOfStream: false)
        let late = get(second, "/2")
        #expect(runs(loop) { servers.all.first?.head(3)[":path"] == "/2" })

        #expect(send(3, on: early))
        early.sendEnd(trailers: ["X-Sum": "6"])
        #expect(runs(loop) { servers[0].hasEnded(1) })
        servers[0].respond(3, [(":status", "103"), ("link", "x")])
        servers[0].respond(3, ends: true, [(":status", "204")])
        servers[0].respond(1, [(":status", "200"), ("x", "y")])
        servers[0].data(1, 10)
        servers[0].respond(1, ends: true, [("grpc-status", "0")])

        #expect(runs(loop) { early.isOver && late.isOver })
        #expect(first.events == ["200", "trailers grpc-status=0", "end"])
        #expect(first.bodyCount == 10 && first.heads[0]["x"] == "y")
        #expect(second.events == ["103…", "204", "end"])
        #expect(
            servers[0].head(1) == [
                ":method": "POST", ":scheme": "http", ":authority": "shop", ":path": "/x?y", "x-name": "v",
                "te": "trailers",
            ])
        #expect(servers[0].head(1, 1) == ["x-sum": "6"])
        #expect(servers[0].body(1).count == 3)
        #expect(upstream.peers.count == 1 && pool.connectionCount == 1)
        #expect(first.connections == 1 && second.connections == 1)
        #expect(!early.isReused)
    }

    @Test func `takes as many requests as the upstream allows, and another connection the rest`() throws {
        serve(streams: 2)
        let recorders = (0..<4).map { _ in ClientRecorder() }
        _ = get(recorders[0])
        #expect(runs(loop) { servers.all.first?.head(1)[":path"] == "/" })
        // The client has answered our SETTINGS.
        #expect(runs(loop) { servers[0].frames.contains { $0.kind == .settings && $0.flags == Frame.ack } })

        let streams = recorders[1...].map { get($0) }
        #expect(runs(loop) { servers.all.count == 2 })
        #expect(runs(loop) { servers[1].head(3)[":path"] == "/" })
        #expect(servers[0].head(3)[":path"] == "/")
        #expect(servers[0].head(5) == [:])
        servers[0].respond(1, ends: true, [(":status", "200")])
        #expect(runs(loop) { recorders[0].events == ["200", "end"] })

        // There is room again.
        let last = ClientRecorder()
        #expect(get(last).isReused)
        #expect(runs(loop) { servers[0].head(5)[":path"] == "/" })
        #expect(pool.connectionCount == 2 && streams.count == 3)
    }

    @Test func `tells when there is room again`() throws {
        serve(streams: 1)
        var rooms = 0
        pool.onIdle = { rooms += 1 }
        let recorder = ClientRecorder()
        _ = get(recorder)
        #expect(runs(loop) { servers.all.first?.frames.contains { $0.flags == Frame.ack } == true })
        #expect(!pool.isReady(http2: true) && !pool.hasRoom(http2: true))

        servers[0].respond(1, ends: true, [(":status", "200")])

        #expect(runs(loop) { rooms == 1 })
        #expect(pool.isReady(http2: true) && !pool.isReady(http2: false))
    }

    @Test func `gives no new requests to one that says goodbye, and fails those it leaves out`() throws {
        let recorders = (0..<3).map { _ in ClientRecorder() }
        let served = get(recorders[0])
        let left = get(recorders[1])
        #expect(runs(loop) { servers.all.first?.hasEnded(3) == true })

        servers[0].send(Frame(kind: .goaway, payload: UInt32(1).bigEndianBytes + UInt32(0).bigEndianBytes))
        #expect(runs(loop) { left.isOver })
        #expect(recorders[1].events == ["failed: the peer refused the request"])
        #expect(!served.isOver)
        _ = get(recorders[2])
        #expect(runs(loop) { servers.all.count == 2 })
        servers[0].respond(1, ends: true, [(":status", "200")])

        #expect(runs(loop) { recorders[0].events == ["200", "end"] })
        #expect(runs(loop) { upstream.peers[0].hasEnded && pool.connectionCount == 1 })
    }

    @Test func `tells what a reset means`() throws {
        let recorders = (0..<3).map { _ in ClientRecorder() }
        for recorder in recorders { _ = get(recorder) }
        #expect(runs(loop) { servers.all.first?.hasEnded(5) == true })
        let server = servers[0]

        server.send(Frame(kind: .reset, stream: 1, payload: UInt32(7).bigEndianBytes))
        server.send(Frame(kind: .reset, stream: 3, payload: UInt32(8).bigEndianBytes))
        server.respond(5, [(":status", "200")])
        server.send(Frame(kind: .reset, stream: 5, payload: UInt32(2).bigEndianBytes))

        #expect(runs(loop) { recorders[2].events.count == 2 })
        #expect(recorders[0].events == ["failed: the peer refused the request"])
        #expect(recorders[1].events == ["failed: the peer gave the request up before it answered"])
        #expect(recorders[2].events == ["200", "failed: the peer closed the connection within its answer"])
        #expect(pool.connectionCount == 1)
    }

    @Test func `resets the stream of a request that is given up, and keeps the connection`() throws {
        let recorder = ClientRecorder()
        let stream = get(recorder)
        #expect(runs(loop) { servers.all.first?.hasEnded(1) == true })

        stream.cancel()

        #expect(runs(loop) { servers[0].frames(of: 1).last?.code == 8 })
        #expect(recorder.events == [])
        #expect(pool.connectionCount == 1)
        let next = ClientRecorder()
        _ = get(next)
        #expect(runs(loop) { servers[0].hasEnded(3) })
    }

    @Test func `stops sending a request that is answered early`() throws {
        let recorder = ClientRecorder()
        let stream = post(recorder)
        #expect(runs(loop) { servers.all.first?.head(1)[":method"] == "POST" })

        servers[0].respond(1, ends: true, [(":status", "413")])

        #expect(runs(loop) { recorder.events == ["413", "end"] })
        #expect(runs(loop) { servers[0].frames(of: 1).last?.code == 8 })
        #expect(stream.isOver && pool.connectionCount == 1)
    }

    @Test func `fails a request that is not as long as it said`() throws {
        for count in [3, 5] {
            let recorder = ClientRecorder()
            let stream = pool.open(recorder, http2: true)
            var head = RequestHead(method: "POST", target: "/", authority: "a")
            head.add("content-length", decimal: 4)
            stream.sendHead(head, endOfStream: false)

            _ = send(count, on: stream)
            stream.sendEnd()
            #expect(recorder.events == [])

            #expect(runs(loop) { stream.isOver })
            #expect(recorder.events.first?.contains("than it said") == true)
        }
        #expect(pool.connectionCount == 1)
    }

    @Test func `keeps little of a request that the upstream does not take`() throws {
        serve(window: 1000)
        let recorder = ClientRecorder()
        let stream = post(recorder)
        var sent = 0
        #expect(runs(loop) { servers.all.first?.head(1)[":method"] == "POST" })
        while send(10_000, on: stream) { sent += 10_000 }
        sent += 10_000

        #expect(runs(loop) { servers[0].body(1).count == 1000 })
        #expect(sent < 200_000 && pool.waitingBytes == sent - 1000)
        #expect(recorder.drains == 0)
        servers[0].widen(0, by: 1_000_000)
        servers[0].widen(1, by: 1_000_000)

        #expect(runs(loop) { servers[0].body(1).count == sent })
        #expect(recorder.drains == 1 && pool.waitingBytes == 0)
    }

    @Test func `lets a paused response be as long as its window`() throws {
        let (slow, quick) = (ClientRecorder(), ClientRecorder())
        let stream = get(slow)
        slow.onBody = { stream, _ in stream.pauseReading() }
        _ = get(quick)
        #expect(runs(loop) { servers.all.first?.frames.contains { $0.flags == Frame.ack } == true })
        let server = servers[0]
        server.respond(1, [(":status", "200")])
        server.respond(3, [(":status", "200")])

        for _ in 0..<10 { server.data(1, 10_000) }
        for _ in 0..<10 { server.data(3, 10_000) }

        #expect(runs(loop) { slow.bodyCount == 100_000 && quick.bodyCount == 100_000 })
        #expect(runs(loop) { server.frames(of: 3).contains { $0.kind == .windowUpdate } })
        #expect(!server.frames(of: 1).contains { $0.kind == .windowUpdate })
        slow.onBody = { _, _ in }
        stream.resumeReading()
        #expect(runs(loop) { server.frames(of: 1).contains { $0.kind == .windowUpdate } })
    }

    @Test func `ends with an upstream that sends more than the window`() throws {
        let recorder = ClientRecorder()
        let stream = get(recorder)
        stream.pauseReading()
        #expect(runs(loop) { servers.all.first?.frames.contains { $0.flags == Frame.ack } == true })
        servers[0].respond(1, [(":status", "200")])

        for _ in 0..<20 { servers[0].data(1, 10_000) }

        #expect(runs(loop) { stream.isOver })
        // nghttp2 tells the frame that is too much before it ends the stream.
        #expect(recorder.bodyCount <= 110_000)
        #expect(recorder.events.last?.hasPrefix("failed: ") == true)
    }

    @Test(
        arguments: [
            ([("x", "y")], "HTTP/2 error 1"), ([(":status", "1000")], "HTTP/2 error 1"),
            ([(":status", "200"), ("content-length", "1"), ("content-length", "1")], "HTTP/2 error 1"),
            ([(":status", "200"), ("transfer-encoding", "chunked")], "HTTP/2 error 1"),
            ([(":status", "101")], "HTTP/2 error 1"),
        ] as [([(String, String)], String)])
    func `fails a request whose answer is malformed`(_ fields: [(String, String)], _ reason: String) throws {
        let (recorder, other) = (ClientRecorder(), ClientRecorder())
        _ = get(recorder)
        _ = get(other)
        #expect(runs(loop) { servers.all.first?.hasEnded(3) == true })

        servers[0].respond(1, ends: true, fields)
        servers[0].respond(3, ends: true, [(":status", "200")])

        #expect(runs(loop) { other.events == ["200", "end"] })
        #expect(recorder.events.count == 1)
        #expect(recorder.events[0].hasPrefix("failed: the answer is malformed"), "\(recorder.events)")
    }

    @Test(
        arguments: [
            Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8),
            Frame(kind: .data, stream: 0, payload: [1]).bytes,
            Frame(kind: .pushPromise, flags: Frame.endHeaders, stream: 1, payload: [0, 0, 0, 2, 0x88]).bytes,
            Frame(kind: .windowUpdate, stream: 0, payload: [0, 0, 0, 0]).bytes,
            Frame(kind: .headers, flags: Frame.endHeaders, stream: 1, payload: [0xff, 0xff, 0xff]).bytes,
        ])
    func `fails everything on a connection that is no HTTP/2`(_ bytes: [UInt8]) throws {
        upstream.onAccept = nil
        let recorder = ClientRecorder()
        let stream = get(recorder)
        #expect(runs(loop) { upstream.peers.first?.received.isEmpty == false })
        if bytes[0] != UInt8(ascii: "H") {
            upstream.peers[0].send(Frame(kind: .settings).bytes + Frame(kind: .settings, flags: Frame.ack).bytes)
        }

        upstream.peers[0].send(bytes)

        #expect(runs(loop) { stream.isOver && pool.connectionCount == 0 })
        #expect(recorder.events.count == 1)
        #expect(recorder.events[0].hasPrefix("failed: the answer is malformed"), "\(recorder.events)")
    }

    @Test func `wants no answers to what it did not ask`() throws {
        upstream.onAccept = nil
        let recorder = ClientRecorder()
        _ = get(recorder)
        #expect(runs(loop) { upstream.peers.first?.received.isEmpty == false })

        // Before it has read our SETTINGS, an upstream may push.
        let pushed: [UInt8] =
            [0, 0, 0, 2] + HTTP2Peer.block([(":method", "GET"), (":path", "/"), (":scheme", "http")])
        upstream.peers[0].send(
            Frame(kind: .settings).bytes
                + Frame(kind: .pushPromise, flags: Frame.endHeaders, stream: 1, payload: pushed).bytes)
        let server = HTTP2Peer(serving: upstream.peers[0])
        server.respond(1, ends: true, [(":status", "200")])

        #expect(runs(loop) { recorder.events == ["200", "end"] })
        #expect(runs(loop) { server.frames(of: 2).contains { $0.kind == .reset } })
    }

    @Test func `tells a stale connection from a broken one`() throws {
        let recorders = (0..<3).map { _ in ClientRecorder() }
        _ = get(recorders[0])
        #expect(runs(loop) { servers.all.first?.hasEnded(1) == true })
        servers[0].respond(1, ends: true, [(":status", "200")])
        #expect(runs(loop) { recorders[0].events == ["200", "end"] })

        // Both at once: the request is on its way before the loop can see that the upstream has closed.
        upstream.peers[0].close()
        _ = get(recorders[1])
        #expect(runs(loop) { recorders[1].events == ["failed: the kept connection was closed by the peer"] })
        _ = get(recorders[2])
        #expect(runs(loop) { upstream.peers.count == 2 && upstream.peers[1].text.isEmpty == false })
        upstream.peers[1].reset()

        #expect(runs(loop) { recorders[2].events == ["failed: the peer closed the connection before it answered"] })
        #expect(pool.connectionCount == 0)
    }

    @Test func `fails what waits for it when it cannot be made`() throws {
        upstream.close()
        let recorders = (0..<3).map { _ in ClientRecorder() }

        let streams = recorders.map { get($0) }

        #expect(runs(loop) { streams.allSatisfy { $0.isOver } })
        for recorder in recorders { #expect(recorder.events.first?.contains("refused") == true) }
        #expect(pool.connectionCount == 0)
    }

    @Test func `says goodbye when it has not been used for long`() throws {
        var limits = HTTPClientLimits()
        limits.idleTimeout = .milliseconds(20)
        let pool = HTTPConnectionPool(loop: loop, address: upstream.address, limits: limits)
        let recorder = ClientRecorder()
        let stream = pool.open(recorder, http2: true)
        stream.sendHead(RequestHead(method: "GET", target: "/", authority: "a"), endOfStream: true)
        #expect(runs(loop) { servers.all.first?.hasEnded(1) == true })
        servers[0].respond(1, ends: true, [(":status", "200")])

        #expect(runs(loop) { upstream.peers[0].hasEnded && pool.connectionCount == 0 })
        #expect(servers[0].frames.last?.kind == .goaway)
        #expect(recorder.events == ["200", "end"])
    }

    @Test func `ends after its last response when its pool closes`() throws {
        let recorder = ClientRecorder()
        weak let stream = get(recorder)
        #expect(runs(loop) { servers.all.first?.hasEnded(1) == true })
        weak let connection = pool.anyConnection

        pool.close()
        #expect(pool.connectionCount == 1 && connection != nil)
        servers[0].respond(1, ends: true, [(":status", "200")])

        #expect(runs(loop) { pool.connectionCount == 0 && connection == nil })
        #expect(recorder.events == ["200", "end"])
        #expect(stream == nil)
    }

    @Test(arguments: 0..<60)
    func `survives whatever frames an upstream sends, and lets everything go`(_ seed: UInt64) throws {
        var random = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func draw(_ bound: UInt64) -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random % bound
        }
        let recorders = (0..<3).map { _ in ClientRecorder() }
        let streams = recorders.map { post($0) }
        #expect(runs(loop) { servers.all.first?.head(5)[":method"] == "POST" })
        let server = servers[0]

        for _ in 0..<40 {
            guard pool.connectionCount > 0 else { break }
            let stream = UInt32(draw(4) * 2 + draw(8) / 7)
            switch draw(8) {
            case 0: server.respond(stream, ends: draw(4) == 0, [(":status", "\(draw(700))")])
            case 1:
                server.respond(stream, ends: draw(2) == 0, [("x-\(draw(9))", "y"), ("content-length", "\(draw(9))")])
            case 2: server.data(stream, Int(draw(20_000)), ends: draw(4) == 0)
            case 3: server.widen(stream, by: UInt32(draw(1 << 31)))
            case 4: server.send(Frame(kind: .reset, stream: stream, payload: UInt32(draw(14)).bigEndianBytes))
            case 5:
                let id = UInt16(draw(9))
                server.send(
                    Frame(
                        kind: .settings,
                        payload: [UInt8(id >> 8), UInt8(id & 255)] + UInt32(draw(1 << 32)).bigEndianBytes))
            default:
                let kind = Frame.Kind(rawValue: UInt8(draw(10))) ?? .ping
                let payload = (0..<draw(30)).map { _ in UInt8(draw(256)) }
                server.send(Frame(kind: kind, flags: UInt8(draw(256)), stream: stream, payload: payload))
            }
            if draw(3) == 0 { _ = send(Int(draw(5000)), on: streams[Int(draw(3))]) }
            if draw(12) == 0 { streams[Int(draw(3))].pauseReading() }
            if draw(6) == 0 { streams[Int(draw(3))].resumeReading() }
            if draw(30) == 0 { streams[Int(draw(3))].cancel() }
            rests(loop, milliseconds: 0)
        }
        upstream.peers[0].reset()

        #expect(runs(loop) { pool.connectionCount == 0 && streams.allSatisfy { $0.isOver } })
        // Whoever was told of an end was told once.
        for recorder in recorders {
            #expect(recorder.events.filter { $0 == "end" || $0.hasPrefix("failed") }.count <= 1, "\(recorder.events)")
        }
    }

    @Test func `carries much in both directions at once without waiting for itself`() throws {
        let echo = ServerRecorder()
        echo.onRequest = { stream, _ in stream.sendHead(ResponseHead(status: 200), endOfStream: false) }
        echo.onBody = { stream, bytes in if !stream.sendBody(bytes) { stream.pauseReading() } }
        echo.onDrained = { $0.resumeReading() }
        echo.onEnd = { $0.sendEnd() }
        var limits = HTTPServerLimits()
        limits.http2 = HTTP2Limits()
        let listener = try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: echo)
        let pool = HTTPConnectionPool(loop: loop, address: listener.boundAddress)
        let total = 4_000_000
        var senders: [Sender] = []
        for _ in 0..<4 { senders.append(Sender(pool: pool, left: total)) }

        #expect(runs(loop) { senders.allSatisfy { $0.recorder.events == ["200", "end"] } })
        #expect(senders.allSatisfy { $0.recorder.bodyCount == total })
        #expect(listener.connectionCount == 1)
    }

    /// Sends as long as it is let.
    private final class Sender {
        let recorder = ClientRecorder()
        private var left: Int

        init(pool: HTTPConnectionPool, left: Int) {
            self.left = left
            recorder.onDrained = { [unowned self] in feed($0) }
            let stream = pool.open(recorder, http2: true)
            stream.sendHead(RequestHead(method: "POST", target: "/", authority: "a"), endOfStream: false)
            feed(stream)
        }

        private func feed(_ stream: HTTPClientStream) {
            while left > 0 {
                let count = min(left, 10_000)
                left -= count
                if [UInt8](repeating: 1, count: count).withUnsafeBytes({ !stream.sendBody($0) }) { return }
            }
            stream.sendEnd()
        }
    }
}
