/// Finds the end of a head in bytes that arrive in pieces, and never looks at a byte twice.
///
/// A line that ends in a bare LF is an error at once: waiting for the end of such a head would wait forever.
package struct HeadScanner: Sendable {
    /// Where the search goes on.
    private var position = 0
    /// Where the current line starts.
    private var line = 0
    private var lines = 0

    package init() {}

    /// The length of the head, once it is there whole.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits) throws(HTTPWireError) -> Int? {
        while let end = Self.lineFeed(bytes, from: position) {
            guard end > line, bytes[end - 1] == 0x0d else {
                throw .badRequest("a line ends without a carriage return")
            }
            guard end < limits.headBytes else { throw Self.tooLarge(limits) }
            position = end + 1
            if end - 1 == line { return position }
            line = position
            lines += 1
            // The first line is no field.
            if lines > limits.fieldCount + 1 {
                throw HTTPWireError(status: 431, reason: "the head has more than \(limits.fieldCount) fields")
            }
        }
        position = bytes.count
        if bytes.count >= limits.headBytes { throw Self.tooLarge(limits) }
        return nil
    }

    private static func tooLarge(_ limits: HTTPLimits) -> HTTPWireError {
        HTTPWireError(status: 431, reason: "the head has more than \(limits.headBytes) bytes")
    }

    /// The first LF from `start` on, eight bytes at a time: a byte that is LF becomes zero, and only a zero byte, or one
    /// above it, borrows into its top bit.
    @inline(__always)
    private static func lineFeed(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var position = start
        while position &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) ^ 0x0a0a_0a0a_0a0a_0a0a
            let found = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            // Little endian: the lowest set bit belongs to the first byte, which is always a true one.
            if found != 0 { return position &+ UInt64(littleEndian: found).trailingZeroBitCount >> 3 }
            position &+= 8
        }
        while position < bytes.count {
            if bytes[position] == 0x0a { return position }
            position &+= 1
        }
        return nil
    }
}
