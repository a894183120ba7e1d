import TraceModel

/// What is looked for in a trace, whatever the case of its letters.
///
/// Every key that is typed looks through all texts of a trace, of which a large one has hundreds of thousands: bytes are
/// compared where they lie, and only ASCII's letters in both cases.
struct SearchWords {
    private let bytes: [UInt8]
    private let text: String

    init(_ text: String) {
        self.text = text.lowercased()
        bytes = self.text.utf8.map(SearchWords.lowered)
    }

    /// Whether one of the words that are shown of a span has it; `key=value` finds an attribute by both.
    func isFound(in row: Waterfall.Row) -> Bool {
        let span = row.span
        if has(row.service) || has(row.operation) || has(span.name) || has(span.statusMessage) { return true }
        if span.attributes.contains(where: { has($0.key) || has($0.value) }) { return true }
        if span.events.contains(where: { has($0.name) || $0.attributes.contains { has($0.value) } }) { return true }
        if text.contains("="), span.attributes.contains(where: { has("\($0.key)=\($0.value)") }) { return true }
        return span.id.description.hasPrefix(text)
    }

    private func has(_ words: String) -> Bool {
        var words = words
        return words.withUTF8 { place in
            guard let first = bytes.first else { return true }
            guard place.count >= bytes.count else { return false }
            for start in 0...(place.count - bytes.count) where SearchWords.lowered(place[start]) == first {
                if bytes.indices.allSatisfy({ SearchWords.lowered(place[start + $0]) == bytes[$0] }) { return true }
            }
            return false
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
