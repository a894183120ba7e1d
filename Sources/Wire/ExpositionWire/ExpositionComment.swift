/// A line that begins with `#`.
enum ExpositionComment {
    case type(name: UnsafeRawBufferPointer, MetricType)
    case help(name: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer)
    case unit(name: UnsafeRawBufferPointer, unit: UnsafeRawBufferPointer)
    case endOfFile
    case other

    init(_ text: RawText, _ start: Int, _ lineEnd: Int) throws(ExpositionFailure) {
        // No help text ends in a carriage return: there would be no way to write it.
        var end = lineEnd
        while end > start, text[end - 1] == 0x0D { end -= 1 }
        let wordStart = text.endOfBlanks(from: start + 1, to: end)
        let wordEnd = text.endOfToken(from: wordStart, to: end)
        // Without a blank behind the sign it is a free comment, whatever it says.
        guard wordStart > start + 1 else {
            self = .other
            return
        }
        switch text.slice(wordStart, wordEnd) {
        case "EOF" where text.endOfBlanks(from: wordEnd, to: end) == end: self = .endOfFile
        case "TYPE": self = try Self.type(text, wordEnd, end)
        case "HELP":
            self = Self.named(text, wordEnd, end) { .help(name: $0, text: text.slice($1, end)) }
        case "UNIT":
            self = Self.named(text, wordEnd, end) {
                let unitEnd = text.endOfToken(from: $1, to: end)
                let unit = text.slice($1, unitEnd)
                // It is a part of the metric's name, so neither words nor control characters are meant.
                guard text.endOfBlanks(from: unitEnd, to: end) == end, unit.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
                else { return .other }
                return .unit(name: $0, unit: unit)
            }
        default: self = .other
        }
    }

    private static func type(_ text: RawText, _ start: Int, _ end: Int) throws(ExpositionFailure) -> ExpositionComment {
        guard text.endOfBlanks(from: start, to: end) < end else {
            throw ExpositionFailure(
                position: text.endOfBlanks(from: start, to: end), message: "expected a family's name after TYPE")
        }
        let (name, next) = try name(text, start, end)
        let typeStart = text.endOfBlanks(from: next, to: end)
        let typeEnd = text.endOfToken(from: typeStart, to: end)
        let spelling = String(decoding: text.slice(typeStart, typeEnd), as: UTF8.self)
        guard let type = MetricType(spelling: spelling), text.endOfBlanks(from: typeEnd, to: end) == end else {
            throw ExpositionFailure(
                position: typeStart,
                message: "expected counter, gauge, histogram, summary or untyped, found \(text.excerpt(typeStart, end))"
            )
        }
        return .type(name: name, type)
    }

    /// A line that tells of a family, and cannot spoil a scrape: without a name it is a free comment.
    private static func named(
        _ text: RawText, _ start: Int, _ end: Int, _ make: (UnsafeRawBufferPointer, Int) -> ExpositionComment
    ) -> ExpositionComment {
        guard let (name, next) = try? name(text, start, end), !name.isEmpty else { return .other }
        return make(name, text.endOfBlanks(from: next, to: end))
    }

    /// The name after a word, and where it ends.
    private static func name(
        _ text: RawText, _ start: Int, _ end: Int
    ) throws(ExpositionFailure) -> (UnsafeRawBufferPointer, end: Int) {
        let nameStart = text.endOfBlanks(from: start, to: end)
        guard nameStart < end, text[nameStart] == UInt8(ascii: "\"") else {
            let nameEnd = text.endOfToken(from: nameStart, to: end)
            return (text.slice(nameStart, nameEnd), nameEnd)
        }
        // A name outside the classic alphabet stands in quotes and may have blanks.
        var scanner = KeyScanner(text, from: nameStart, to: end)
        let place = try scanner.quoted()
        return (text.slice(place.start, place.end), scanner.position)
    }
}

private func ~= (word: StaticString, bytes: UnsafeRawBufferPointer) -> Bool {
    word.withUTF8Buffer { $0.elementsEqual(bytes) }
}
