import CNghttp2
import SystemIO
import TestSupport

/// A frame as it stands on the wire (RFC 9113 §4.1).
struct Frame: CustomStringConvertible {
    enum Kind: UInt8 {
        case data, headers, priority, reset, settings, pushPromise, ping, goaway, windowUpdate, continuation
    }

    static let endStream: UInt8 = 1
    static let ack: UInt8 = 1
    static let endHeaders: UInt8 = 4

    var kind: Kind
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), kind.rawValue, flags]
            + stream.bigEndianBytes + payload
    }

    var endsStream: Bool { (kind == .data || kind == .headers) && flags & Self.endStream != 0 }

    /// The error code of a reset, or of a GOAWAY.
    var code: UInt32? {
        switch kind {
        case .reset: UInt32(bigEndian: payload)
        case .goaway: UInt32(bigEndian: payload.dropFirst(4).prefix(4))
        default: nil
        }
    }

    var description: String { "\(kind) \(stream)\(endsStream ? " end" : "")\(code.map { " code \($0)" } ?? "")" }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (24 - 8 * UInt32($0))) } }

    init(bigEndian bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// A client of HTTP/2 in the hands of a test: it sends exactly the frames that it is told.
final class HTTP2Peer {
    static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    let peer: RawPeer
    private var parsed = 0
    private var seen: [Frame] = []
    private var heads: [UInt32: [[String: String]]] = [:]
    private let inflater: OpaquePointer

    /// - Parameter window: what the server may send of each response at first.
    init(_ loop: EventLoop, connectingTo address: SocketAddress, greets: Bool = true, window: UInt32 = 65_535) throws {
        peer = try RawPeer(loop, connectingTo: address)
        var inflater: OpaquePointer?
        guard nghttp2_hd_inflate_new(&inflater) == 0, let inflater else { fatalError("no memory") }
        self.inflater = inflater
        guard greets else { return }
        peer.send(Self.preface)
        send(Frame(kind: .settings, payload: [0, 4] + window.bigEndianBytes))
    }

    /// A server's end of a connection that a client has made.
    ///
    /// - Parameter window: what the client may send of each request at first.
    init(serving peer: RawPeer, streams: UInt32? = nil, window: UInt32 = 65_535) {
        self.peer = peer
        var inflater: OpaquePointer?
        guard nghttp2_hd_inflate_new(&inflater) == 0, let inflater else { fatalError("no memory") }
        self.inflater = inflater
        parsed = Self.preface.utf8.count
        let limit = streams.map { [0, 3] + $0.bigEndianBytes } ?? []
        send(Frame(kind: .settings, payload: [0, 4] + window.bigEndianBytes + limit))
        // What the client says of its windows counts from then on.
        send(Frame(kind: .settings, flags: Frame.ack))
    }

    /// Fields of a response: its head, or trailers.
    func respond(_ stream: UInt32, ends: Bool = false, _ fields: [(String, String)]) {
        send(
            Frame(
                kind: .headers, flags: Frame.endHeaders | (ends ? Frame.endStream : 0), stream: stream,
                payload: Self.block(fields)))
    }

    deinit {
        nghttp2_hd_inflate_del(inflater)
    }

    func send(_ frames: Frame...) {
        peer.send(frames.flatMap(\.bytes))
    }

    /// Fields as literals, without a table.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + text(name) + text(value) }
    }

    private static func text(_ text: String) -> [UInt8] {
        let count = text.utf8.count
        guard count >= 127 else { return [UInt8(count)] + Array(text.utf8) }
        // An integer of more than seven bits (RFC 7541 §5.1).
        var (length, rest): ([UInt8], Int) = ([127], count - 127)
        while rest >= 128 {
            length.append(UInt8(rest % 128 + 128))
            rest /= 128
        }
        return length + [UInt8(rest)] + Array(text.utf8)
    }

    func request(
        _ stream: UInt32, _ method: String = "GET", _ path: String = "/", ends: Bool = true,
        _ fields: [(String, String)] = []
    ) {
        let block = Self.block(
            [(":method", method), (":scheme", "http"), (":path", path), (":authority", "a")] + fields)
        send(
            Frame(
                kind: .headers, flags: Frame.endHeaders | (ends ? Frame.endStream : 0), stream: stream, payload: block))
    }

    func data(_ stream: UInt32, _ count: Int, ends: Bool = false) {
        send(
            Frame(
                kind: .data, flags: ends ? Frame.endStream : 0, stream: stream,
                payload: [UInt8](repeating: 0x78, count: count)))
    }

    func widen(_ stream: UInt32, by count: UInt32) {
        send(Frame(kind: .windowUpdate, stream: stream, payload: count.bigEndianBytes))
    }

    /// All whole frames until now.
    var frames: [Frame] {
        let bytes = peer.received
        while bytes.count >= parsed + 9 {
            let count = Int(UInt32(bigEndian: bytes[parsed..<parsed + 3]))
            guard bytes.count >= parsed + 9 + count, let kind = Frame.Kind(rawValue: bytes[parsed + 3]) else { break }
            let frame = Frame(
                kind: kind, flags: bytes[parsed + 4], stream: UInt32(bigEndian: bytes[parsed + 5..<parsed + 9]),
                payload: Array(bytes[parsed + 9..<parsed + 9 + count]))
            parsed += 9 + count
            seen.append(frame)
            if kind == .headers { heads[frame.stream, default: []].append(fields(frame.payload)) }
        }
        return seen
    }

    func frames(of stream: UInt32) -> [Frame] { frames.filter { $0.stream == stream } }

    /// The first head of a stream, then its trailers.
    func head(_ stream: UInt32, _ index: Int = 0) -> [String: String] {
        _ = frames
        let heads = heads[stream] ?? []
        return index < heads.count ? heads[index] : [:]
    }

    func body(_ stream: UInt32) -> [UInt8] {
        frames(of: stream).filter { $0.kind == .data }.flatMap(\.payload)
    }

    func text(_ stream: UInt32) -> String { String(decoding: body(stream), as: UTF8.self) }

    func hasEnded(_ stream: UInt32) -> Bool { frames(of: stream).contains { $0.endsStream } }

    private func fields(_ block: [UInt8]) -> [String: String] {
        var result: [String: String] = [:]
        var rest = block[...]
        while true {
            var field = nghttp2_nv()
            var flags: CInt = 0
            let used = rest.withUnsafeBufferPointer {
                nghttp2_hd_inflate_hd2(inflater, &field, &flags, $0.baseAddress, $0.count, 1)
            }
            guard used >= 0 else { return result }
            rest = rest.dropFirst(used)
            if flags & CInt(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                let name = UnsafeBufferPointer(start: field.name, count: field.namelen)
                let value = UnsafeBufferPointer(start: field.value, count: field.valuelen)
                result[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
            }
            if flags & CInt(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 { break }
        }
        nghttp2_hd_inflate_end_headers(inflater)
        return result
    }
}
