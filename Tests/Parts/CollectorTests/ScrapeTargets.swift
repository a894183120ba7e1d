import HTTPTransport
import HTTPWire
import MeshModel
import Quantities
import Synchronization
import SystemIO
import TestSupport

@testable import Collector

/// The newest snapshot and how many there were, from the collector's thread.
final class Mailbox: Sendable {
    private let state = Mutex<(newest: MeshSnapshot?, count: Int)>((nil, 0))

    func put(_ snapshot: MeshSnapshot) {
        state.withLock { $0 = (snapshot, $0.count + 1) }
    }

    var newest: MeshSnapshot? { state.withLock { $0.newest } }
    var count: Int { state.withLock { $0.count } }

    func state(of address: SocketAddress) -> ScrapeTarget.State? {
        newest?.targets.first { $0.address == address.description }?.state
    }

    /// Why the target is down; nothing when it is not.
    func reason(of address: SocketAddress) -> String? {
        if case .down(let reason) = state(of: address) { reason } else { nil }
    }
}

/// A proxy that answers scrapes on the test's loop, with counters that go up by 10 each time.
final class FakeProxy {
    private(set) var scrapes: [MonotonicTime] = []
    private(set) var paths: [String] = []
    private let telemetry: Telemetry
    private var server: HTTPServer?

    init(_ loop: EventLoop, _ text: String) throws {
        telemetry = Telemetry(text)
        server = try HTTPServer(loop: loop, address: .loopback()) { [unowned self] request, responder in
            scrapes.append(SystemClock.monotonic())
            paths.append(request.target)
            let target = telemetry.targets.first ?? ""
            responder.respond(
                HTTPResponse(
                    status: 200, headers: ["content-type": "text/plain; version=0.0.4"],
                    body: telemetry.exposition(of: target, times: Double(scrapes.count))))
        }
    }

    var address: SocketAddress { server?.boundAddress ?? .loopback() }
}

/// Something that listens where a proxy should, and behaves badly.
enum Misbehaviour: String, CaseIterable, Sendable {
    case hangs, hangsInTheBody, drips, closes, garbage, notFound, failing, html, longLabel, longBody, gzipBomb
    case brokenGzip, cutShort, manyHeaders

    /// Whether it gives the collector much to read.
    var isHeavy: Bool { [.longLabel, .longBody, .gzipBomb].contains(self) }

    /// What the collector says about it, one of these.
    var reasons: [String] {
        // What takes long to read may take too long on a busy machine.
        let late = "no answer within 180 ms"
        switch self {
        case .hangs, .hangsInTheBody, .drips: return [late]
        case .closes, .cutShort: return ["closed"]
        case .garbage: return ["HTTP"]
        case .manyHeaders: return ["HTTP", "fields", "head"]
        case .notFound: return ["answered 404"]
        case .failing: return ["answered 500"]
        case .html: return ["its metrics cannot be read: 1:1"]
        case .longLabel: return ["longer than 64 KiB", late]
        case .longBody, .gzipBomb: return ["more than 16777216 bytes", late]
        case .brokenGzip: return ["gzip"]
        }
    }

    func listen(_ loop: EventLoop) throws -> RawListener {
        let listener = try RawListener(loop)
        let answer = answer()
        listener.onAccept = { peer in
            switch self {
            case .hangs: break
            case .closes: peer.close()
            case .drips:
                Self.drip(Array("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nistio".utf8)[...], to: peer, loop)
            case .cutShort:
                peer.send(answer)
                peer.endSending()
            default: peer.send(answer)
            }
        }
        return listener
    }

    private func answer() -> [UInt8] {
        func response(_ body: [UInt8], status: String = "200 OK", fields: String = "") -> [UInt8] {
            Array("HTTP/1.1 \(status)\r\ncontent-length: \(body.count)\r\n\(fields)\r\n".utf8) + body
        }
        let gzip = "content-encoding: gzip\r\n"
        switch self {
        case .hangs, .closes, .drips: return []
        case .hangsInTheBody: return Array("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nc 1\n".utf8)
        case .cutShort: return Array("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nc 1\n".utf8)
        case .garbage: return (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 73 ^ 0xA5) }
        case .notFound: return response([], status: "404 Not Found")
        case .failing: return response(Array("oops".utf8), status: "500 Internal Server Error")
        case .html: return response(Array("<html><body>hello</body></html>".utf8))
        case .longLabel:
            return response(
                Array("istio_requests_total{reporter=\"".utf8) + [UInt8](repeating: 0x61, count: 10 << 20)
                    + Array("\"} 1\n".utf8))
        case .longBody: return response([UInt8](repeating: 0x0A, count: 20 << 20))
        case .gzipBomb: return response(Gzip.pack([UInt8](repeating: 0x20, count: 40 << 20)), fields: gzip)
        case .brokenGzip: return response([0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9], fields: gzip)
        case .manyHeaders:
            return response([], fields: (0..<5000).map { "x-\($0): y\r\n" }.joined())
        }
    }

    private static func drip(_ bytes: ArraySlice<UInt8>, to peer: RawPeer, _ loop: EventLoop) {
        guard let first = bytes.first, !peer.isBroken else { return }
        peer.send([first])
        loop.schedule(after: .milliseconds(20)) { drip(bytes.dropFirst(), to: peer, loop) }
    }
}
