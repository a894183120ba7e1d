/// Increases of some series, a few bytes each.
///
///     entry   gap × 2 + (a run?)   varint   series passed over since the last entry
///             length − 2           varint   only of a run: neighbours that grew by the same
///             increase × 2         varint   a whole number below 2⁶²
///             or 1, then 8 bytes            any other, as a double
///
/// One request adds the same to all buckets from its latency on, and buckets stand side by side: that is what runs are
/// for. A request costs about 12 bytes in all, whatever number of series it moved.
enum ChangeEncoding {
    /// Appends the increases of one scrape.
    ///
    /// - Parameter changes: by ascending number, each number once, all above zero.
    static func append(_ changes: [SeriesChange], to bytes: inout [UInt8]) {
        var index = 0
        var expected: Int32 = 0
        while index < changes.count {
            let change = changes[index]
            var length = 1
            while index + length < changes.count, changes[index + length].increase == change.increase,
                changes[index + length].series == change.series + Int32(length)
            {
                length += 1
            }
            append(UInt64(change.series - expected) << 1 | (length > 1 ? 1 : 0), to: &bytes)
            if length > 1 { append(UInt64(length - 2), to: &bytes) }
            append(change.increase, to: &bytes)
            expected = change.series + Int32(length)
            index += length
        }
    }

    private static func append(_ increase: Double, to bytes: inout [UInt8]) {
        if increase < 0x1p62, let whole = UInt64(exactly: increase) {
            append(whole << 1, to: &bytes)
        } else {
            bytes.append(1)
            withUnsafeBytes(of: increase.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Calls `body` for every run of series: the first, how many, and what each grew by.
    @inline(__always)
    static func forEach(
        _ bytes: UnsafeRawBufferPointer, _ body: (_ first: Int, _ count: Int, _ increase: Double) -> Void
    ) {
        var position = 0
        var series = 0
        while position < bytes.count {
            let head = varint(bytes, &position)
            series &+= Int(truncatingIfNeeded: head >> 1)
            let count = head & 1 == 0 ? 1 : Int(truncatingIfNeeded: varint(bytes, &position)) &+ 2
            let value = varint(bytes, &position)
            var increase = Double(value >> 1)
            if value & 1 == 1 {
                guard position + 8 <= bytes.count else { return }
                increase = Double(
                    bitPattern: UInt64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
                position &+= 8
            }
            body(series, count, increase)
            series &+= count
        }
    }

    @inline(__always)
    private static func varint(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count {
            let byte = bytes[position]
            position &+= 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        return value
    }
}

/// How much a series, by its number, grew from one scrape to the next.
package struct SeriesChange: Hashable, Sendable {
    package var series: Int32
    package var increase: Double

    package init(series: Int32, increase: Double) {
        self.series = series
        self.increase = increase
    }
}
