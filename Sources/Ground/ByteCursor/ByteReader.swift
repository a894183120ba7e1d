/// A cursor over bytes whose every read is checked.
///
/// A read that would pass the end returns `nil` and moves nothing, so that a caller can ask again when more bytes
/// have come.
package struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    package init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    /// How many bytes have been read.
    package var offset: Int { position - bytes.startIndex }

    /// How many bytes are left.
    package var remaining: Int { bytes.endIndex - position }

    package var isAtEnd: Bool { position == bytes.endIndex }

    /// The next byte, left where it is.
    package func peek() -> UInt8? {
        isAtEnd ? nil : bytes[position]
    }

    package mutating func readUInt8() -> UInt8? {
        guard let byte = peek() else { return nil }
        position += 1
        return byte
    }

    /// The next `count` bytes, without copying; nothing when `count` is negative or more than ``remaining``.
    package mutating func readBytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= remaining else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The bytes before the next `delimiter`, which is read too; nothing when there is none.
    package mutating func readBytes(before delimiter: UInt8) -> ArraySlice<UInt8>? {
        guard let end = bytes[position...].firstIndex(of: delimiter) else { return nil }
        defer { position = end + 1 }
        return bytes[position..<end]
    }

    /// Moves on by `count` bytes; false, and no move, when there are not as many.
    package mutating func skip(_ count: Int) -> Bool {
        readBytes(count) != nil
    }

    package mutating func readUInt16BigEndian() -> UInt16? { readBigEndian() }
    package mutating func readUInt32BigEndian() -> UInt32? { readBigEndian() }
    package mutating func readUInt64BigEndian() -> UInt64? { readBigEndian() }
    package mutating func readUInt16LittleEndian() -> UInt16? { readLittleEndian() }
    package mutating func readUInt32LittleEndian() -> UInt32? { readLittleEndian() }
    package mutating func readUInt64LittleEndian() -> UInt64? { readLittleEndian() }

    private mutating func readBigEndian<Value: FixedWidthInteger>() -> Value? {
        guard let slice = readBytes(MemoryLayout<Value>.size) else { return nil }
        return slice.reduce(into: Value.zero) { value, byte in value = value << 8 | Value(byte) }
    }

    private mutating func readLittleEndian<Value: FixedWidthInteger>() -> Value? {
        let value: Value? = readBigEndian()
        return value?.byteSwapped
    }
}
