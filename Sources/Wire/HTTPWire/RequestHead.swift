/// A request's method; the usual ones are compared as numbers.
package enum HTTPMethod: UInt8, Sendable, Hashable {
    case get, head, post, put, delete, options, patch, trace, connect
    /// Any other token; ``RequestHead/methodBytes`` tells which.
    case other

    /// Whether the method asks for no effect (RFC 9110 §9.2.1).
    package var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .delete, .patch, .connect, .other: false
        }
    }

    /// Whether doing it twice is like doing it once (RFC 9110 §9.2.2), so that it may be tried again.
    package var isIdempotent: Bool { isSafe || self == .put || self == .delete }

    static func of(_ bytes: UnsafeRawBufferPointer) -> HTTPMethod {
        switch bytes.count {
        case 3: matches(bytes, "GET") ? .get : matches(bytes, "PUT") ? .put : .other
        case 4: matches(bytes, "POST") ? .post : matches(bytes, "HEAD") ? .head : .other
        case 5: matches(bytes, "PATCH") ? .patch : matches(bytes, "TRACE") ? .trace : .other
        case 6: matches(bytes, "DELETE") ? .delete : .other
        case 7: matches(bytes, "OPTIONS") ? .options : matches(bytes, "CONNECT") ? .connect : .other
        default: .other
        }
    }

    /// Methods are compared with regard to case. `name` has as many bytes as `bytes`.
    @inline(__always)
    private static func matches(_ bytes: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        var index = 0
        while index < bytes.count {
            if bytes[index] != name.utf8Start[index] { return false }
            index &+= 1
        }
        return true
    }
}

/// The versions that requests may come in.
package enum HTTPVersion: UInt8, Sendable, Hashable {
    case http10, http11, http2
}

/// A request's head: its line and its fields, over the bytes it came in. See ``HeaderBlock`` for the layout.
package struct RequestHead: MessageHead {
    package var block: HeaderFields
    package let method: HTTPMethod
    package let version: HTTPVersion
    private let methodRange: Range<Int>
    private var targetRange: Range<Int>
    /// Set when the request line named a host itself (absolute form); it goes before the Host field.
    private var authorityRange: Range<Int>?
    /// Whether the client offers to go on in another protocol: one of HTTP/1.1 whose `Connection` says so, without a body
    /// (RFC 9110 §7.8), or of HTTP/2 by an extended CONNECT (RFC 8441). ``upgrade`` says in which.
    package internal(set) var asksUpgrade = false

    /// A head to send. `method` and `target` must not hold blanks or control bytes; those become `_`.
    package init(method: String, target: String, authority: String) {
        func clean(_ text: String) -> [UInt8] { text.utf8.map { ByteClass.isTarget($0) ? $0 : UInt8(ascii: "_") } }
        let method = clean(method)
        let target = target.isEmpty ? [UInt8(ascii: "/")] : clean(target)
        self.method = method.withUnsafeBytes(HTTPMethod.of)
        version = .http11
        methodRange = 0..<method.count
        targetRange = method.count..<method.count + target.count
        block = HeaderFields(HeaderBlock(storage: method + target))
        add("host", authority.utf8)
    }

    init(
        block: HeaderBlock, method: HTTPMethod, version: HTTPVersion, methodRange: Range<Int>, targetRange: Range<Int>,
        authorityRange: Range<Int>?
    ) {
        self.block = HeaderFields(block)
        self.method = method
        self.version = version
        self.methodRange = methodRange
        self.targetRange = targetRange
        self.authorityRange = authorityRange
    }

    package var methodBytes: ArraySlice<UInt8> { block.block.storage[methodRange] }

    /// The request target in origin form, `/cart?item=7` (or `*`); of a CONNECT request the host and port.
    package var target: ArraySlice<UInt8> { block.block.storage[targetRange] }

    /// What to go on in, where the client offers that.
    package var upgrade: ArraySlice<UInt8>? {
        guard asksUpgrade, let name = value(of: "upgrade"), !name.isEmpty else { return nil }
        return name
    }

    /// The target up to its query.
    package var path: ArraySlice<UInt8> { target.prefix { $0 != UInt8(ascii: "?") } }

    /// Who the request is for: the host of an absolute target, else the Host field. Empty when there is neither.
    package var authority: ArraySlice<UInt8> {
        if let authorityRange { return block.block.storage[authorityRange] }
        return value(of: "host") ?? []
    }

    package mutating func setTarget(_ target: some Sequence<UInt8>) {
        let start = block.block.storage.count
        block.block.storage.append(contentsOf: target.lazy.map { ByteClass.isTarget($0) ? $0 : UInt8(ascii: "_") })
        targetRange = start..<block.block.storage.count
    }

    package mutating func setAuthority(_ authority: some Sequence<UInt8>) {
        authorityRange = nil
        replace("host", authority)
    }

    /// Appends the head as HTTP/1.1 text. The framing fields come from `framing` alone and fields of the connection
    /// are left out, whatever the head holds; one Host field is written, first.
    package func write(to output: inout [UInt8], framing: OutgoingFraming, connection: ConnectionOption = .none) {
        let authority =
            authorityRange ?? block.block.index(of: Self.host.bytes).map { block.block.valueRange($0) } ?? 0..<0
        output.append(atMost: block.block.writtenLimit) { writer in
            block.block.storage.withUnsafeBytes { bytes in
                writer.append(UnsafeRawBufferPointer(rebasing: bytes[methodRange]))
                writer.append(0x20)
                writer.append(UnsafeRawBufferPointer(rebasing: bytes[targetRange]))
                writer.append(" HTTP/1.1\r\nhost: ")
                writer.append(UnsafeRawBufferPointer(rebasing: bytes[authority]))
                writer.append("\r\n")
            }
            block.block.write(to: &writer) { field, bytes in
                let name = HeaderBlock.slice(bytes, field.line, field.line &+ field.nameLength)
                return name.count == 4 && equalIgnoringCase(name, Self.host.bytes)
                    || OutgoingFraming.isOwned(name, keepsLength: false, keepsUpgrade: framing == .upgrade)
            }
            framing.write(to: &writer)
            connection.write(to: &writer)
            writer.append("\r\n")
        }
    }

    private static var host: HeaderName { "host" }
}
