/// Walks over `name{label="value",…}`, quotes and escapes minded, without making text of it.
struct KeyScanner {
    /// What the scanner comes by. Ranges are places in the text, without quotes, escapes as they stand.
    enum Part {
        case name(Range<Int>, isQuoted: Bool)
        case label(Range<Int>, isQuoted: Bool, value: Range<Int>)
    }

    private let text: RawText
    private let end: Int
    private(set) var position: Int

    init(_ text: RawText, from start: Int, to end: Int) {
        self.text = text
        self.position = start
        self.end = end
    }

    /// A metric name, a label set with the name in quotes inside, or a name and a label set.
    mutating func key(_ visit: (Part) -> Void) throws(ExpositionFailure) {
        let start = position
        if position < end, text[position].isNameStart || text[position] == UInt8(ascii: ":") {
            skipName(colons: true)
            visit(.name(start..<position, isQuoted: false))
            // Blanks may stand before the labels, but belong to the value when there are none.
            let next = text.endOfBlanks(from: position, to: end)
            if next < end, text[next] == UInt8(ascii: "{"), !isNativeHistogram(at: next) {
                position = next
                try labelSet(visit)
            }
            return
        }
        guard position < end, text[position] == UInt8(ascii: "{") else { throw expected("a metric name") }
        var hasName = false
        try items { part in
            if case .name = part { hasName = true }
            visit(part)
        }
        guard hasName else {
            throw ExpositionFailure(position: start, message: "expected a metric name before '{' or in quotes after it")
        }
    }

    /// Labels in braces.
    mutating func labelSet(_ visit: (Part) -> Void) throws(ExpositionFailure) {
        guard position < end, text[position] == UInt8(ascii: "{") else { throw expected("'{'") }
        let start = position
        var hasName = false
        try items { part in
            if case .name = part { hasName = true }
            visit(part)
        }
        guard !hasName else {
            throw ExpositionFailure(position: start, message: "expected labels, found a metric name in quotes")
        }
    }

    /// A text in quotes: its place without them.
    mutating func quoted() throws(ExpositionFailure) -> (start: Int, end: Int) {
        let start = position + 1
        var index = start
        while index < end, text[index] != UInt8(ascii: "\"") {
            // What is escaped cannot close the quotes.
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < end else {
            throw ExpositionFailure(position: position, message: "the quotes that open here are not closed")
        }
        position = index + 1
        return (start, index)
    }

    private mutating func items(_ visit: (Part) -> Void) throws(ExpositionFailure) {
        position += 1
        var isFirst = true
        while true {
            skipBlanks()
            if take(UInt8(ascii: "}")) { return }
            try item(isFirst: isFirst, visit)
            isFirst = false
            skipBlanks()
            if take(UInt8(ascii: "}")) { return }
            guard take(UInt8(ascii: ",")) else { throw expected("',' or '}'") }
        }
    }

    private mutating func item(isFirst: Bool, _ visit: (Part) -> Void) throws(ExpositionFailure) {
        let name: Range<Int>
        let isQuoted = position < end && text[position] == UInt8(ascii: "\"")
        if isQuoted {
            let place = try quoted()
            name = place.start..<place.end
            guard !name.isEmpty else {
                throw ExpositionFailure(position: place.start - 1, message: "expected a name in the quotes, found none")
            }
            skipBlanks()
            if isFirst, position < end, text[position] == UInt8(ascii: ",") || text[position] == UInt8(ascii: "}") {
                visit(.name(name, isQuoted: true))
                return
            }
        } else {
            let start = position
            guard position < end, text[position].isNameStart else { throw expected("a label name or '}'") }
            skipName(colons: false)
            name = start..<position
            skipBlanks()
        }
        guard take(UInt8(ascii: "=")) else { throw expected("'=' after the label name") }
        skipBlanks()
        guard position < end, text[position] == UInt8(ascii: "\"") else {
            throw expected("the label's value in quotes")
        }
        let value = try quoted()
        visit(.label(name, isQuoted: isQuoted, value: value.start..<value.end))
    }

    /// `{count:24,sum:100,…}` is a value, not a label set.
    private func isNativeHistogram(at brace: Int) -> Bool {
        var index = text.endOfBlanks(from: brace + 1, to: end)
        let start = index
        while index < end, text[index].isNameStart { index += 1 }
        return index > start && index < end && text[index] == UInt8(ascii: ":")
    }

    private mutating func skipName(colons: Bool) {
        while position < end {
            let byte = text[position]
            guard byte.isNameStart || byte.isDigit || colons && byte == UInt8(ascii: ":") else { return }
            position += 1
        }
    }

    private mutating func skipBlanks() {
        position = text.endOfBlanks(from: position, to: end)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, text[position] == byte else { return false }
        position += 1
        return true
    }

    private func expected(_ what: String) -> ExpositionFailure {
        ExpositionFailure(
            position: position, message: "expected \(what), found \(text.excerpt(at: position, to: end))")
    }
}
