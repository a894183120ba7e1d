import ByteCursor

/// One field of a message.
package struct ProtobufField: Hashable, Sendable {
    /// A payload as the wire has it; what it means is its schema's affair.
    package enum Value: Hashable, Sendable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// A string, a message, bytes or packed numbers.
        case bytes(ArraySlice<UInt8>)
    }

    package let number: Int
    package let value: Value

    package init(number: Int, value: Value) {
        self.number = number
        self.value = value
    }
}

/// Why bytes are no message, and where.
package struct ProtobufError: Error, Hashable, CustomStringConvertible {
    /// Where the faulty field begins, in bytes from the message's start.
    package let offset: Int
    package let message: String

    package var description: String { "byte \(offset): \(message)" }
}

/// Reads a message field by field, in the order of the wire. Groups, which proto3 does not have, are passed over.
package struct ProtobufReader: Sendable {
    private var reader: ByteReader

    package init(_ bytes: ArraySlice<UInt8>) {
        reader = ByteReader(bytes)
    }

    package init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    /// The next field, or nothing at the message's end.
    package mutating func next() throws(ProtobufError) -> ProtobufField? {
        while !reader.isAtEnd {
            let start = reader.offset
            let (number, type) = try tag(at: start)
            switch type {
            case .groupStart: try skipGroup(number, at: start)
            case .groupEnd: throw ProtobufError(offset: start, message: "a group ends that has not begun")
            default: return ProtobufField(number: number, value: try payload(type, at: start))
            }
        }
        return nil
    }

    private mutating func tag(at start: Int) throws(ProtobufError) -> (number: Int, type: ProtobufWireType) {
        let tag = try varint(at: start)
        guard let type = ProtobufWireType(rawValue: UInt8(tag & 7)) else {
            throw ProtobufError(offset: start, message: "\(tag & 7) is no wire type")
        }
        guard let number = Int(exactly: tag >> 3), (1..<1 << 29).contains(number) else {
            throw ProtobufError(offset: start, message: "\(tag >> 3) is no field number")
        }
        return (number, type)
    }

    private mutating func payload(
        _ type: ProtobufWireType, at start: Int
    ) throws(ProtobufError) -> ProtobufField.Value {
        switch type {
        case .varint: return .varint(try varint(at: start))
        case .fixed64:
            guard let value = reader.readUInt64LittleEndian() else { throw truncated(at: start) }
            return .fixed64(value)
        case .fixed32:
            guard let value = reader.readUInt32LittleEndian() else { throw truncated(at: start) }
            return .fixed32(value)
        case .bytes:
            let length = try varint(at: start)
            guard let count = Int(exactly: length), let bytes = reader.readBytes(count) else {
                throw ProtobufError(
                    offset: start, message: "the field says \(length) bytes, but \(reader.remaining) are left")
            }
            return .bytes(bytes)
        case .groupStart, .groupEnd: throw truncated(at: start)
        }
    }

    /// Passes over a group, and groups in it. A stack of numbers, not recursion: a peer decides how deep they nest.
    private mutating func skipGroup(_ number: Int, at start: Int) throws(ProtobufError) {
        var open = [number]
        while let innermost = open.last {
            let (number, type) = try tag(at: reader.offset)
            switch type {
            case .groupStart: open.append(number)
            case .groupEnd where number == innermost: open.removeLast()
            case .groupEnd:
                throw ProtobufError(offset: start, message: "group \(innermost) is closed by the end of \(number)")
            case .varint, .fixed64, .fixed32, .bytes:
                // Only the move matters here.
                _ = try payload(type, at: start)
            }
        }
    }

    private mutating func varint(at start: Int) throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard let byte = reader.readUInt8() else { throw truncated(at: start) }
            // The tenth byte holds the 64th bit and nothing else.
            guard index < 9 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << (UInt64(index) * 7)
            if byte < 0x80 { return value }
        }
        throw ProtobufError(offset: start, message: "a varint is longer than 64 bits")
    }

    private func truncated(at start: Int) -> ProtobufError {
        ProtobufError(offset: start, message: "the message ends inside a field")
    }
}

extension ProtobufField {
    /// The UTF-8 text of a length-delimited field; nothing when it is none.
    package var string: String? {
        if case .bytes(let bytes) = value { String(validating: bytes, as: UTF8.self) } else { nil }
    }

    package var double: Double? {
        if case .fixed64(let bits) = value { Double(bitPattern: bits) } else { nil }
    }

    /// The fields of a message in this field; nothing when it is of another wire type.
    package var message: ProtobufReader? {
        if case .bytes(let bytes) = value { ProtobufReader(bytes) } else { nil }
    }

    /// A zigzag `sint32` or `sint64`.
    package var sint: Int64? {
        guard case .varint(let value) = value else { return nil }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
