import HTTPTransport
import HTTPWire
import SystemIO
import TestSupport
import Testing

@Suite struct `A connection pool` {
    private let loop: EventLoop
    private let upstream: RawListener
    private let pool: HTTPConnectionPool

    init() throws {
        loop = try EventLoop()
        upstream = try RawListener(loop)
        var limits = HTTPClientLimits()
        limits.connections = 3
        pool = HTTPConnectionPool(loop: loop, address: upstream.address, limits: limits)
    }

    private func get(_ recorder: ClientRecorder, fresh: Bool = false) -> HTTPClientStream {
        let stream = pool.open(recorder, fresh: fresh)
        stream.sendHead(RequestHead(method: "GET", target: "/", authority: "a"), endOfStream: true)
        return stream
    }

    private let ok = lines("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")

    @Test func `uses a connection again`() throws {
        upstream.onAccept = { peer in peer.send(ok) }
        let first = ClientRecorder()
        _ = get(first)
        #expect(runs(loop) { first.events == ["200", "end"] })
        #expect(pool.idleCount == 1)
        let second = ClientRecorder()

        let stream = get(second)
        upstream.peers[0].send(ok)

        #expect(runs(loop) { second.events == ["200", "end"] })
        #expect(stream.isReused)
        #expect(upstream.peers.count == 1)
        #expect(upstream.peers[0].text == String(repeating: lines("GET / HTTP/1.1\nhost: a\n\n"), count: 2))
    }

    @Test func `keeps so many connections without a request`() throws {
        var limits = HTTPClientLimits()
        limits.idleConnections = 1
        let pool = HTTPConnectionPool(loop: loop, address: upstream.address, limits: limits)
        let recorders = [ClientRecorder(), ClientRecorder()]
        for recorder in recorders {
            pool.open(recorder).sendHead(RequestHead(method: "GET", target: "/", authority: "a"), endOfStream: true)
        }
        #expect(runs(loop) { upstream.peers.count == 2 && upstream.peers.allSatisfy { !$0.text.isEmpty } })

        for peer in upstream.peers { peer.send(ok) }

        #expect(runs(loop) { recorders.allSatisfy { $0.events == ["200", "end"] } })
        #expect(pool.idleCount == 1)
        #expect(runs(loop) { upstream.peers.filter(\.hasEnded).count == 1 })
    }

    @Test func `answers that come before their question are refused`() throws {
        upstream.onAccept = { peer in peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        let recorder = ClientRecorder()

        let stream = pool.open(recorder)

        #expect(runs(loop) { stream.isOver })
        #expect(recorder.events == ["failed: the answer is malformed: it answers before it was asked"])
    }

    @Test func `drops a kept connection that the upstream closes`() throws {
        upstream.onAccept = { peer in peer.send(ok) }
        let recorder = ClientRecorder()
        _ = get(recorder)
        #expect(runs(loop) { pool.idleCount == 1 })

        upstream.peers[0].close()

        #expect(runs(loop) { pool.idleCount == 0 && pool.connectionCount == 0 })
    }

    @Test func `tells a stale connection from a broken one`() throws {
        upstream.onAccept = { peer in peer.send(ok) }
        let first = ClientRecorder()
        _ = get(first)
        #expect(runs(loop) { pool.idleCount == 1 })
        // Both at once: the request is on its way before the loop can see that the upstream has closed.
        let second = ClientRecorder()
        upstream.peers[0].close()
        _ = get(second)
        #expect(runs(loop) { second.events == ["failed: the kept connection was closed by the peer"] })

        upstream.onAccept = nil
        let third = ClientRecorder()
        _ = get(third)
        #expect(runs(loop) { upstream.peers.count == 2 && upstream.peers[1].text.isEmpty == false })
        upstream.peers.last?.reset()

        #expect(runs(loop) { third.events == ["failed: the peer closed the connection before it answered"] })
    }

    @Test func `takes half a head for a wrong answer`() throws {
        upstream.onAccept = { peer in
            peer.send(lines("HTTP/1.1 200 OK\nContent-"))
            peer.endSending()
        }
        let recorder = ClientRecorder()

        _ = get(recorder)

        #expect(runs(loop) { recorder.events == ["failed: the answer is malformed: it ends inside a head"] })
    }

    @Test func `tells an answer that is cut`() throws {
        upstream.onAccept = { peer in
            peer.send(lines("HTTP/1.1 200 OK\nContent-Length: 20\n\nok"))
            peer.endSending()
        }
        let recorder = ClientRecorder()

        _ = get(recorder)

        #expect(runs(loop) { recorder.events == ["200", "failed: the peer closed the connection within its answer"] })
        #expect(pool.connectionCount == 0)
    }

    @Test func `takes the connection's end for the body's where there is no length`() throws {
        upstream.onAccept = { peer in
            peer.send(lines("HTTP/1.1 200 OK\n\nuntil the end"))
            peer.endSending()
        }
        let recorder = ClientRecorder()

        _ = get(recorder)

        #expect(runs(loop) { recorder.events == ["200", "end"] })
        #expect(recorder.bodyCount == 13)
        #expect(pool.connectionCount == 0)
    }

    @Test func `does not trust a connection with more than the answer`() throws {
        upstream.onAccept = { peer in peer.send(ok + ok) }
        let recorder = ClientRecorder()

        _ = get(recorder)

        #expect(runs(loop) { recorder.events == ["200", "end"] })
        #expect(pool.connectionCount == 0)
    }

    @Test func `tells interim answers`() throws {
        upstream.onAccept = { peer in peer.send(lines("HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early\nLink: x\n\n") + ok)
        }
        let recorder = ClientRecorder()

        _ = get(recorder)

        #expect(runs(loop) { recorder.events == ["100…", "103…", "200", "end"] })
    }

    @Test(arguments: [true, false])
    func `passes trailers on where it is let`(_ passes: Bool) throws {
        pool.limits.wire.passesTrailers = passes
        upstream.onAccept = { peer in
            peer.send(
                lines("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\nX-Sum:  6 \nHost: b\n\n"))
        }
        let recorder = ClientRecorder()
        let stream = pool.open(recorder)
        stream.sendHead(RequestHead(method: "POST", target: "/", authority: "a"), endOfStream: false)
        [1].withUnsafeBytes { _ = stream.sendBody(UnsafeRawBufferPointer(rebasing: $0[..<1])) }
        stream.sendEnd(trailers: ["x-check": "a\nb", "content-length": "5"])

        #expect(runs(loop) { stream.isOver })
        #expect(recorder.events == (passes ? ["200", "trailers X-Sum=6", "end"] : ["200", "end"]))
        #expect(upstream.peers[0].text.hasSuffix(lines(passes ? "0\nx-check: a b\n\n" : "0\n\n")))
        #expect(pool.idleCount == 1)
    }

    @Test func `reports an early answer to a long request`() throws {
        upstream.onAccept = { peer in
            peer.send(lines("HTTP/1.1 413 Content Too Large\nContent-Length: 0\nConnection: close\n\n"))
            peer.endSending()
            peer.isPaused = true
        }
        let recorder = ClientRecorder()
        let stream = pool.open(recorder)
        stream.sendHead(RequestHead(method: "POST", target: "/", authority: "a"), endOfStream: false)

        for _ in 0..<100 { [UInt8](repeating: 0, count: 100_000).withUnsafeBytes { _ = stream.sendBody($0) } }

        #expect(runs(loop) { recorder.events == ["413", "end"] })
        #expect(pool.connectionCount == 0)
    }

    @Test func `refuses requests beyond its limit`() throws {
        let recorders = (0..<4).map { _ in ClientRecorder() }

        let streams = recorders.map { get($0) }

        #expect(recorders[3].events == [])
        #expect(runs(loop) { streams[3].isOver })
        #expect(recorders[3].events == ["failed: too many connections to the peer"])
        #expect(runs(loop) { upstream.peers.count == 3 })
    }

    @Test func `gives up connecting in time`() throws {
        // A listener whose backlog is full takes no more connections.
        let full = try Socket.listening(on: .loopback(), backlog: 0)
        defer { full.close() }
        let address = try #require(full.localAddress)
        let blockers = try (0..<4).map { _ in try RawPeer(loop, connectingTo: address) }
        var limits = HTTPClientLimits()
        limits.connectTimeout = .milliseconds(30)
        let pool = HTTPConnectionPool(loop: loop, address: address, limits: limits)
        let recorder = ClientRecorder()

        let stream = pool.open(recorder)
        stream.sendHead(RequestHead(method: "GET", target: "/", authority: "a"), endOfStream: true)

        #expect(runs(loop) { recorder.events == ["failed: connecting took too long"] })
        #expect(blockers.count == 4)
    }

    @Test func `closes the connection of a request that is given up`() throws {
        let recorder = ClientRecorder()
        let stream = get(recorder)
        #expect(runs(loop) { upstream.peers.first?.text.isEmpty == false })

        stream.cancel()

        #expect(runs(loop) { upstream.peers[0].hasEnded })
        #expect(recorder.events == [])
        #expect(pool.connectionCount == 0)
    }

    @Test func `lets go of closed connections`() throws {
        upstream.onAccept = { peer in peer.send(ok) }
        let recorder = ClientRecorder()
        weak let stream = get(recorder)
        #expect(runs(loop) { recorder.events == ["200", "end"] })
        weak let connection = pool.anyConnection
        #expect(connection != nil)

        pool.close()

        #expect(connection == nil)
        #expect(stream == nil)
    }
}
