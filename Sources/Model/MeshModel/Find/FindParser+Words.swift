// Scalars and words.
extension FindParser {
    var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func skipBlanks() {
        while let scalar = current, scalar.properties.isWhitespace { position += 1 }
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    /// Takes a keyword, in small or capital letters, when it is a word of its own.
    mutating func takeWord(_ keyword: String) -> Bool {
        let start = position
        skipBlanks()
        let letters = Array(keyword.unicodeScalars)
        let candidate = scalars[position...].prefix(letters.count)
        let after = position + letters.count
        let isWhole = after >= scalars.count || !Self.isOperandScalar(scalars[after])
        guard candidate.count == letters.count, isWhole, zip(candidate, letters).allSatisfy({ Self.isLetter($0, $1) })
        else {
            position = start
            return false
        }
        position = after
        return true
    }

    private static func isLetter(_ scalar: Unicode.Scalar, _ small: Unicode.Scalar) -> Bool {
        scalar == small || (scalar.value < 0x5B && scalar.value | 0x20 == small.value)
    }

    mutating func takeOperandWord() -> String {
        let start = position
        while let scalar = current, Self.isOperandScalar(scalar) { position += 1 }
        return text(start..<position)
    }

    /// What stands here up to the next blank or parenthesis; a parenthesis alone when it is one.
    func upcomingWord() -> String {
        var end = position
        while end < scalars.count, !scalars[end].properties.isWhitespace, scalars[end] != "(", scalars[end] != ")" {
            end += 1
        }
        return text(position..<min(max(end, position + 1), scalars.count))
    }

    func text(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(scalars[range]))
    }

    /// What is not a blank, a parenthesis, a quote or part of an operator.
    static func isOperandScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "(", ")", "\"", "'", "=", "!", "<", ">", "*", "^", "$", "~": false
        default: !scalar.properties.isWhitespace
        }
    }

    static func isConnective(_ word: String) -> Bool { ["and", "or"].contains(word.lowercased()) }

    /// What an error says of what it met, without filling a line.
    static func shortened(_ word: String) -> String {
        let scalars = word.unicodeScalars
        guard scalars.count > 40 else { return word }
        return String(String.UnicodeScalarView(scalars.prefix(40))) + "…"
    }

    func expected(_ expectation: FindExpectation) -> FindSyntaxError {
        var here = self
        here.skipBlanks()
        guard here.position < scalars.count else {
            return FindSyntaxError(.expected(expectation, found: nil), at: scalars.count)
        }
        let word = here.upcomingWord()
        return FindSyntaxError(
            .expected(expectation, found: Self.shortened(word)), at: here.position, length: word.unicodeScalars.count)
    }
}
