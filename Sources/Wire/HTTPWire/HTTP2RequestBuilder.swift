/// Gathers the fields of an HTTP/2 request, which come one by one, into a head (RFC 9113 §8.3.1).
///
/// What a head may be is what ``RequestParser`` lets through, so that whoever handles requests, or sends them on as
/// HTTP/1.1, need not ask which version they came in.
package struct HTTP2RequestBuilder: Sendable {
    private let limits: HTTPLimits
    private var block = HeaderBlock()
    private var method: Range<Int>?
    private var target: Range<Int>?
    private var authority: Range<Int>?
    /// What an extended CONNECT asks to go on in (RFC 8441 §4).
    private var protocolName: Range<Int>?
    private var hosts = 0
    /// The crumbs of a cookie, which HTTP/2 may split (RFC 9113 §8.2.3), with `; ` between them.
    private var cookies: [UInt8]?
    private var failure: HTTPWireError?
    /// As `SETTINGS_MAX_HEADER_LIST_SIZE` counts: 32 bytes a field more than its text (RFC 9113 §6.5.2). Counts on after
    /// the limit, while nothing more is kept.
    package private(set) var listBytes = 0

    package init(limits: HTTPLimits = .default) {
        self.limits = limits
    }

    /// Takes the next field. What is wrong with it is said by ``finish()``.
    package mutating func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        // A peer would have to send for centuries to overflow this.
        listBytes &+= name.count &+ value.count &+ 32
        guard failure == nil else { return }
        do throws(HTTPWireError) {
            try take(name, value)
        } catch {
            failure = error
        }
    }

    /// The head, or why there is none. A refusal's status is what the request is answered with.
    package consuming func finish() throws(HTTPWireError) -> RequestHead {
        if let failure { throw failure }
        guard var method, !method.isEmpty else { throw .badRequest("the request lacks its method") }
        var target = target
        var kind = block.storage.withUnsafeBytes { HTTPMethod.of(UnsafeRawBufferPointer(rebasing: $0[method])) }
        if protocolName != nil {
            guard kind == .connect, authority != nil else {
                throw .badRequest("a protocol is asked for, but not by CONNECT")
            }
            // From here on it is what it would be in HTTP/1.1.
            method = block.storage.count..<block.storage.count &+ 3
            block.storage.append(contentsOf: "GET".utf8)
            kind = .get
        } else if kind == .connect {
            // RFC 9113 §8.5: the authority alone says where to.
            guard authority != nil, target == nil else { throw .badRequest("a CONNECT request has a path, or no host") }
            target = authority
        }
        guard let target, !target.isEmpty else { throw .badRequest("the request lacks its path") }
        if authority == nil, hosts != 1 { throw .badRequest("the request does not name its host") }
        if let cookies {
            let name: HeaderName = "cookie"
            cookies.withUnsafeBytes { block.add(name.bytes, $0) }
        }
        let isAsterisk = target.count == 1 && block.storage[target.lowerBound] == UInt8(ascii: "*")
        guard
            kind == .connect || block.storage[target.lowerBound] == UInt8(ascii: "/") || isAsterisk && kind == .options
        else {
            throw .badRequest("the path does not begin with a slash")
        }
        if let protocolName {
            let name = Array(block.storage[protocolName])
            name.withUnsafeBytes { block.add(Self.upgrade.bytes, $0) }
        }
        var head = RequestHead(
            block: block, method: kind, version: .http2, methodRange: method, targetRange: target,
            authorityRange: authority)
        head.asksUpgrade = protocolName != nil
        return head
    }

    private mutating func take(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(HTTPWireError) {
        guard listBytes <= limits.headBytes, block.count < limits.fieldCount else {
            throw HTTPWireError(status: 431, reason: "the head is larger than is allowed")
        }
        guard let first = name.first else { throw .badRequest("a field has no name") }
        if first == UInt8(ascii: ":") { return try takePseudo(name, value) }
        for byte in name where !ByteClass.isToken(byte) || byte &- 0x41 < 26 {
            throw .badRequest("a field name holds a byte that is not allowed")
        }
        for byte in value where !ByteClass.isValue(byte) {
            throw .badRequest("a field value holds a control byte")
        }
        switch name.count {
        case 4 where equalIgnoringCase(name, Self.host.bytes):
            hosts &+= 1
            // Another name than `:authority` would be another host to another reader.
            if authority != nil { return }
            guard hosts == 1, RequestParser.isAuthority(value, 0..<value.count) else {
                throw .badRequest("the Host is not a host name")
            }
        case 6 where equalIgnoringCase(name, Self.cookie.bytes): return takeCookie(value)
        case 2 where equalIgnoringCase(name, Self.te.bytes):
            guard equalIgnoringCase(value, Self.trailers.bytes) else {
                throw .badRequest("TE is something other than trailers")
            }
        case 7, 10, 16, 17:
            guard !OutgoingFraming.isOwned(name, keepsLength: true) else {
                throw .badRequest("there is a field about the connection")
            }
        default: break
        }
        block.add(name, value)
    }

    private mutating func takePseudo(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(HTTPWireError) {
        guard block.count == 0, cookies == nil else { throw .badRequest("a pseudo-header follows a field") }
        for byte in value where !ByteClass.isTarget(byte) {
            throw .badRequest("a pseudo-header holds a byte that is not allowed")
        }
        let range = block.storage.count..<block.storage.count &+ value.count
        if equalIgnoringCase(name, Self.method.bytes), method == nil {
            for byte in value where !ByteClass.isToken(byte) { throw .badRequest("the method is not a token") }
            method = range
        } else if equalIgnoringCase(name, Self.path.bytes), target == nil {
            target = range
        } else if equalIgnoringCase(name, Self.authority.bytes), authority == nil {
            guard RequestParser.isAuthority(value, 0..<value.count) else {
                throw .badRequest("the authority is not a host name")
            }
            authority = range
        } else if equalIgnoringCase(name, Self.protocolField.bytes), protocolName == nil {
            guard !range.isEmpty else { throw .badRequest("the protocol has no name") }
            protocolName = range
        } else if equalIgnoringCase(name, Self.scheme.bytes) {
            // Whether the connection is encrypted is known better than from what the client says of it.
            return
        } else {
            throw .badRequest("there is a pseudo-header twice, or one that is not known")
        }
        block.storage.append(contentsOf: value)
    }

    private mutating func takeCookie(_ value: UnsafeRawBufferPointer) {
        if cookies == nil {
            cookies = Array(value)
        } else {
            cookies?.append(contentsOf: [UInt8(ascii: ";"), 0x20])
            cookies?.append(contentsOf: value)
        }
    }

    private static var host: HeaderName { "host" }
    private static var cookie: HeaderName { "cookie" }
    private static var te: HeaderName { "te" }
    private static var trailers: HeaderName { "trailers" }
    private static var method: HeaderName { ":method" }
    private static var path: HeaderName { ":path" }
    private static var authority: HeaderName { ":authority" }
    private static var scheme: HeaderName { ":scheme" }
    private static var protocolField: HeaderName { ":protocol" }
    private static var upgrade: HeaderName { "upgrade" }
}
