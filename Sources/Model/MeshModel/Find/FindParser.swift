/// Reads an expression, one unicode scalar after the other; see ``FindExpression`` for the grammar.
struct FindParser {
    let scalars: [Unicode.Scalar]
    var position = 0
    private var depth = 0
    private var terms = 0
    /// The last term is a label that stands alone: an operator could still make a comparison of it.
    private(set) var endsWithLabel = false

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
                throw FindSyntaxError(.negatedComparison(field), at: firstNegation, length: 1)
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
        endsWithLabel = operand == .label
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
        endsWithLabel = false
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

    mutating func takePlainOperator() -> FindOperator? {
        for sign in FindOperator.signs where scalars[position...].starts(with: sign.text.unicodeScalars) {
            position += sign.text.unicodeScalars.count
            return sign.operator
        }
        for (word, comparison) in FindOperator.words where takeWord(word) { return comparison }
        return nil
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
