/// Gathers the fields of an HTTP/2 response, which come one by one, into a head (RFC 9113 §8.3.2).
///
/// What a head may be is what ``ResponseParser`` lets through, so that whoever sends it on as HTTP/1.1 need not ask which
/// version it came in.
package struct HTTP2ResponseBuilder: Sendable {
    private let limits: HTTPLimits
    private var block = HeaderBlock()
    private var status: Int?
    private var hasLength = false
    private var failure: HTTPWireError?
    /// As `SETTINGS_MAX_HEADER_LIST_SIZE` counts; goes on beyond the limit, while nothing more is kept.
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

    /// The head, or why there is none.
    package consuming func finish() throws(HTTPWireError) -> ResponseHead {
        if let failure { throw failure }
        guard let status else { throw .badRequest("the response lacks its status") }
        return ResponseHead(block: block, status: status, version: .http2)
    }

    private mutating func take(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(HTTPWireError) {
        guard listBytes <= limits.headBytes, block.count < limits.fieldCount else {
            throw .badRequest("the head is larger than is allowed")
        }
        guard let first = name.first else { throw .badRequest("a field has no name") }
        if first == UInt8(ascii: ":") {
            let wanted: HeaderName = ":status"
            guard equalIgnoringCase(name, wanted.bytes), status == nil, block.count == 0, value.count == 3,
                let number = FieldParser.decimal(value), (100...599).contains(number)
            else { throw .badRequest("the response's status is not one") }
            status = number
            return
        }
        for byte in name where !ByteClass.isToken(byte) || byte &- 0x41 < 26 {
            throw .badRequest("a field name holds a byte that is not allowed")
        }
        for byte in value where !ByteClass.isValue(byte) {
            throw .badRequest("a field value holds a control byte")
        }
        if name.count == 14, equalIgnoringCase(name, Self.contentLength.bytes) {
            guard !hasLength, FieldParser.decimal(value) != nil else {
                throw .badRequest("the Content-Length is not one decimal number")
            }
            hasLength = true
        } else if OutgoingFraming.isOwned(name, keepsLength: true) {
            throw .badRequest("there is a field about the connection")
        }
        block.add(name, value)
    }

    private static var contentLength: HeaderName { "content-length" }
}
