import Quantities

/// Appends the parts of a ``PackedSpan``.
struct PackedWriter {
    var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(256)
    }

    mutating func identifier(_ id: SpanID) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: id.value >> shift))
        }
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Wraps around where the two are more than 292 years apart; the reader wraps back.
    mutating func time(_ time: WallTime, from base: WallTime) {
        let delta = time.nanosecondsSinceEpoch &- base.nanosecondsSinceEpoch
        varint(UInt64(bitPattern: delta << 1 ^ delta >> 63))
    }

    mutating func shared(_ number: SpanTexts.Number) {
        varint(UInt64(number.value) << 1)
    }

    mutating func text(_ text: String, _ texts: inout SpanTexts) {
        if let number = texts.use(text) { return shared(number) }
        varint(UInt64(text.utf8.count) << 1 | 1)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func attributes(_ attributes: [Span.Attribute], _ texts: inout SpanTexts) {
        varint(UInt64(attributes.count))
        for attribute in attributes {
            text(attribute.key, &texts)
            text(attribute.value, &texts)
        }
    }
}

/// Reads what ``PackedWriter`` wrote. The bytes are our own, so that nothing here is a peer's to decide.
struct PackedReader {
    let bytes: [UInt8]
    private(set) var position: Int

    init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
    }

    mutating func byte() -> UInt8 {
        defer { position += 1 }
        return bytes[position]
    }

    mutating func identifier() -> SpanID? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { value |= UInt64(byte()) << shift }
        return SpanID(value)
    }

    mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func time(from base: WallTime) -> WallTime {
        let coded = varint()
        let delta = Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
        return WallTime(nanosecondsSinceEpoch: base.nanosecondsSinceEpoch &+ delta)
    }

    mutating func text() -> PackedSpan.Text {
        let coded = varint()
        guard coded & 1 == 1 else { return .shared(SpanTexts.Number(value: UInt32(truncatingIfNeeded: coded >> 1))) }
        let end = position + Int(truncatingIfNeeded: coded >> 1)
        defer { position = end }
        return .own(position..<end)
    }

    mutating func attributes() -> [PackedSpan.Pair] {
        let count = Int(truncatingIfNeeded: varint())
        var attributes: [PackedSpan.Pair] = []
        attributes.reserveCapacity(count)
        for _ in 0..<count {
            let key = text()
            attributes.append((key, text()))
        }
        return attributes
    }
}
