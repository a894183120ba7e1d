/// Writes Thrift's binary protocol as its specification has it (thrift-binary-protocol.md in apache/thrift), to hold our
/// reader against.
struct ThriftBytes {
    private(set) var bytes: [UInt8] = []

    mutating func bool(_ id: Int16, _ value: Bool) { field(2, id, [value ? 1 : 0]) }
    mutating func double(_ id: Int16, _ value: Double) { field(4, id, Self.bigEndian(value.bitPattern)) }
    mutating func int32(_ id: Int16, _ value: Int32) { field(8, id, Self.bigEndian(value)) }
    mutating func int64(_ id: Int16, _ value: Int64) { field(10, id, Self.bigEndian(value)) }
    mutating func string(_ id: Int16, _ text: String) { binary(id, Array(text.utf8)) }
    mutating func binary(_ id: Int16, _ value: [UInt8]) { field(11, id, Self.bigEndian(Int32(value.count)) + value) }

    mutating func structure(_ id: Int16, _ write: (inout ThriftBytes) -> Void) { field(12, id, Self.structure(write)) }

    mutating func list(_ id: Int16, _ elements: [(inout ThriftBytes) -> Void]) {
        field(15, id, [12] + Self.bigEndian(Int32(elements.count)) + elements.flatMap(Self.structure))
    }

    /// A map of text to lists of numbers, which no definition of Jaeger's has.
    mutating func unknown(_ id: Int16) {
        field(
            13, id,
            [11, 15] + Self.bigEndian(Int32(1)) + Self.bigEndian(Int32(1)) + [0x61]
                + [6] + Self.bigEndian(Int32(2)) + [0, 1, 0, 2])
    }

    static func structure(_ write: (inout ThriftBytes) -> Void) -> [UInt8] {
        var inner = ThriftBytes()
        write(&inner)
        return inner.bytes + [0]
    }

    private mutating func field(_ kind: UInt8, _ id: Int16, _ value: [UInt8]) {
        bytes += [kind] + Self.bigEndian(id) + value
    }

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
    }
}
