internal import ExpositionWire

/// A series' name as nearly all are written: `{"__name__":"a","b":"c"}` with nothing escaped and no blanks between.
///
/// Reading the names is most of the work of looking back in the history of a large mesh, and this reads them several
/// times as fast as whoever can read all of JSON.
struct PlainSeriesText {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Nothing when it is written in another way, or is no series.
    func key() -> SeriesKey? {
        var reader = self
        return reader.read()
    }

    private mutating func read() -> SeriesKey? {
        guard take("{"), string() == "__name__", take(":"), let name = string() else { return nil }
        var labels: [Label] = []
        labels.reserveCapacity(24)
        while take(",") {
            guard let label = string(), label != "__name__", take(":"), let value = string() else { return nil }
            labels.append(Label(name: label, value: value))
        }
        guard take("}"), position == bytes.count else { return nil }
        return SeriesKey(name: name, labels: labels)
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: wanted) else { return false }
        position += 1
        return true
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            case UInt8(ascii: "\\"): return nil
            default: position += 1
            }
        }
        return nil
    }
}
