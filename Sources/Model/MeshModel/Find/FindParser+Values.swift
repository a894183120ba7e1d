internal import Patterns

// What an operand is compared with: numbers, quoted text, bare words.
extension FindParser {
    mutating func value(
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
                return .pattern(try Pattern(text))
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
