/// A request head with what its receiver must know beyond it.
package struct ParsedRequest: Sendable {
    package var head: RequestHead
    package let framing: BodyFraming
    /// Whether the client will send another request on this connection.
    package let keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    package let expectsContinue: Bool
}

/// Parses request heads from bytes that arrive in pieces (RFC 9112 §3).
///
/// Give it all bytes since the last request on every call, with those already given at the front. It is strict: the
/// table of refusals is the test `MalformedRequestTests`.
package struct RequestParser: Sendable {
    private let limits: HTTPLimits
    private var scanner = HeadScanner()
    /// Empty lines before the request line that were skipped: some clients send one after a body (RFC 9112 §2.2).
    private var skipped = 0

    package init(limits: HTTPLimits = .default) {
        self.limits = limits
    }

    /// The next request and how many bytes its head takes, or nothing when more bytes are needed. After an error the
    /// connection is of no further use. After a request, the parser is ready for the next.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(HTTPWireError) -> (ParsedRequest, length: Int)?
    {
        while bytes.count >= skipped + 2, skipped < 4, bytes[skipped] == 0x0d, bytes[skipped + 1] == 0x0a {
            skipped += 2
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
        // Bytes that cannot begin a request, such as a TLS handshake, would otherwise wait for a line that never comes.
        if let first = rest.first, !ByteClass.isToken(first), !(first == 0x0d && rest.count == 1 && skipped < 4) {
            throw .badRequest("the request does not begin with a method")
        }
        guard let length = try scanner.scan(rest, limits) else { return nil }
        let request = try parseHead(UnsafeRawBufferPointer(rebasing: rest[..<length]))
        let consumed = skipped + length
        scanner = HeadScanner()
        skipped = 0
        return (request, consumed)
    }

    private func parseHead(_ bytes: UnsafeRawBufferPointer) throws(HTTPWireError) -> ParsedRequest {
        // The line ends in CRLF, so every loop below stops there at the latest.
        var position = 0
        while ByteClass.isToken(bytes[position]) { position &+= 1 }
        let methodRange = 0..<position
        guard position > 0, bytes[position] == 0x20 else { throw .badRequest("the method is not a token") }
        position &+= 1
        let targetStart = position
        while ByteClass.isTarget(bytes[position]) { position &+= 1 }
        let targetRange = targetStart..<position
        guard !targetRange.isEmpty, bytes[position] == 0x20 else {
            throw .badRequest("the request target is empty or holds a byte that is not allowed")
        }
        let version = try Self.version(UnsafeRawBufferPointer(rebasing: bytes[(position &+ 1)...]))
        position &+= 11

        var fields = ContiguousArray<HeaderBlock.Field>()
        fields.reserveCapacity(24)
        let facts = try FieldParser.parse(bytes, from: position, to: bytes.count, into: &fields)
        let method = HTTPMethod.of(UnsafeRawBufferPointer(rebasing: bytes[methodRange]))
        let framing = try Self.framing(facts, version)
        if version == .http10, !limits.servesHTTP10 {
            throw HTTPWireError(status: 426, reason: "HTTP/1.0 is not served; use HTTP/1.1")
        }
        let target = try Self.target(bytes, targetRange, method)
        try Self.checkHost(bytes, facts, version, hasAuthority: target.authority != nil)

        if method == .connect, framing != .none {
            // What follows would be the tunnel's to one reader and a body to another (RFC 9110 §9.3.6).
            throw .badRequest("a CONNECT request has a body")
        }
        var head = RequestHead(
            block: HeaderBlock(copying: bytes, fields: fields), method: method, version: version,
            methodRange: methodRange, targetRange: target.path, authorityRange: target.authority)
        // With a body it may be passed over (RFC 9110 §7.8), and nobody has to ask where the one ends and the other begins.
        head.asksUpgrade = facts.upgrades && version == .http11 && framing == .none
        return ParsedRequest(
            head: target.path.isEmpty ? Self.withRootTarget(head) : head, framing: framing,
            keepsAlive: version == .http11 ? !facts.closes : facts.keepsAlive && !facts.closes,
            expectsContinue: facts.expectsContinue && framing != .none && version == .http11)
    }

    private static func version(_ bytes: UnsafeRawBufferPointer) throws(HTTPWireError) -> HTTPVersion {
        guard bytes.count >= 10, bytes[0] == 0x48, bytes[1] == 0x54, bytes[2] == 0x54, bytes[3] == 0x50,
            bytes[4] == 0x2f, ByteClass.isDigit(bytes[5]), bytes[6] == 0x2e, ByteClass.isDigit(bytes[7])
        else { throw .badRequest("the request line does not end in an HTTP version") }
        guard bytes[8] == 0x0d, bytes[9] == 0x0a else {
            throw .badRequest("something follows the version in the request line")
        }
        guard bytes[5] == 0x31, bytes[7] <= 0x31 else {
            throw HTTPWireError(status: 505, reason: "the HTTP version is not supported")
        }
        return bytes[7] == 0x31 ? .http11 : .http10
    }

    private static func framing(_ facts: FieldFacts, _ version: HTTPVersion) throws(HTTPWireError) -> BodyFraming {
        if facts.hasTransferEncoding {
            // Both, or chunked to a peer of HTTP/1.0: what one reader takes for a body is a request to another.
            if facts.contentLength != nil { throw .badRequest("there is a Content-Length beside a Transfer-Encoding") }
            if version == .http10 { throw .badRequest("there is a Transfer-Encoding in an HTTP/1.0 request") }
            return .chunked
        }
        guard let length = facts.contentLength, length > 0 else { return .none }
        return .length(length)
    }

    /// Splits the target into what we forward and the authority it may hold (RFC 9112 §3.2).
    private static func target(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ method: HTTPMethod)
        throws(HTTPWireError) -> (path: Range<Int>, authority: Range<Int>?)
    {
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        if method == .connect {
            guard isAuthority(bytes, range) else { throw .badRequest("the target of CONNECT is not a host and a port") }
            return (range, range)
        }
        if text[0] == UInt8(ascii: "/") { return (range, nil) }
        if text.count == 1, text[0] == UInt8(ascii: "*"), method == .options { return (range, nil) }
        for scheme in [httpScheme, httpsScheme] where text.count > scheme.bytes.count {
            let count = scheme.bytes.count
            guard equalIgnoringCase(scheme.bytes, UnsafeRawBufferPointer(rebasing: text[..<count])) else { continue }
            let slash = text[count...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? text.count
            let authority = range.lowerBound + count..<range.lowerBound + slash
            guard isAuthority(bytes, authority) else { throw .badRequest("the target's host is not a host name") }
            guard slash == text.count || text[slash] == UInt8(ascii: "/") else {
                throw .badRequest("the target has a query but no path")
            }
            return (authority.upperBound..<range.upperBound, authority)
        }
        throw .badRequest("the request target is neither a path nor an http URL")
    }

    private static func checkHost(
        _ bytes: UnsafeRawBufferPointer, _ facts: FieldFacts, _ version: HTTPVersion, hasAuthority: Bool
    ) throws(HTTPWireError) {
        if facts.hosts > 1 { throw .badRequest("there are several Host fields") }
        if facts.hosts == 0, version == .http11 { throw .badRequest("there is no Host field") }
        if facts.hosts == 1, !hasAuthority, !isAuthority(bytes, facts.host) {
            throw .badRequest("the Host is not a host name")
        }
    }

    /// Whether bytes can be `host[:port]`: what a URL splits on, or a list, would mean another host to another reader.
    static func isAuthority(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: ","),
                UInt8(ascii: "\\"):
                return false
            default: guard ByteClass.isTarget(byte) else { return false }
            }
            position &+= 1
        }
        return !range.isEmpty
    }

    /// `GET http://shop HTTP/1.1` asks for `/`.
    private static func withRootTarget(_ head: RequestHead) -> RequestHead {
        var head = head
        head.setTarget([UInt8(ascii: "/")])
        return head
    }

    private static var httpScheme: HeaderName { "http://" }
    private static var httpsScheme: HeaderName { "https://" }
}
