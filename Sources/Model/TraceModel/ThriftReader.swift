import ByteCursor

/// Reads structs in Thrift's binary protocol, with every read checked.
///
/// A struct is a row of fields that ends in a zero byte; numbers are big-endian:
///
/// ```text
/// field   +------+----------+---------+    list, set  +------+----------+----------+-----
///         | type | id (i16) | value…  |               | type | n (i32)  | value 1  | …
///         +------+----------+---------+               +------+----------+----------+-----
/// string  +----------+---------+           map  +-----+-------+---------+-------+---------+-----
///         | n (i32)  | n bytes |                | key | value | n (i32) | key 1 | value 1 | …
///         +----------+---------+                +-----+-------+---------+-------+---------+-----
/// ```
///
/// <https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md>
struct ThriftReader {
    enum Kind: UInt8 {
        case bool = 2
        case byte = 3
        case double = 4
        case int16 = 6
        case int32 = 8
        case int64 = 10
        case string = 11
        case structure = 12
        case map = 13
        case set = 14
        case list = 15
        case uuid = 16
    }

    struct Field {
        let id: Int16
        let kind: Kind
    }

    /// How deep what is passed over may nest: every level is one of ours on the stack.
    static let maximumDepth = 32

    private var reader: ByteReader

    init(_ bytes: [UInt8]) {
        reader = ByteReader(bytes)
    }

    /// How many bytes have been read, for errors.
    var offset: Int { reader.offset }

    /// The next field of a struct, whose value must be read or passed over; nothing at the struct's end.
    mutating func nextField() throws(ThriftError) -> Field? {
        let kind = try required(reader.readUInt8())
        if kind == 0 { return nil }
        return Field(id: Int16(bitPattern: try required(reader.readUInt16BigEndian())), kind: try known(kind))
    }

    mutating func bool() throws(ThriftError) -> Bool { try required(reader.readUInt8()) != 0 }

    mutating func int32() throws(ThriftError) -> Int32 {
        Int32(bitPattern: try required(reader.readUInt32BigEndian()))
    }

    mutating func int64() throws(ThriftError) -> Int64 {
        Int64(bitPattern: try required(reader.readUInt64BigEndian()))
    }

    mutating func double() throws(ThriftError) -> Double {
        Double(bitPattern: try required(reader.readUInt64BigEndian()))
    }

    mutating func bytes() throws(ThriftError) -> ArraySlice<UInt8> {
        let count = try int32()
        guard let bytes = reader.readBytes(Int(count)) else { throw tooShort(for: "\(count) bytes of text") }
        return bytes
    }

    /// The head of a list or set: what its elements are and how many follow.
    mutating func list() throws(ThriftError) -> (kind: Kind, count: Int) {
        let kind = try required(reader.readUInt8())
        let count = Int(try int32())
        // No value is smaller than a byte, so that a count bounds a loop. An empty list may be one of nothing (0).
        guard count >= 0, count <= reader.remaining else { throw tooShort(for: "a list of \(count)") }
        return (count == 0 ? Kind(rawValue: kind) ?? .byte : try known(kind), count)
    }

    /// Passes over a value.
    mutating func skip(_ kind: Kind, depth: Int = 0) throws(ThriftError) {
        guard depth < Self.maximumDepth else {
            throw ThriftError(offset: offset, message: "values nest deeper than \(Self.maximumDepth) levels")
        }
        switch kind {
        case .bool, .byte: try skipBytes(1)
        case .int16: try skipBytes(2)
        case .int32: try skipBytes(4)
        case .double, .int64: try skipBytes(8)
        case .uuid: try skipBytes(16)
        case .string: _ = try bytes()
        case .structure: while let field = try nextField() { try skip(field.kind, depth: depth + 1) }
        case .list, .set:
            let (kind, count) = try list()
            for _ in 0..<count { try skip(kind, depth: depth + 1) }
        case .map:
            let key = try required(reader.readUInt8())
            let value = try required(reader.readUInt8())
            let count = Int(try int32())
            guard count >= 0, count <= reader.remaining else { throw tooShort(for: "a map of \(count)") }
            guard count > 0 else { return }
            let (keyKind, valueKind) = (try known(key), try known(value))
            for _ in 0..<count {
                try skip(keyKind, depth: depth + 1)
                try skip(valueKind, depth: depth + 1)
            }
        }
    }

    private mutating func skipBytes(_ count: Int) throws(ThriftError) {
        guard reader.skip(count) else { throw tooShort(for: "\(count) more bytes") }
    }

    private func known(_ kind: UInt8) throws(ThriftError) -> Kind {
        guard let known = Kind(rawValue: kind) else {
            throw ThriftError(offset: offset, message: "\(kind) is no type of Thrift's binary protocol")
        }
        return known
    }

    private func required<Value>(_ value: Value?) throws(ThriftError) -> Value {
        guard let value else { throw tooShort(for: "\(MemoryLayout<Value>.size) more bytes") }
        return value
    }

    private func tooShort(for what: String) -> ThriftError {
        ThriftError(offset: offset, message: "expected \(what), but only \(reader.remaining) bytes are left")
    }
}

/// Why bytes are no Thrift, and where.
struct ThriftError: Error, Hashable {
    let offset: Int
    let message: String
}
