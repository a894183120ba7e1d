import HTTPTransport
import HTTPWire
import SystemIO
import TestSupport
import Testing

/// A forwarder between a listener and a pool in its simplest form, with flow control in both directions: what the proxy
/// does, without its decisions.
private final class Forwarder: HTTPServerStreamHandler, HTTPClientStreamHandler {
    let pool: HTTPConnectionPool
    var downstream: HTTPServerStream?
    var upstream: HTTPClientStream?
    var pauses = 0

    init(pool: HTTPConnectionPool) {
        self.pool = pool
    }

    func request(_ stream: HTTPServerStream, head: RequestHead, hasBody: Bool) {
        downstream = stream
        upstream = pool.open(self)
        upstream?.sendHead(head, endOfStream: !hasBody)
    }

    func requestBody(_ stream: HTTPServerStream, _ bytes: UnsafeRawBufferPointer) {
        if upstream?.sendBody(bytes) == false {
            pauses += 1
            stream.pauseReading()
        }
    }

    func requestEnd(_ stream: HTTPServerStream) { upstream?.sendEnd() }
    func requestDrained(_ stream: HTTPClientStream) { downstream?.resumeReading() }
    func requestAborted(_ stream: HTTPServerStream, reason: HTTPStreamAbort) { upstream?.cancel() }

    func response(_ stream: HTTPClientStream, head: ResponseHead, hasBody: Bool) {
        downstream?.sendHead(head, endOfStream: !hasBody)
    }

    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {
        if downstream?.sendBody(bytes) == false {
            pauses += 1
            stream.pauseReading()
        }
    }

    func responseEnd(_ stream: HTTPClientStream) { downstream?.sendEnd() }
    func responseDrained(_ stream: HTTPServerStream) { upstream?.resumeReading() }
    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) { downstream?.abort() }
}

@Suite struct `A forwarded body` {
    private let loop: EventLoop
    private let upstream: RawListener
    private let forwarder: Forwarder
    private let listener: HTTPListener
    private let client: RawPeer

    init() throws {
        loop = try EventLoop()
        upstream = try RawListener(loop)
        forwarder = Forwarder(pool: HTTPConnectionPool(loop: loop, address: upstream.address))
        listener = try HTTPListener(loop: loop, address: .loopback(), handler: forwarder)
        client = try RawPeer(loop, connectingTo: listener.boundAddress)
    }

    @Test(arguments: [true, false]) func `waits for a slow reader downstream and arrives whole`(_ isChunked: Bool)
        throws
    {
        let size = 30_000_000
        client.isPaused = true
        client.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        #expect(runs(loop) { upstream.peers.first?.text.isEmpty == false })
        let origin = upstream.peers[0]
        let body = pattern(size)

        if isChunked {
            origin.send(lines("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n\(String(size, radix: 16))\n"))
            origin.send(body)
            origin.send(lines("\n0\n\n"))
        } else {
            origin.send(lines("HTTP/1.1 200 OK\nContent-Length: \(size)\n\n"))
            origin.send(body)
        }
        rests(loop, milliseconds: 100)
        // What the client has not taken stays with the origin, beyond the sockets' own buffers.
        #expect(origin.unsentCount > size / 3)
        #expect(forwarder.pauses > 0)
        client.isPaused = false

        #expect(
            runs(loop) {
                isChunked ? client.received.suffix(5) == Array("0\r\n\r\n".utf8)[...] : client.received.count >= size
            })
        // Compared outside the macro, which would list the differences of millions of bytes.
        let isWhole = unframed(client.received, isChunked) == body
        #expect(isWhole)
    }

    @Test func `waits for a slow reader upstream and arrives whole`() throws {
        let size = 30_000_000
        upstream.onAccept = { $0.isPaused = true }
        let body = pattern(size)

        client.send(lines("POST / HTTP/1.1\nHost: a\nContent-Length: \(size)\n\n"))
        client.send(body)
        #expect(runs(loop) { upstream.peers.count == 1 })
        rests(loop, milliseconds: 100)
        #expect(client.unsentCount > size / 3)
        #expect(forwarder.pauses > 0)
        let origin = upstream.peers[0]
        origin.isPaused = false
        #expect(runs(loop) { origin.received.count >= size })
        origin.send(lines("HTTP/1.1 204 No Content\n\n"))

        #expect(runs(loop) { client.text.hasPrefix("HTTP/1.1 204 ") })
        let isWhole = Array(origin.received.suffix(size)) == body
        #expect(isWhole)
    }

    @Test func `arrives whole through the smallest socket buffers`() throws {
        let size = 100_000
        client.socket.setBufferSizes(send: 4096, receive: 4096)
        upstream.onAccept = { $0.socket.setBufferSizes(send: 4096, receive: 4096) }
        let body = pattern(size)

        client.send(lines("PUT / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n\(String(size, radix: 16))\n"))
        client.send(body)
        client.send(lines("\n0\n\n"))
        #expect(
            runs(loop) { upstream.peers.first.map { $0.received.suffix(5) == Array("0\r\n\r\n".utf8)[...] } == true })

        let isWhole = unframed(upstream.peers[0].received, true) == body
        #expect(isWhole)
    }

    @Test func `is broken off on both sides when one breaks`() throws {
        client.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        #expect(runs(loop) { upstream.peers.first?.text.isEmpty == false })
        upstream.peers[0].send(lines("HTTP/1.1 200 OK\nContent-Length: 100\n\nhalf"))
        #expect(runs(loop) { client.text.hasSuffix("half") })

        upstream.peers[0].close()

        #expect(runs(loop) { client.isBroken })
        #expect(listener.connectionCount == 0)
    }
}

/// Bytes whose order would show if pieces were lost or swapped: a run of prime length, doubled until there are enough.
private func pattern(_ size: Int) -> [UInt8] {
    var bytes = (0..<8191).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 5) }
    while bytes.count < size { bytes += bytes }
    return Array(bytes.prefix(size))
}

/// The body of a message: what follows the head, with chunk framing taken away.
private func unframed(_ message: [UInt8], _ isChunked: Bool) -> [UInt8] {
    let end = Array("\r\n\r\n".utf8)
    guard let head = message.indices.first(where: { message[$0...].starts(with: end) }) else { return [] }
    let rest = Array(message[(head + 4)...])
    guard isChunked else { return rest }
    var body: [UInt8] = []
    var decoder = BodyDecoder(.chunked)
    var offset = 0
    while case .bytes(let range)? = rest.withUnsafeBytes({ try? decoder.next($0, &offset) }) { body += rest[range] }
    return body
}
