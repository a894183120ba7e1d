internal import HTTPWire

/// Gathers the fields after a body. What does not belong there is dropped: pseudo-headers, which nghttp2 refuses anyway,
/// and what concerns the connection or the body's length (RFC 9110 §6.5.1).
struct HTTP2TrailerBuilder {
    private let limits: HTTPLimits
    private(set) var fields = HTTPHeaders()
    /// As `SETTINGS_MAX_HEADER_LIST_SIZE` counts; goes on beyond the limit, while nothing more is kept.
    private(set) var listBytes = 0

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    mutating func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        // A peer would have to send for centuries to overflow this.
        listBytes &+= name.count &+ value.count &+ 32
        guard listBytes <= limits.trailerBytes, fields.count < limits.fieldCount, name.first != UInt8(ascii: ":"),
            TrailerField.isAllowed(name)
        else { return }
        fields.add(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}
