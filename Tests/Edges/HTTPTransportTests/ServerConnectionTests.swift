import HTTPTransport
import HTTPWire
import SystemIO
import TestSupport
import Testing

@Suite struct `A server connection` {
    private let loop: EventLoop
    private let recorder = ServerRecorder()

    init() throws {
        loop = try EventLoop()
    }

    private func listen(_ limits: HTTPServerLimits = HTTPServerLimits()) throws -> HTTPListener {
        try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: recorder)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost : a\n\n", 400), ("GET / HTTP/1.0\nHost: a\n\n", 426),
        ("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: x\n\n", 501), ("\u{16}\u{3}\u{1}", 400),
    ])
    func `answers what is no HTTP and closes`(_ text: String, _ status: Int) throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(lines(text))

        #expect(runs(loop) { peer.hasEnded })
        #expect(peer.text.hasPrefix("HTTP/1.1 \(status) "))
        #expect(peer.text.contains("connection: close"))
        #expect(recorder.events == [])
        #expect(runs(loop) { listener.connectionCount == 0 })
    }

    @Test func `answers pipelined requests in order, one at a time`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(lines("GET /1 HTTP/1.1\nHost: a\n\nPOST /2 HTTP/1.1\nHost: a\nContent-Length: 2\n\nxyGET /3 HT"))
        #expect(runs(loop) { !recorder.streams.isEmpty })
        #expect(recorder.events == ["get /1", "end"])
        peer.send(lines("TP/1.1\nHost: a\n\n"))
        recorder.streams[0].answer("one")
        #expect(runs(loop) { recorder.streams.count == 2 })
        #expect(recorder.events == ["get /1", "end", "post /2", "end"])
        recorder.streams[1].answer("two")
        #expect(runs(loop) { recorder.streams.count == 3 })
        recorder.streams[2].answer("three")

        #expect(runs(loop) { peer.text.hasSuffix("three") })
        #expect(peer.text.ranges(of: "HTTP/1.1 200 OK").count == 3)
        #expect(listener.connectionCount == 1)
    }

    @Test func `holds back a client that pipelines without end`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        let request = lines("GET / HTTP/1.1\nHost: a\n\n")

        // More than all buffers between the two can hold, none of it answered.
        peer.send(String(repeating: request, count: 1_000_000))
        #expect(runs(loop) { !recorder.streams.isEmpty })
        rests(loop, milliseconds: 50)

        #expect(peer.unsentCount > 1_000_000)
        #expect(recorder.streams.count == 1)
    }

    @Test func `stops answering a client that takes no answers`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        let large = String(repeating: "x", count: 100_000)
        recorder.onEnd = { $0.answer(large) }
        peer.isPaused = true

        peer.send(String(repeating: lines("GET / HTTP/1.1\nHost: a\n\n"), count: 1000))
        rests(loop, milliseconds: 100)
        let answered = recorder.streams.count
        #expect(answered < 200)
        peer.isPaused = false

        #expect(runs(loop) { peer.received.count >= 1000 * 100_000 })
        #expect(recorder.streams.count == 1000)
    }

    @Test func `tells a client that waits to go on`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        recorder.onEnd = { $0.answer("done") }

        peer.send(lines("POST / HTTP/1.1\nHost: a\nContent-Length: 3\nExpect: 100-continue\n\n"))
        #expect(runs(loop) { peer.text == "HTTP/1.1 100 Continue\r\n\r\n" })
        peer.send("abc")

        #expect(runs(loop) { peer.text.hasSuffix("done") })
    }

    @Test func `closes instead of guessing whether a refused body comes`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        recorder.onRequest = { stream, _ in stream.answer("no", status: 403) }

        peer.send(lines("POST / HTTP/1.1\nHost: a\nContent-Length: 3\nExpect: 100-continue\n\n"))

        #expect(runs(loop) { peer.hasEnded })
        #expect(!peer.text.contains("100 Continue"))
        #expect(peer.text.contains("connection: close"))
    }

    @Test func `skips the rest of a small body after an early answer`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        recorder.onRequest = { stream, _ in stream.answer("early") }

        peer.send(lines("POST /1 HTTP/1.1\nHost: a\nContent-Length: 1000\n\n") + String(repeating: "x", count: 500))
        #expect(runs(loop) { peer.text.hasSuffix("early") })
        peer.send(String(repeating: "x", count: 500) + lines("GET /2 HTTP/1.1\nHost: a\n\n"))

        #expect(runs(loop) { recorder.events == ["post /1", "get /2"] })
    }

    @Test func `lets its last answer arrive when a large body follows`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        recorder.onRequest = { stream, _ in stream.answer("too large", status: 413) }

        peer.send(lines("POST /1 HTTP/1.1\nHost: a\nContent-Length: 3000000\n\n"))
        peer.send([UInt8](repeating: 0, count: 3_000_000))

        #expect(runs(loop) { peer.hasEnded })
        #expect(peer.text.hasSuffix("too large"))
        #expect(!peer.isBroken)
    }

    @Test func `answers a client that has ended its direction`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        peer.endSending()
        #expect(runs(loop) { !recorder.streams.isEmpty })
        rests(loop, milliseconds: 5)
        recorder.streams[0].answer("late")

        #expect(runs(loop) { peer.hasEnded })
        #expect(peer.text.hasSuffix("late"))
        #expect(runs(loop) { listener.connectionCount == 0 })
    }

    @Test func `aborts a request whose client resets`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        peer.send(lines("GET / HTTP/1.1\nHost: a\n\nGET /pipelined"))
        #expect(runs(loop) { !recorder.streams.isEmpty })

        peer.reset()

        #expect(runs(loop) { recorder.events.last == "aborted: the client closed the connection" })
        #expect(recorder.streams[0].isOver)
        #expect(listener.connectionCount == 0)
    }

    @Test func `aborts a request whose body is cut`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(lines("POST / HTTP/1.1\nHost: a\nContent-Length: 5\n\nhel"))
        peer.endSending()

        #expect(runs(loop) { recorder.events == ["post /", "aborted: the client closed the connection"] })
    }

    @Test func `resets when a broken body follows a begun answer`() throws {
        let listener = try listen()
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        recorder.onRequest = { stream, _ in stream.sendHead(ResponseHead(status: 200), endOfStream: false) }

        peer.send(lines("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n"))
        #expect(runs(loop) { peer.text.contains("200 OK") })
        peer.send("zz\r\n")

        #expect(runs(loop) { peer.isBroken })
        #expect(
            recorder.events.last == "aborted: malformed request: a chunk's size is not a hexadecimal number")
    }

    @Test func `resets when the handler breaks its promised length`() throws {
        let listener = try listen()
        for length in [2, 20] {
            recorder.onEnd = { stream in
                var head = ResponseHead(status: 200)
                head.add("content-length", decimal: length)
                stream.sendHead(head, endOfStream: false)
                [UInt8](repeating: 0x78, count: 10).withUnsafeBytes { _ = stream.sendBody($0) }
                stream.sendEnd()
            }
            let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

            peer.send(lines("GET / HTTP/1.1\nHost: a\n\n"))

            #expect(runs(loop) { peer.isBroken })
        }
        #expect(listener.connectionCount == 0)
    }

    @Test func `frames answers as their request allows`() throws {
        var limits = HTTPServerLimits()
        limits.wire.servesHTTP10 = true
        let listener = try listen(limits)
        recorder.onEnd = { stream in
            stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            Array("abc".utf8).withUnsafeBytes { _ = stream.sendBody($0) }
            stream.sendEnd()
        }
        let expected = [
            "GET / HTTP/1.1": "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n0\n\n",
            "HEAD / HTTP/1.1": "HTTP/1.1 200 OK\n\n", "GET / HTTP/1.0": "HTTP/1.1 200 OK\nconnection: close\n\nabc",
        ]
        for (line, answer) in expected {
            let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

            peer.send(lines("\(line)\nHost: a\n\n"))

            #expect(runs(loop) { peer.text == lines(answer) }, "\(line): \(peer.text)")
        }
    }

    @Test func `drops clients that are slow to ask`() throws {
        var limits = HTTPServerLimits()
        limits.headTimeout = .milliseconds(20)
        limits.idleTimeout = .milliseconds(20)
        limits.stallTimeout = .milliseconds(20)
        let listener = try listen(limits)
        recorder.onEnd = { $0.answer("ok") }
        let silent = try RawPeer(loop, connectingTo: listener.boundAddress)
        let slowHead = try RawPeer(loop, connectingTo: listener.boundAddress)
        let slowBody = try RawPeer(loop, connectingTo: listener.boundAddress)
        let idle = try RawPeer(loop, connectingTo: listener.boundAddress)

        slowHead.send(lines("GET / HTTP/1.1\nHo"))
        slowBody.send(lines("POST /b HTTP/1.1\nHost: a\nContent-Length: 5\n\nab"))
        idle.send(lines("GET / HTTP/1.1\nHost: a\n\n"))

        #expect(runs(loop) { silent.hasEnded && slowHead.hasEnded && slowBody.hasEnded && idle.hasEnded })
        #expect(silent.text == "")
        #expect(slowHead.text.hasPrefix("HTTP/1.1 408 "))
        #expect(slowBody.text.hasPrefix("HTTP/1.1 408 "))
        #expect(idle.text.hasSuffix("ok"))
        #expect(recorder.events.contains("aborted: the client was idle for too long"))
        #expect(listener.connectionCount == 0)
    }

    @Test func `drops clients that take nothing`() throws {
        var limits = HTTPServerLimits()
        limits.stallTimeout = .milliseconds(20)
        let listener = try listen(limits)
        recorder.onEnd = { $0.answer(String(repeating: "x", count: 20_000_000)) }
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        peer.isPaused = true

        peer.send(lines("GET / HTTP/1.1\nHost: a\n\n"))

        #expect(runs(loop) { recorder.streams.count == 1 && listener.connectionCount == 0 })
    }

    @Test func `is released when it closes`() throws {
        let listener = try listen()
        recorder.onEnd = { $0.answer("ok") }
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
        peer.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        #expect(runs(loop) { peer.text.hasSuffix("ok") })
        weak let connection = listener.anyConnection
        #expect(connection != nil)

        peer.close()

        #expect(runs(loop) { connection == nil })
    }

    @Test(arguments: [true, false])
    func `passes trailers on where it is let`(_ passes: Bool) throws {
        let loop = try EventLoop()
        let recorder = ServerRecorder()
        var limits = HTTPServerLimits()
        limits.wire.passesTrailers = passes
        let listener = try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: recorder)
        recorder.onEnd = { stream in
            stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            stream.sendEnd(trailers: ["x-sum": "6"])
        }
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(lines("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n1\nx\n0\nX-Check: 1\n\n"))

        #expect(runs(loop) { peer.text.hasSuffix(lines(passes ? "0\nx-sum: 6\n\n" : "0\n\n")) })
        #expect(recorder.events == (passes ? ["post /", "trailers X-Check=1", "end"] : ["post /", "end"]))
    }

    @Test func `leaves it to its handler to let a client go on, where told to`() throws {
        let loop = try EventLoop()
        let recorder = ServerRecorder()
        var limits = HTTPServerLimits()
        limits.leavesContinue = true
        let listener = try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: recorder)
        recorder.onRequest = { _, head in #expect(head["expect"] == "100-continue") }
        recorder.onEnd = { $0.answer("ok") }
        let peer = try RawPeer(loop, connectingTo: listener.boundAddress)

        peer.send(lines("POST / HTTP/1.1\nHost: a\nContent-Length: 1\nExpect: 100-continue\n\n"))
        #expect(runs(loop) { recorder.streams.count == 1 })
        rests(loop, milliseconds: 5)
        #expect(peer.text.isEmpty)
        var hint = ResponseHead(status: 103)
        hint.add("link", "</a>")
        recorder.streams[0].sendInterim(hint)
        recorder.streams[0].sendInterim(ResponseHead(status: 100))
        #expect(runs(loop) { peer.text.contains("100 Continue") })
        #expect(peer.text == lines("HTTP/1.1 103 \nlink: </a>\n\nHTTP/1.1 100 Continue\n\n"))
        peer.send("x")

        #expect(runs(loop) { peer.text.hasSuffix("ok") })
        #expect(!peer.text.contains("close"))
    }
}
