/// What a TLS client says first, in clear: whom it asks for and what it would speak (RFC 8446 §4.1.2).
///
/// Read without answering, so that a connection can be passed on as it is.
package struct ClientHello: Hashable, Sendable {
    /// SNI (RFC 6066 §3), as it came.
    package var serverName: String?
    /// ALPN (RFC 7301 §3.1), in the client's order.
    package var applicationProtocols: [String]

    package init(serverName: String? = nil, applicationProtocols: [String] = []) {
        self.serverName = serverName
        self.applicationProtocols = applicationProtocols
    }

    /// What the first bytes of a connection are.
    package enum Reading: Hashable, Sendable {
        /// The beginning of a handshake that is not complete.
        case incomplete
        /// Not the beginning of a TLS handshake.
        case other
        case hello(ClientHello)
    }

    /// The longest that is read, records' heads included. Real ones are a few hundred bytes, two thousand with keys
    /// for post-quantum exchange.
    package static let lengthLimit = 16 * 1024

    /// Reads the bytes that a connection began with. More of them never turn ``Reading/other`` or
    /// ``Reading/hello(_:)`` into something else. No input can trap.
    package static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        guard !bytes.isEmpty else { return .incomplete }
        var message: [UInt8] = []
        var rest = Reader(bytes)
        // One message may be spread over several records (§5.1).
        while true {
            guard let type = rest.byte() else { return bytes.count > lengthLimit ? .other : .incomplete }
            guard type == 22 else { return .other }
            guard let major = rest.byte() else { return .incomplete }
            guard major == 3 else { return .other }
            guard rest.byte() != nil, let length = rest.uint16() else { return .incomplete }
            guard (1...16_640).contains(length), message.count + length <= lengthLimit else { return .other }
            let part = rest.bytes(upTo: length)
            message += part
            if let first = message.first, first != 1 { return .other }
            if message.count >= 4 {
                let wanted = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
                guard wanted <= lengthLimit else { return .other }
                if message.count >= 4 + wanted {
                    return message.withUnsafeBytes { message in
                        parse(UnsafeRawBufferPointer(rebasing: message[4..<(4 + wanted)]))
                    }.map { .hello($0) } ?? .other
                }
            }
            if part.count < length { return .incomplete }
        }
    }

    private static func parse(_ body: UnsafeRawBufferPointer) -> ClientHello? {
        var reader = Reader(body)
        guard reader.skip(2 + 32), reader.skipVector(lengthBytes: 1), reader.skipVector(lengthBytes: 2),
            reader.skipVector(lengthBytes: 1)
        else { return nil }
        var hello = ClientHello()
        // Before TLS 1.3 a hello may end here.
        guard !reader.isAtEnd else { return hello }
        guard var extensions = reader.vector(lengthBytes: 2) else { return nil }
        while !extensions.isAtEnd {
            guard let kind = extensions.uint16(), var content = extensions.vector(lengthBytes: 2) else { return nil }
            switch kind {
            case 0:
                guard var list = content.vector(lengthBytes: 2) else { return nil }
                while !list.isAtEnd {
                    guard let type = list.byte(), let name = list.vector(lengthBytes: 2) else { return nil }
                    if type == 0, hello.serverName == nil { hello.serverName = name.text }
                }
            case 16:
                guard var list = content.vector(lengthBytes: 2) else { return nil }
                while !list.isAtEnd {
                    guard let name = list.vector(lengthBytes: 1) else { return nil }
                    hello.applicationProtocols.append(name.text)
                }
            default: break
            }
        }
        return hello
    }

    /// Walks over bytes and says when they end.
    private struct Reader {
        private var bytes: UnsafeRawBufferPointer

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { bytes.isEmpty }
        var text: String { String(decoding: bytes, as: UTF8.self) }

        mutating func byte() -> UInt8? {
            guard let first = bytes.first else { return nil }
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
            return first
        }

        mutating func uint16() -> Int? {
            guard bytes.count >= 2 else { return nil }
            let value = Int(bytes[0]) << 8 | Int(bytes[1])
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(2))
            return value
        }

        mutating func bytes(upTo count: Int) -> UnsafeRawBufferPointer {
            let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count))
            return part
        }

        mutating func skip(_ count: Int) -> Bool { bytes(upTo: count).count == count }

        mutating func vector(lengthBytes: Int) -> Reader? {
            guard let length = lengthBytes == 1 ? byte().map(Int.init) : uint16() else { return nil }
            let part = bytes(upTo: length)
            return part.count == length ? Reader(part) : nil
        }

        mutating func skipVector(lengthBytes: Int) -> Bool { vector(lengthBytes: lengthBytes) != nil }
    }
}
