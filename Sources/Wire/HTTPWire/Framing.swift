/// How the body of a received message is delimited (RFC 9112 §6.3).
package enum BodyFraming: Hashable, Sendable {
    case none
    /// This many bytes, at least one.
    case length(Int)
    case chunked
    /// Until the connection closes; responses only.
    case untilClose
}

/// How the body of a message to send is delimited.
package enum OutgoingFraming: Hashable, Sendable {
    /// No body and no field about one: a GET request, a 204, the answer to a HEAD request.
    case unframed
    /// `Content-Length`, also 0 for an empty body.
    case length(Int)
    case chunked
    /// No body, and whatever follows is of the protocol that the head's `upgrade` names, once both sides have said so.
    case upgrade

    func write(to output: inout RawWriter) {
        switch self {
        case .unframed: break
        case .length(let length):
            output.append("content-length: ")
            output.append(decimal: length)
            output.append("\r\n")
        case .chunked: output.append("transfer-encoding: chunked\r\n")
        case .upgrade: output.append("connection: Upgrade\r\n")
        }
    }

    /// Whether a field is the writer's own business: about framing or about the connection.
    @inline(__always)
    static func isOwned(_ name: UnsafeRawBufferPointer, keepsLength: Bool, keepsUpgrade: Bool = false) -> Bool {
        switch name.count {
        case 7 where keepsUpgrade: false
        case 14: !keepsLength && equalIgnoringCase(name, contentLength.bytes)
        case 17: equalIgnoringCase(name, transferEncoding.bytes)
        default: HeaderBlock.isConnectionField(name)
        }
    }

    private static var contentLength: HeaderName { "content-length" }
    private static var transferEncoding: HeaderName { "transfer-encoding" }
}

/// What a sender says about the connection.
package enum ConnectionOption: Hashable, Sendable {
    case none
    /// This message is the last on its connection.
    case close

    func write(to output: inout RawWriter) {
        if self == .close { output.append("connection: close\r\n") }
    }
}

/// The pieces of a chunked body to send (RFC 9112 §7.1).
package enum ChunkedWriter {
    /// Appends one chunk; an empty one is left out, as it would end the body.
    package static func write(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        writeSize(bytes.count, to: &output)
        output.append(contentsOf: bytes)
        output.append(ascii: "\r\n")
    }

    /// Appends the size line of a chunk whose bytes and closing line end are written elsewhere.
    package static func writeSize(_ count: Int, to output: inout [UInt8]) {
        var shift = max(0, (UInt.bitWidth - 1 - UInt(count).leadingZeroBitCount) & ~3)
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: count >> shift) & 0xf
            output.append(digit < 10 ? digit &+ 0x30 : digit &+ 0x57)
            shift -= 4
        }
        output.append(ascii: "\r\n")
    }

    /// Appends the last chunk and the fields after it. Bytes that a field may not hold are cleaned or leave it out.
    package static func writeEnd(
        to output: inout [UInt8], trailers: some Sequence<(name: String, value: String)>
    ) {
        output.append(ascii: "0\r\n")
        for (name, value) in trailers {
            var name = name
            guard name.withUTF8({ TrailerField.isAllowed(UnsafeRawBufferPointer($0)) }) else { continue }
            output.append(contentsOf: name.utf8)
            output.append(ascii: ": ")
            for byte in value.utf8 { output.append(ByteClass.isValue(byte) ? byte : 0x20) }
            output.append(ascii: "\r\n")
        }
        output.append(ascii: "\r\n")
    }

    /// Appends the last chunk, without trailers.
    package static func writeEnd(to output: inout [UInt8]) {
        output.append(ascii: "0\r\n\r\n")
    }
}

extension [UInt8] {
    @inline(__always)
    mutating func append(ascii text: StaticString) {
        append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
