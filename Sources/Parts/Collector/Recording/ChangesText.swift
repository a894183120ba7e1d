internal import ByteCursor
internal import MetricStore

/// The increases of a scrape as JSON text: `[[first,count,increase],…]`.
///
/// Neighbours that grew by the same stand together: a request adds one to all buckets from its latency on.
enum ChangesText {
    /// - Parameter changes: by ascending number, each number once.
    static func text(_ changes: [SeriesChange]) -> String {
        var bytes = [UInt8(ascii: "[")]
        var index = 0
        while index < changes.count {
            let change = changes[index]
            var length = 1
            while index + length < changes.count, changes[index + length].increase == change.increase,
                Int(changes[index + length].series) == Int(change.series) + length
            {
                length += 1
            }
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "["))
            bytes.append(decimal: Int64(change.series))
            bytes.append(UInt8(ascii: ","))
            bytes.append(decimal: Int64(length))
            bytes.append(UInt8(ascii: ","))
            if let whole = Int64(exactly: change.increase) {
                bytes.append(decimal: whole)
            } else {
                // The shortest digits that read back as the same number.
                bytes.append(text: change.increase.description)
            }
            bytes.append(UInt8(ascii: "]"))
            index += length
        }
        bytes.append(UInt8(ascii: "]"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Calls `body` for every run of series. What follows something that is no run is left out: the file is somebody
    /// else's, and a number that is missing is better than none at all.
    static func forEach(_ text: String, _ body: (_ first: Int, _ count: Int, _ increase: Double) -> Void) {
        var text = text
        text.withUTF8 { bytes in
            var reader = Reader(bytes: bytes)
            guard reader.take("["), !reader.take("]") else { return }
            repeat {
                guard reader.take("["), let first = reader.integer(), reader.take(","), let count = reader.integer(),
                    reader.take(","), let increase = reader.number(), reader.take("]")
                else { return }
                body(first, count, increase)
            } while reader.take(",")
        }
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        mutating func take(_ wanted: Unicode.Scalar) -> Bool {
            while position < bytes.count, bytes[position] == 0x20 { position += 1 }
            guard position < bytes.count, bytes[position] == UInt8(ascii: wanted) else { return false }
            position += 1
            return true
        }

        /// Digits, at most twelve of them.
        mutating func integer() -> Int? {
            var value = 0
            let start = position
            while position < bytes.count, position - start < 12, (0x30...0x39).contains(bytes[position]) {
                value = value * 10 + Int(bytes[position] - 0x30)
                position += 1
            }
            return position > start ? value : nil
        }

        /// A whole number fast, any other as Swift reads it.
        mutating func number() -> Double? {
            let start = position
            if let whole = integer(), position < bytes.count, bytes[position] == UInt8(ascii: "]") {
                return Double(whole)
            }
            while position < bytes.count, bytes[position] != UInt8(ascii: "]"), position - start < 64 { position += 1 }
            return Double(String(decoding: bytes[start..<position], as: UTF8.self))
        }
    }
}
