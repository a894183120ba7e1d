import HTTPTransport
import HTTPWire
import SystemIO
import TestSupport
import Testing

@Suite struct `An HTTP/2 server connection` {
    private let loop: EventLoop
    private let recorder = ServerRecorder()

    init() throws {
        loop = try EventLoop()
    }

    private func listen(_ change: (inout HTTPServerLimits) -> Void = { _ in }) throws -> HTTPListener {
        var limits = HTTPServerLimits()
        limits.http2 = HTTP2Limits()
        change(&limits)
        return try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: recorder)
    }

    @Test func `is what a client gets that begins with the preface`() throws {
        let listener = try listen()
        recorder.onRequest = { _, head in
            #expect(head.version == .http2)
            #expect(head["cookie"] == "a=1; b=2")
            #expect(String(decoding: head.authority, as: UTF8.self) == "a")
        }
        recorder.onEnd = { $0.answer("hello") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, "GET", "/x?y=1", [("cookie", "a=1"), ("cookie", "b=2")])

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.frames.first?.kind == .settings)
        #expect(peer.head(1) == [":status": "200", "content-length": "5"])
        #expect(peer.text(1) == "hello")
        #expect(recorder.events == ["get /x?y=1", "end"])
        #expect(listener.connectionCount == 1)
    }

    @Test func `is not to be had where it is not offered, nor after a request`() throws {
        let plain = try listen { $0.http2 = nil }
        let both = try listen()
        recorder.onEnd = { $0.answer("ok") }
        let first = try RawPeer(loop, connectingTo: plain.boundAddress)
        let second = try RawPeer(loop, connectingTo: both.boundAddress)

        first.send(HTTP2Peer.preface)
        second.send(lines("GET / HTTP/1.1\nHost: a\n\n") + HTTP2Peer.preface)

        #expect(runs(loop) { first.hasEnded && second.hasEnded })
        #expect(first.text.hasPrefix("HTTP/1.1 505 "))
        #expect(second.text.hasPrefix("HTTP/1.1 200 ") && second.text.contains("HTTP/1.1 505 "))
    }

    @Test func `takes its preface in any pieces`() throws {
        let listener = try listen()
        recorder.onEnd = { $0.answer("ok") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress, greets: false)

        for byte in Array(HTTP2Peer.preface.utf8) + Frame(kind: .settings).bytes {
            peer.peer.send([byte])
            rests(loop, milliseconds: 1)
        }
        peer.request(1)

        #expect(runs(loop) { peer.text(1) == "ok" })
    }

    @Test(arguments: ["PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n"])
    func `closes when the preface is not whole`(_ preface: String) throws {
        let listener = try listen { $0.headTimeout = .milliseconds(20) }
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(preface)

        #expect(runs(loop) { peer.hasEnded })
        #expect(runs(loop) { listener.connectionCount == 0 })
        #expect(recorder.events == [])
    }

    @Test func `answers requests side by side, in any order`() throws {
        let listener = try listen()
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, "GET", "/1")
        peer.request(3, "POST", "/3", ends: false)
        #expect(runs(loop) { recorder.streams.count == 2 })
        peer.data(3, 10, ends: true)
        #expect(runs(loop) { recorder.events.count == 4 })
        recorder.streams[1].answer("three")
        #expect(runs(loop) { peer.hasEnded(3) })
        recorder.streams[0].answer("one")

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.text(1) == "one" && peer.text(3) == "three")
        #expect(recorder.events == ["get /1", "end", "post /3", "end"])
        #expect(recorder.bodyCount == 10)
    }

    @Test func `ends a response with trailers`() throws {
        let listener = try listen()
        recorder.onEnd = { stream in
            stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            [1, 2, 3].withUnsafeBytes { _ = stream.sendBody(UnsafeRawBufferPointer(rebasing: $0[..<3])) }
            stream.sendEnd(trailers: ["Grpc-Status": "0", "grpc-message": "a\nb"])
        }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1)

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.frames(of: 1).map(\.description) == ["headers 1", "data 1", "headers 1 end"])
        #expect(peer.head(1, 1) == ["grpc-status": "0", "grpc-message": "a b"])
    }

    @Test func `tells the fields after a request's body`() throws {
        let listener = try listen()
        recorder.onEnd = { $0.answer("ok") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, "POST", "/", ends: false)
        peer.data(1, 3)
        peer.respond(1, ends: true, [("x-sum", "6"), ("content-length", "3"), ("host", "b")])

        #expect(runs(loop) { peer.hasEnded(1) })
        // Those that would be taken for the head's are not told.
        #expect(recorder.events == ["post /", "trailers x-sum=6", "end"])
        #expect(recorder.bodyCount == 3)
    }

    @Test func `is the only one where HTTP1 is not served`() throws {
        let listener = try listen { $0.http1 = false }
        recorder.onEnd = { $0.answer("ok") }
        let old = try RawPeer(loop, connectingTo: listener.boundAddress)
        let new = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        old.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        new.request(1)

        #expect(runs(loop) { new.hasEnded(1) && old.hasEnded })
        #expect(recorder.events == ["get /", "end"])
        #expect(!old.text.contains("HTTP/1.1"))
    }

    @Test func `ends a response without a body with its head`() throws {
        let listener = try listen()
        recorder.onEnd = { stream in
            var head = ResponseHead(status: 204)
            head.add("connection", "close")
            head.add("Transfer-Encoding", "chunked")
            head.add("X-Name", "v")
            stream.sendHead(head, endOfStream: true)
        }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1)

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.frames(of: 1).map(\.description) == ["headers 1 end"])
        #expect(peer.head(1) == [":status": "204", "x-name": "v"])
    }

    @Test func `sends no body with the answer to HEAD`() throws {
        let listener = try listen()
        recorder.onEnd = { $0.answer("hello") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, "HEAD")

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.head(1)["content-length"] == "5")
        #expect(peer.body(1) == [])
    }

    @Test func `tells a client that waits to go on`() throws {
        let listener = try listen()
        recorder.onRequest = { _, head in #expect(head["expect"] == nil) }
        recorder.onEnd = { $0.answer("done") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, "POST", "/", ends: false, [("expect", "100-continue")])
        #expect(runs(loop) { peer.head(1)[":status"] == "100" })
        peer.data(1, 3, ends: true)

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.head(1, 1)[":status"] == "200")
    }

    @Test func `tells a client to stop whose request is answered early, after a while`() throws {
        let listener = try listen { $0.halfCloseGrace = .milliseconds(30) }
        recorder.onRequest = { stream, _ in stream.answer("no", status: 403) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, "POST", "/", ends: false)
        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.frames(of: 1).last?.kind == .data)
        #expect(runs(loop) { peer.frames(of: 1).last?.kind == .reset })
        peer.data(1, 1000)
        peer.request(3)

        #expect(runs(loop) { peer.hasEnded(3) })
        #expect(peer.frames(of: 1).map(\.description) == ["headers 1", "data 1 end", "reset 1 code 0"])
        #expect(recorder.events == ["post /", "get /"])
    }

    @Test func `resets a stream whose handler gives up or breaks its promise`() throws {
        let listener = try listen()
        recorder.onRequest = { stream, head in
            var answer = ResponseHead(status: 200)
            answer.add("content-length", decimal: 5)
            switch String(decoding: head.target, as: UTF8.self) {
            case "/abort": stream.abort()
            case "/short":
                stream.sendHead(answer, endOfStream: false)
                stream.sendEnd()
            default:
                stream.sendHead(answer, endOfStream: false)
                [UInt8](repeating: 0, count: 6).withUnsafeBytes { _ = stream.sendBody($0) }
            }
        }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        for (number, path) in ["/abort", "/short", "/long"].enumerated() {
            let stream = UInt32(2 * number + 1)
            peer.request(stream, "GET", path)
            #expect(runs(loop) { peer.frames(of: stream).last?.code == 2 }, "\(path)")
        }
        #expect(recorder.streams.allSatisfy { $0.isOver })
        #expect(listener.connectionCount == 1)
    }

    @Test func `aborts a request that is reset, and those of a client that goes`() throws {
        let listener = try listen()
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        peer.request(1, "GET", "/1")
        peer.request(3, "GET", "/3")
        #expect(runs(loop) { recorder.streams.count == 2 })

        peer.send(Frame(kind: .reset, stream: 1, payload: UInt32(8).bigEndianBytes))
        #expect(runs(loop) { recorder.streams[0].isOver })
        #expect(!recorder.streams[1].isOver)
        peer.peer.reset()

        #expect(runs(loop) { recorder.streams[1].isOver })
        #expect(
            recorder.events.suffix(2) == [
                "aborted: the client closed the connection", "aborted: the client closed the connection",
            ])
        #expect(listener.connectionCount == 0)
    }

    @Test func `aborts a request that breaks the protocol`() throws {
        let listener = try listen()
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, "POST", "/", ends: false, [("content-length", "3")])
        peer.data(1, 10, ends: true)

        #expect(runs(loop) { recorder.events.last == "aborted: malformed request: HTTP/2 error 1" })
        #expect(listener.connectionCount == 1)
    }

    @Test(
        arguments: [
            ("GET", "x", [], 400),
            ("GET", "/", [("x", String(repeating: "y", count: 2000))], 431),
            ("GET", "/", (0..<60).map { ("x\($0)", "") }, 431),
        ] as [(String, String, [(String, String)], Int)])
    func `answers what no handler should see`(
        _ method: String, _ path: String, _ fields: [(String, String)], _ status: Int
    ) throws {
        let listener = try listen {
            $0.wire.headBytes = 1500
            $0.wire.fieldCount = 50
        }
        var refusals: [Int] = []
        listener.onMalformedRequest = { status, _ in refusals.append(status) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1, method, path, fields)

        #expect(runs(loop) { !peer.frames(of: 1).isEmpty })
        // nghttp2 refuses by itself a path that is none.
        let answer = peer.head(1)[":status"].flatMap { Int($0) } ?? (peer.frames(of: 1).last?.code == 1 ? 400 : nil)
        #expect(answer == status, "\(peer.frames(of: 1))")
        #expect(recorder.events == [])
        #expect(listener.connectionCount == 1)
    }

    @Test func `drains with a GOAWAY and lets what is in progress end`() throws {
        let listener = try listen()
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        peer.request(1)
        #expect(runs(loop) { recorder.streams.count == 1 })
        var isDrained = false

        listener.drain(deadline: .seconds(60)) { isDrained = true }
        #expect(runs(loop) { peer.frames.contains { $0.kind == .goaway } && peer.frames.last?.kind == .ping })
        // On its way when the notice came.
        peer.request(3)
        let ping = peer.frames.last { $0.kind == .ping }
        peer.send(Frame(kind: .ping, flags: Frame.ack, payload: ping?.payload ?? []))
        #expect(runs(loop) { peer.frames.filter { $0.kind == .goaway }.count == 2 })
        for stream in recorder.streams { stream.answer("last") }

        #expect(runs(loop) { peer.peer.hasEnded && isDrained })
        #expect(peer.text(1) == "last" && peer.text(3) == "last")
        #expect(peer.frames.last { $0.kind == .goaway }?.payload.prefix(4) == [0, 0, 0, 3])
    }

    @Test func `is released when it closes`() throws {
        let listener = try listen()
        recorder.onEnd = { $0.answer("ok") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        peer.request(1)
        #expect(runs(loop) { peer.hasEnded(1) })
        weak let connection = listener.anyConnection
        #expect(connection != nil)

        peer.peer.close()

        #expect(runs(loop) { connection == nil })
    }
}
