/// Reads an expression, one unicode scalar after the other; see ``FindExpression`` for the grammar.
struct FindParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var terms = 0

    init(_ text: String) {
        // One more than allowed tells that there is more.
        scalars = Array(text.unicodeScalars.prefix(FindExpression.maximumLength + 1))
    }

    mutating func parse() throws(FindSyntaxError) -> FindCondition {
        guard scalars.count <= FindExpression.maximumLength else {
            throw FindSyntaxError(.tooLong(maximum: FindExpression.maximumLength), at: FindExpression.maximumLength)
        }
        let condition = try alternatives()
        skipBlanks()
        guard position == scalars.count else { throw expected(.connective) }
        return condition
    }

    private mutating func alternatives() throws(FindSyntaxError) -> FindCondition {
        var parts = [try list()]
        while takeWord("or") { parts.append(try list()) }
        return .joined(parts, byOr: true)
    }

    private mutating func list() throws(FindSyntaxError) -> FindCondition {
        var parts: [FindCondition] = []
        var subjects: Set<FindSubject> = []
        repeat {
            skipBlanks()
            let start = position
            let part = try condition(of: subjects)
            let others = part.strictSubjects
            if subjects.isEmpty {
                subjects = others
            } else if !others.isEmpty, others != subjects {
                throw FindSyntaxError(.mixedSubjects, at: start, length: position - start)
            }
            parts.append(part)
        } while takeWord("and")
        return .joined(parts, byOr: false)
    }

    private mutating func condition(of subjects: Set<FindSubject>) throws(FindSyntaxError) -> FindCondition {
        let depthBefore = depth
        defer { depth = depthBefore }
        var negations = 0
        var firstNegation: Int?
        while true {
            skipBlanks()
            let start = position
            if take("!") || takeWord("not") {
                negations += 1
                firstNegation = firstNegation ?? start
                try deepen(at: start)
            } else if !takeWord("is"), !takeWord("has") {
                break
            }
        }
        var result: FindCondition
        let start = position
        if take("(") {
            try deepen(at: start)
            result = try alternatives()
            skipBlanks()
            guard take(")") else {
                if position == scalars.count { throw FindSyntaxError(.unclosedParenthesis, at: start, length: 1) }
                throw expected(.closing)
            }
        } else {
            let field = try field(of: subjects)
            result = try term(field)
            if let firstNegation, case .comparison = result {
                throw FindSyntaxError(.negatedComparison(field.operand), at: firstNegation, length: 1)
            }
        }
        for _ in 0..<negations { result = .not(result) }
        return result
    }

    private mutating func deepen(at offset: Int) throws(FindSyntaxError) {
        depth += 1
        guard depth <= FindExpression.maximumDepth else {
            throw FindSyntaxError(.tooDeep(maximum: FindExpression.maximumDepth), at: offset, length: 1)
        }
    }
}

// Operands and operators.
extension FindParser {
    private mutating func field(of subjects: Set<FindSubject>) throws(FindSyntaxError) -> FindField {
        let start = position
        let word = takeOperandWord()
        let length = position - start
        guard !word.isEmpty, !Self.isConnective(word) else {
            position = start
            throw expected(.operand(subjects))
        }
        terms += 1
        guard terms <= FindExpression.maximumTerms else {
            throw FindSyntaxError(.tooManyTerms(maximum: FindExpression.maximumTerms), at: start, length: length)
        }
        if word.lowercased().hasPrefix(FindOperand.label.rawValue) {
            let key = String(String.UnicodeScalarView(word.unicodeScalars.dropFirst(6)))
            guard !key.isEmpty else { throw FindSyntaxError(.labelWithoutKey, at: position) }
            guard key.unicodeScalars.count <= FindExpression.maximumValueLength else {
                throw FindSyntaxError(
                    .valueTooLong(maximum: FindExpression.maximumValueLength), at: start, length: length)
            }
            return FindField(.label, labelKey: key)
        }
        guard let operand = FindOperand(named: word) else {
            throw FindSyntaxError(
                .unknownOperand(Self.shortened(word), nearest: FindOperand.nearest(to: word)), at: start,
                length: length)
        }
        return FindField(operand)
    }

    private mutating func term(_ field: FindField) throws(FindSyntaxError) -> FindCondition {
        let operand = field.operand
        let afterField = position
        skipBlanks()
        let start = position
        if operand.use == .flag {
            guard takePlainOperator() == nil else {
                throw FindSyntaxError(.flagTakesNoOperator(operand), at: start, length: position - start)
            }
            position = afterField
            return .flag(field)
        }
        guard let comparison = try takeOperator(for: operand) else {
            guard operand == .label else { throw expected(.comparison(operand, isNegated: false)) }
            position = afterField
            return .flag(field)
        }
        guard comparison.fits(operand.use) else {
            throw FindSyntaxError(
                .operatorDoesNotFit(operand, text(start..<position)), at: start, length: position - start)
        }
        return .comparison(field, comparison, try value(of: operand, comparison))
    }

    /// An operator as a sign or a word, negated or not; nothing when something else stands here.
    private mutating func takeOperator(for operand: FindOperand) throws(FindSyntaxError) -> FindOperator? {
        if let comparison = takePlainOperator() { return comparison }
        let start = position
        guard take("!") || takeWord("not") else { return nil }
        skipBlanks()
        guard let comparison = takePlainOperator() else { throw expected(.comparison(operand, isNegated: true)) }
        guard let negation = comparison.negation else {
            throw FindSyntaxError(.noNegation(comparison), at: start, length: position - start)
        }
        return negation
    }

    private mutating func takePlainOperator() -> FindOperator? {
        for sign in FindOperator.signs where scalars[position...].starts(with: sign.text.unicodeScalars) {
            position += sign.text.unicodeScalars.count
            return sign.operator
        }
        for (word, comparison) in FindOperator.words where takeWord(word) { return comparison }
        return nil
    }
}

// Values.
extension FindParser {
    private mutating func value(
        of operand: FindOperand, _ comparison: FindOperator
    ) throws(FindSyntaxError) -> FindValue {
        skipBlanks()
        let start = position
        let text =
            switch current {
            case "\"", "'": try quotedValue()
            default: try bareValue(of: operand, comparison)
            }
        let length = position - start
        guard text.unicodeScalars.count <= FindExpression.maximumValueLength else {
            throw FindSyntaxError(.valueTooLong(maximum: FindExpression.maximumValueLength), at: start, length: length)
        }
        switch operand.use {
        case .text, .flag:
            guard comparison == .matches || comparison == .notMatches else { return .text(text) }
            do {
                return .pattern(try FindPattern(text))
            } catch {
                throw FindSyntaxError(.badPattern(error), at: start, length: length)
            }
        case .word:
            let word = text.lowercased()
            let type = FindOperand.nodeTypeAbbreviations[word] ?? word
            guard FindOperand.nodeTypes.contains(type) else {
                let nearest = word.nearest(among: FindOperand.nodeTypes)
                throw FindSyntaxError(
                    .unknownNodeType(Self.shortened(text), nearest: nearest), at: start, length: length)
            }
            return .text(type)
        case .number(let unit):
            if text.lowercased() == "nan", operand != .rank, comparison == .equal || comparison == .notEqual {
                return .noActivity
            }
            let number = Self.number(text)
            if operand == .rank {
                guard let number, (1...100).contains(number) else {
                    throw FindSyntaxError(.rankOutOfRange(Self.shortened(text)), at: start, length: length)
                }
            }
            guard let number else {
                throw FindSyntaxError(.notANumber(Self.shortened(text), unit: unit), at: start, length: length)
            }
            return .number(number)
        }
    }

    /// A decimal number; not what Swift reads besides, like `0x1p3` or `inf`.
    private static func number(_ text: String) -> Double? {
        let isDecimal = text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "0"..."9", "+", "-", ".", "e", "E": true
            default: false
            }
        }
        guard isDecimal, let number = Double(text), number.isFinite else { return nil }
        // There is one zero only.
        return number == 0 ? 0 : number
    }

    /// Inside quotes a backslash stands before a quote or a backslash that is meant; before anything else it is
    /// itself, so that a pattern needs no second one.
    private mutating func quotedValue() throws(FindSyntaxError) -> String {
        let start = position
        let quote = scalars[position]
        position += 1
        var view = String.UnicodeScalarView()
        while let scalar = current {
            position += 1
            if scalar == quote { return String(view) }
            if scalar == "\\", let next = current, next == "\\" || next == quote {
                view.append(next)
                position += 1
            } else {
                view.append(scalar)
            }
        }
        throw FindSyntaxError(.unclosedQuote, at: start, length: 1)
    }

    /// Words up to AND, OR, `)` or the end, joined by one blank. Only operations have blanks in their names; elsewhere
    /// a second word is a forgotten AND.
    private mutating func bareValue(
        of operand: FindOperand, _ comparison: FindOperator
    ) throws(FindSyntaxError) -> String {
        var words: [String] = []
        var end = position
        while let scalar = current, scalar != ")" {
            let start = position
            let next = upcomingWord()
            if Self.isConnective(next) { break }
            if words.isEmpty {
                if "=<>!".unicodeScalars.contains(scalar) { throw expected(.value(operand, comparison)) }
            } else if operand != .operation && operand != .name || beginsCondition() {
                throw FindSyntaxError(
                    .missingConnective(Self.shortened(next)), at: start, length: next.unicodeScalars.count)
            }
            words.append(try bareWord())
            end = position
            skipBlanks()
        }
        guard !words.isEmpty else { throw expected(.value(operand, comparison)) }
        position = end
        return words.joined(separator: " ")
    }

    /// Up to a blank or a parenthesis that it did not open.
    private mutating func bareWord() throws(FindSyntaxError) -> String {
        let start = position
        var open: [Int] = []
        scan: while let scalar = current {
            switch scalar {
            case "(": open.append(position)
            case ")":
                if open.popLast() == nil { break scan }
            case "\\": position = min(position + 1, scalars.count - 1)
            default:
                if scalar.properties.isWhitespace, open.isEmpty { break scan }
            }
            position += 1
        }
        if let unpaired = open.first { throw FindSyntaxError(.unpairedParenthesisInValue, at: unpaired, length: 1) }
        return text(start..<position)
    }

    /// Whether an operand and an operator stand here, or what cannot belong to a value: a parenthesis, a quote, a sign.
    private func beginsCondition() -> Bool {
        var ahead = self
        if ahead.current == "(" || ahead.current == "\"" || ahead.current == "'" { return true }
        if ahead.takePlainOperator() != nil { return true }
        let word = ahead.takeOperandWord()
        guard FindOperand(named: word) != nil || word.lowercased().hasPrefix(FindOperand.label.rawValue) else {
            return false
        }
        ahead.skipBlanks()
        return ahead.takePlainOperator() != nil
    }
}

// Scalars and words.
extension FindParser {
    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func skipBlanks() {
        while let scalar = current, scalar.properties.isWhitespace { position += 1 }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    /// Takes a keyword, in small or capital letters, when it is a word of its own.
    private mutating func takeWord(_ keyword: String) -> Bool {
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

    private mutating func takeOperandWord() -> String {
        let start = position
        while let scalar = current, Self.isOperandScalar(scalar) { position += 1 }
        return text(start..<position)
    }

    /// What stands here up to the next blank or parenthesis; a parenthesis alone when it is one.
    private func upcomingWord() -> String {
        var end = position
        while end < scalars.count, !scalars[end].properties.isWhitespace, scalars[end] != "(", scalars[end] != ")" {
            end += 1
        }
        return text(position..<min(max(end, position + 1), scalars.count))
    }

    private func text(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(scalars[range]))
    }

    /// What is not a blank, a parenthesis, a quote or part of an operator.
    static func isOperandScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "(", ")", "\"", "'", "=", "!", "<", ">", "*", "^", "$", "~": false
        default: !scalar.properties.isWhitespace
        }
    }

    private static func isConnective(_ word: String) -> Bool { ["and", "or"].contains(word.lowercased()) }

    /// What an error says of what it met, without filling a line.
    private static func shortened(_ word: String) -> String {
        let scalars = word.unicodeScalars
        guard scalars.count > 40 else { return word }
        return String(String.UnicodeScalarView(scalars.prefix(40))) + "…"
    }

    private func expected(_ expectation: FindExpectation) -> FindSyntaxError {
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

extension FindOperand {
    /// The name that a mistyped or shortened word most likely means.
    static func nearest(to word: String) -> String? {
        let word = word.lowercased()
        // Two letters look like everything.
        let names = allCases.map(\.rawValue) + abbreviations.keys.filter { $0.unicodeScalars.count > 2 }
        let longer = names.filter { $0.hasPrefix(word) }
        if longer.count == 1, word.unicodeScalars.count > 2 { return longer[0] }
        return word.nearest(among: names)
    }
}
