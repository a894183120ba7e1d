/// A line that begins with `#`. `HELP`, `UNIT` and free comments are passed over: nothing here needs them.
enum ExpositionComment {
    case type(name: UnsafeRawBufferPointer, MetricType)
    case endOfFile
    case other

    init(_ text: RawText, _ start: Int, _ end: Int) throws(ExpositionFailure) {
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
        default: self = .other
        }
    }

    private static func type(_ text: RawText, _ start: Int, _ end: Int) throws(ExpositionFailure) -> ExpositionComment {
        var nameStart = text.endOfBlanks(from: start, to: end)
        var nameEnd = text.endOfToken(from: nameStart, to: end)
        guard nameStart < end else {
            throw ExpositionFailure(position: nameStart, message: "expected a family's name after TYPE")
        }
        var next = nameEnd
        if text[nameStart] == UInt8(ascii: "\"") {
            // A name outside the classic alphabet stands in quotes and may have blanks.
            var scanner = KeyScanner(text, from: nameStart, to: end)
            (nameStart, nameEnd) = try scanner.quoted()
            next = scanner.position
        }
        let typeStart = text.endOfBlanks(from: next, to: end)
        let typeEnd = text.endOfToken(from: typeStart, to: end)
        let spelling = String(decoding: text.slice(typeStart, typeEnd), as: UTF8.self)
        guard let type = MetricType(spelling: spelling), text.endOfBlanks(from: typeEnd, to: end) == end else {
            throw ExpositionFailure(
                position: typeStart,
                message: "expected counter, gauge, histogram, summary or untyped, found \(text.excerpt(typeStart, end))"
            )
        }
        return .type(name: text.slice(nameStart, nameEnd), type)
    }
}

private func ~= (word: StaticString, bytes: UnsafeRawBufferPointer) -> Bool {
    word.withUTF8Buffer { $0.elementsEqual(bytes) }
}
