/// A response head with what its receiver must know beyond it.
package struct ParsedResponse: Sendable {
    package var head: ResponseHead
    package let framing: BodyFraming
    /// Whether the connection can be used again after this response.
    package let keepsAlive: Bool
}

/// Parses response heads from bytes that arrive in pieces (RFC 9112 §4). Used like ``RequestParser``, and as strict.
package struct ResponseParser: Sendable {
    private let limits: HTTPLimits
    private var scanner = HeadScanner()

    package init(limits: HTTPLimits = .default) {
        self.limits = limits
    }

    /// The next response, interim ones (1xx) included, and how many bytes its head takes; nothing when more are needed.
    ///
    /// - Parameter method: that of the request it answers: the answer to HEAD has no body, whatever its fields say.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer, answering method: HTTPMethod)
        throws(HTTPWireError) -> (ParsedResponse, length: Int)?
    {
        let prefix: StaticString = "HTTP/1."
        guard prefix.withUTF8Buffer({ prefix in zip(prefix, bytes).allSatisfy { $0 == $1 } }) else {
            throw .badRequest("the response does not begin with HTTP/1")
        }
        guard let length = try scanner.scan(bytes, limits) else { return nil }
        let response = try parseHead(UnsafeRawBufferPointer(rebasing: bytes[..<length]), answering: method)
        scanner = HeadScanner()
        return (response, length)
    }

    private func parseHead(_ bytes: UnsafeRawBufferPointer, answering method: HTTPMethod)
        throws(HTTPWireError) -> ParsedResponse
    {
        // HTTP/1.1 200 OK␍␊, where the phrase, and the blank before it, may be missing.
        guard bytes.count > 14, ByteClass.isDigit(bytes[7]), bytes[8] == 0x20 else {
            throw .badRequest("the status line does not begin with HTTP/1.1 and a blank")
        }
        let version: HTTPVersion = bytes[7] == 0x30 ? .http10 : .http11
        guard let status = FieldParser.decimal(UnsafeRawBufferPointer(rebasing: bytes[9..<12])),
            (100...599).contains(status)
        else { throw .badRequest("the status is not a number from 100 to 599") }
        var position = 12
        guard bytes[position] == 0x20 || bytes[position] == 0x0d else { throw .badRequest("the status is too long") }
        while ByteClass.isValue(bytes[position]) { position &+= 1 }
        guard bytes[position] == 0x0d, bytes[position &+ 1] == 0x0a else {
            throw .badRequest("the status line holds a control byte")
        }
        position &+= 2

        var fields = ContiguousArray<HeaderBlock.Field>()
        fields.reserveCapacity(16)
        let facts = try FieldParser.parse(bytes, from: position, to: bytes.count, into: &fields)
        let head = ResponseHead(
            block: HeaderBlock(copying: bytes, fields: fields), status: status, version: version)
        let framing = try Self.framing(facts, head, version, answering: method)
        let keepsAlive = version == .http11 ? !facts.closes : facts.keepsAlive && !facts.closes
        return ParsedResponse(head: head, framing: framing, keepsAlive: keepsAlive && framing != .untilClose)
    }

    private static func framing(
        _ facts: FieldFacts, _ head: ResponseHead, _ version: HTTPVersion, answering method: HTTPMethod
    ) throws(HTTPWireError) -> BodyFraming {
        if facts.hasTransferEncoding {
            if facts.contentLength != nil { throw .badRequest("there is a Content-Length beside a Transfer-Encoding") }
            if version == .http10 { throw .badRequest("there is a Transfer-Encoding in an HTTP/1.0 response") }
        }
        if method == .head || head.forbidsBody { return .none }
        if facts.isChunked { return .chunked }
        guard let length = facts.contentLength else { return .untilClose }
        return length == 0 ? .none : .length(length)
    }
}
