import ByteCursor

/// Writes Protocol Buffers fields ([encoding](https://protobuf.dev/programming-guides/encoding/)).
///
///     tag = field number << 3 | wire type, as a varint
///     ┌─────┬──────────────────────────────┐
///     │ tag │ payload                      │  0 varint: seven bits a byte, least first, 0x80 = more follow
///     └─────┴──────────────────────────────┘  1 fixed64, 5 fixed32: little endian
///                                             2 bytes: varint length, then the bytes
///
/// A field is written even when it has its type's default value: whoever leaves it out, as proto3 does for fields
/// without presence, decides that at the call. Field numbers go from 1 to 2^29 − 1.
package struct ProtobufWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func varint(field: Int, _ value: UInt64) {
        tag(field, .varint)
        varint(value)
    }

    /// A `bool`.
    package mutating func bool(field: Int, _ value: Bool) {
        varint(field: field, value ? 1 : 0)
    }

    /// An `int32`, `int64` or enum, as two's complement: a negative one takes ten bytes.
    package mutating func int(field: Int, _ value: Int64) {
        varint(field: field, UInt64(bitPattern: value))
    }

    /// A `sint32` or `sint64`, zigzag: a small negative one is short.
    package mutating func sint(field: Int, _ value: Int64) {
        varint(field: field, UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    package mutating func fixed64(field: Int, _ value: UInt64) {
        tag(field, .fixed64)
        bytes.append(littleEndian: value)
    }

    package mutating func fixed32(field: Int, _ value: UInt32) {
        tag(field, .fixed32)
        bytes.append(littleEndian: value)
    }

    package mutating func double(field: Int, _ value: Double) {
        fixed64(field: field, value.bitPattern)
    }

    package mutating func string(field: Int, _ value: some StringProtocol) {
        bytes(field: field, value.utf8)
    }

    package mutating func bytes(field: Int, _ value: some Collection<UInt8>) {
        tag(field, .bytes)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A message inside this one, written by `content`.
    package mutating func message<Failure: Error>(
        field: Int, _ content: (inout ProtobufWriter) throws(Failure) -> Void
    ) throws(Failure) {
        var inner = ProtobufWriter()
        try content(&inner)
        bytes(field: field, inner.bytes)
    }

    private mutating func tag(_ field: Int, _ type: ProtobufWireType) {
        precondition((1..<1 << 29).contains(field), "\(field) is no field number")
        varint(UInt64(field) << 3 | UInt64(type.rawValue))
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// How a field's payload is laid out.
enum ProtobufWireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    /// Groups are long deprecated; readers pass over them.
    case groupStart = 3
    case groupEnd = 4
    case fixed32 = 5
}
