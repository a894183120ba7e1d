import HTTPTransport
import HTTPWire
import SystemIO
import TestSupport
import Testing

@Suite struct `An HTTP/2 client that asks too much` {
    private let loop: EventLoop
    private let recorder = ServerRecorder()

    init() throws {
        loop = try EventLoop()
    }

    private func listen(_ change: (inout HTTPServerLimits, inout HTTP2Limits) -> Void = { _, _ in }) throws
        -> HTTPListener
    {
        var limits = HTTPServerLimits()
        var http2 = HTTP2Limits()
        change(&limits, &http2)
        limits.http2 = http2
        return try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: recorder)
    }

    /// Whether the server says goodbye with a code and closes.
    private func isSentAway(_ peer: HTTP2Peer, _ code: UInt32) -> Bool {
        runs(loop) { peer.frames.contains { $0.kind == .goaway && $0.code == code } && peer.peer.hasEnded }
    }

    @Test func `gets no more of a response than its window`() throws {
        let listener = try listen()
        recorder.onEnd = { $0.answer(String(repeating: "x", count: 10_000)) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress, window: 100)

        peer.request(1)
        #expect(runs(loop) { peer.body(1).count == 100 })
        rests(loop, milliseconds: 5)
        #expect(peer.body(1).count == 100)
        peer.widen(1, by: 20_000)

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.body(1).count == 10_000)
    }

    @Test func `has its handler wait until it takes more`() throws {
        let listener = try listen()
        var left = 40
        func feed(_ stream: HTTPServerStream) {
            while left > 0 {
                left -= 1
                if [UInt8](repeating: 1, count: 50_000).withUnsafeBytes({ !stream.sendBody($0) }) { return }
            }
            stream.sendEnd()
        }
        recorder.onEnd = { stream in
            stream.sendHead(ResponseHead(status: 200), endOfStream: false)
            feed(stream)
        }
        recorder.onDrained = { feed($0) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        peer.request(1)
        #expect(runs(loop) { peer.body(1).count == 65_535 })
        rests(loop, milliseconds: 5)
        #expect(left > 30)
        peer.widen(0, by: 2_000_000)
        peer.widen(1, by: 2_000_000)

        #expect(runs(loop) { peer.hasEnded(1) })
        #expect(peer.body(1).count == 40 * 50_000)
    }

    @Test func `may send as much as its window while the handler pauses`() throws {
        let listener = try listen { _, http2 in http2.streamWindow = 100_000 }
        recorder.onRequest = { stream, _ in stream.pauseReading() }
        recorder.onEnd = { $0.answer("ok") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        // The larger window counts once the client has agreed to it.
        #expect(runs(loop) { peer.frames.contains { $0.kind == .settings } })
        peer.send(Frame(kind: .settings, flags: Frame.ack))
        peer.request(1, "POST", "/", ends: false)
        for _ in 0..<10 { peer.data(1, 10_000) }
        #expect(runs(loop) { recorder.bodyCount == 100_000 })
        rests(loop, milliseconds: 5)
        #expect(!peer.frames.contains { $0.kind == .windowUpdate && $0.stream == 1 })

        // Others are not held up by it.
        peer.request(3, "POST", "/", ends: false)
        for _ in 0..<9 { peer.data(3, 10_000) }
        peer.data(3, 1000, ends: true)
        recorder.streams[0].resumeReading()

        #expect(runs(loop) { peer.frames.contains { $0.kind == .windowUpdate && $0.stream == 1 } })
        peer.data(1, 10_000, ends: true)
        #expect(runs(loop) { peer.hasEnded(1) })
    }

    @Test func `is sent away when it sends more than its window`() throws {
        let listener = try listen { _, http2 in http2.streamWindow = 20_000 }
        recorder.onRequest = { stream, _ in stream.pauseReading() }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        peer.request(1, "POST", "/", ends: false)
        // The smaller window counts once the client has agreed to it.
        #expect(runs(loop) { peer.frames.contains { $0.kind == .settings } })
        peer.send(Frame(kind: .settings, flags: Frame.ack))

        for _ in 0..<5 { peer.data(1, 10_000) }

        #expect(runs(loop) { recorder.streams.first?.isOver == true && peer.frames(of: 1).last?.code == 3 })
        // The frame that is too much is still handed on.
        #expect(recorder.bodyCount == 30_000)
    }

    @Test func `has requests refused beyond so many at a time`() throws {
        let listener = try listen { _, http2 in http2.concurrentStreams = 2 }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        for stream in [1, 3, 5] as [UInt32] { peer.request(stream) }

        #expect(runs(loop) { peer.frames(of: 5).last?.code == 7 })
        #expect(recorder.streams.count == 2)
        #expect(listener.connectionCount == 1)
    }

    @Test func `has requests refused while it takes no answers`() throws {
        let listener = try listen { _, http2 in http2.waitingBytes = 100_000 }
        recorder.onEnd = { $0.answer(String(repeating: "x", count: 60_000)) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress, window: 0)

        for stream in [1, 3, 5] as [UInt32] { peer.request(stream) }

        #expect(runs(loop) { peer.frames(of: 5).last?.code == 7 })
        #expect(recorder.streams.count == 2)
        // What it takes makes room again.
        peer.widen(1, by: 60_000)
        #expect(runs(loop) { peer.hasEnded(1) })
        peer.request(7)
        #expect(runs(loop) { recorder.streams.count == 3 })
    }

    @Test func `is sent away when it resets and resets`() throws {
        let listener = try listen { _, http2 in http2.resets = HTTP2FloodBound(burst: 50, perSecond: 1) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        for number in 0..<60 as Range<UInt32> {
            peer.request(2 * number + 1)
            peer.send(Frame(kind: .reset, stream: 2 * number + 1, payload: UInt32(8).bigEndianBytes))
        }

        #expect(isSentAway(peer, 11))
        #expect(recorder.streams.count <= 52)
        #expect(runs(loop) { listener.connectionCount == 0 })
    }

    @Test func `is sent away when it makes us reset and reset`() throws {
        let listener = try listen { _, http2 in http2.resets = HTTP2FloodBound(burst: 50, perSecond: 1) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        for number in 0..<60 as Range<UInt32> {
            // A body longer than its length is an error of the stream (RFC 9113 §8.1.1).
            peer.request(2 * number + 1, "POST", "/", ends: false, [("content-length", "3")])
            peer.data(2 * number + 1, 4, ends: true)
            // Our reset ends it; until then it counts against the requests at a time.
            let isAnswered = runs(loop) { peer.frames(of: 2 * number + 1).last?.kind == .reset || peer.peer.hasEnded }
            #expect(isAnswered)
        }

        #expect(isSentAway(peer, 11))
        #expect(recorder.streams.count <= 52)
        #expect(runs(loop) { listener.connectionCount == 0 })
    }

    @Test(arguments: [Frame.Kind.ping, .settings, .data])
    func `is sent away when it floods us with what costs nothing`(_ kind: Frame.Kind) throws {
        let listener = try listen { _, http2 in http2.controls = HTTP2FloodBound(burst: 100, perSecond: 1) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        peer.request(1, "POST", "/", ends: false)
        let frame =
            switch kind {
            case .ping: Frame(kind: kind, payload: [UInt8](repeating: 0, count: 8))
            case .data: Frame(kind: kind, stream: 1)
            default: Frame(kind: kind)
            }

        peer.peer.send((0..<200).flatMap { _ in frame.bytes })

        #expect(isSentAway(peer, 11))
        #expect(runs(loop) { listener.connectionCount == 0 })
    }

    @Test func `is sent away when its head has no end`() throws {
        let listener = try listen()
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        let field = HTTP2Peer.block([("x", String(repeating: "y", count: 4000))])

        peer.send(Frame(kind: .headers, stream: 1, payload: HTTP2Peer.block([(":method", "GET")])))
        for _ in 0..<400 { peer.send(Frame(kind: .continuation, stream: 1, payload: field)) }

        #expect(runs(loop) { peer.peer.hasEnded || peer.peer.isBroken })
        #expect(recorder.events == [])
        #expect(runs(loop) { listener.connectionCount == 0 })
    }

    @Test func `is sent away when a few bytes stand for megabytes`() throws {
        let listener = try listen()
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        // A field that goes into the table (RFC 7541 §6.2.1), then 10,000 times the table's first entry.
        let literal = [0x40, 1, 0x78, 127, 0xa1, 0x1e] + [UInt8](repeating: 0x79, count: 4000)
        let block =
            HTTP2Peer.block([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")])
            + literal + [UInt8](repeating: 0xbe, count: 10_000)

        peer.send(Frame(kind: .headers, flags: Frame.endHeaders | Frame.endStream, stream: 1, payload: block))

        #expect(isSentAway(peer, 11))
        #expect(recorder.events == [])
    }

    @Test func `is left when it does nothing`() throws {
        let listener = try listen { limits, _ in
            limits.idleTimeout = .milliseconds(20)
            limits.stallTimeout = .milliseconds(20)
        }
        recorder.onEnd = { $0.answer(String(repeating: "x", count: 1000)) }
        let idle = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        let slowBody = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        let slowReader = try HTTP2Peer(loop, connectingTo: listener.boundAddress, window: 10)

        slowBody.request(1, "POST", "/", ends: false)
        slowReader.request(1)

        #expect(runs(loop) { idle.peer.hasEnded && slowBody.peer.hasEnded && slowReader.peer.hasEnded })
        #expect(idle.frames.contains { $0.kind == .goaway && $0.code == 0 })
        #expect(slowBody.frames(of: 1).last?.code == 8)
        #expect(slowReader.frames(of: 1).last?.code == 8)
        #expect(recorder.events.contains("aborted: the client was idle for too long"))
        #expect(listener.connectionCount == 0)
    }

    @Test func `is not left while its handler thinks`() throws {
        let listener = try listen { limits, _ in limits.stallTimeout = .milliseconds(5) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        peer.request(1)
        #expect(runs(loop) { recorder.streams.count == 1 })

        rests(loop, milliseconds: 40)
        recorder.streams[0].answer("at last")

        #expect(runs(loop) { peer.text(1) == "at last" })
    }

    @Test func `is not read while it reads nothing`() throws {
        let listener = try listen { _, http2 in http2.controls = HTTP2FloodBound(burst: 1 << 30, perSecond: 1) }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)
        peer.peer.isPaused = true
        let ping = Frame(kind: .ping, payload: [UInt8](repeating: 0, count: 8)).bytes
        let pings = (0..<500).flatMap { _ in ping }

        // Each is to be answered with as many bytes.
        for _ in 0..<4000 {
            peer.peer.send(pings)
            rests(loop, milliseconds: 0)
            if peer.peer.unsentCount > 1_000_000 { break }
        }

        #expect(peer.peer.unsentCount > 1_000_000 || listener.connectionCount == 0)
    }

    @Test(arguments: SeededGenerator.seeds(40))
    func `cannot trap us with bytes that anger nghttp2`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let listener = try listen()
        recorder.onEnd = { $0.answer("ok") }
        let peer = try HTTP2Peer(loop, connectingTo: listener.boundAddress)

        for number in 0..<30 as Range<UInt32> {
            var frame = Frame(
                kind: Frame.Kind(rawValue: UInt8.random(in: 0...9, using: &random)) ?? .data,
                flags: UInt8.random(in: 0...0x2d, using: &random), stream: UInt32.random(in: 0...9, using: &random),
                payload: (0..<Int.random(in: 0...20, using: &random)).map { _ in .random(in: 0...255, using: &random) })
            if random.oneIn(2) {
                peer.request(2 * number + 1, "POST", "/", ends: random.oneIn(2))
                frame.stream = 2 * number + 1
            }
            peer.send(frame)
            if random.oneIn(4) { rests(loop, milliseconds: 0) }
        }
        peer.peer.endSending()

        #expect(runs(loop) { listener.connectionCount == 0 })
    }
}
