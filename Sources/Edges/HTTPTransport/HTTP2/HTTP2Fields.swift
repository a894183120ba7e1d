internal import CNghttp2
internal import HTTPWire

/// The fields of a head to send, in one piece of memory, as nghttp2 wants them.
struct HTTP2Fields {
    private struct Field {
        let start: Int
        let nameEnd: Int
        let valueEnd: Int
    }

    private var bytes: [UInt8] = []
    private var fields: [Field] = []

    /// The head of a response.
    init(_ head: ResponseHead) {
        bytes.reserveCapacity(256)
        add(":status" as String, "\(head.status)")
        head.forEachHTTP2Field { name, value in add(name, value) }
    }

    /// The head of a request. Pseudo-headers come first; the host stands in one of them (RFC 9113 §8.3.1).
    ///
    /// - Parameter isUpgrade: whether it is an extended CONNECT (RFC 8441 §4).
    init(_ head: RequestHead, scheme: StaticString, isUpgrade: Bool = false) {
        bytes.reserveCapacity(512)
        if isUpgrade, let name = head.upgrade {
            add(":method" as StaticString, "CONNECT" as StaticString)
            add(":protocol", name)
        } else {
            add(":method", head.methodBytes)
        }
        add(":scheme", scheme)
        add(":authority", head.authority)
        add(":path", head.target)
        head.forEachHTTP2Field { name, value in add(name, value) }
    }

    /// Trailer fields. They go through a head, which cleans what text may not hold.
    init(trailers: HTTPHeaders) {
        var head = ResponseHead(status: 200)
        for (name, value) in trailers { head.add(name, value) }
        head.forEachHTTP2Field { name, value in add(name, value) }
    }

    private mutating func add(_ name: String, _ value: String) {
        var (name, value) = (name, value)
        name.withUTF8 { name in
            value.withUTF8 { value in add(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value)) }
        }
    }

    private mutating func add(_ name: StaticString, _ value: ArraySlice<UInt8>) {
        value.withUnsafeBytes { add(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), $0) }
    }

    private mutating func add(_ name: StaticString, _ value: StaticString) {
        add(
            UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
            UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    private mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let start = bytes.count
        // Names are lower case in HTTP/2 (RFC 9113 §8.2.1).
        for byte in name { bytes.append(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
        let nameEnd = bytes.count
        bytes.append(contentsOf: value)
        fields.append(Field(start: start, nameEnd: nameEnd, valueEnd: bytes.count))
    }

    /// Calls `body` with the fields. nghttp2 copies what it keeps, and writes nothing although its pointers would allow
    /// it.
    mutating func withValues(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> CInt) -> CInt {
        bytes.withUnsafeMutableBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return body(nil, 0) }
            let values = fields.map { field in
                nghttp2_nv(
                    name: base + field.start, value: base + field.nameEnd, namelen: field.nameEnd - field.start,
                    valuelen: field.valueEnd - field.nameEnd, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
            }
            return values.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}
