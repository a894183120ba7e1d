package import Patterns

/// Why text is no expression: where, what was expected there, and what to try.
package struct FindSyntaxError: Error, Hashable, Sendable {
    package enum Problem: Hashable, Sendable {
        /// Something else, or nothing more, stands where this was expected.
        case expected(FindExpectation, found: String?)
        /// `nearest` is the operand that looks most like it.
        case unknownOperand(String, nearest: String?)
        case unknownNodeType(String, nearest: String?)
        /// An operator that the operand does not take.
        case operatorDoesNotFit(FindOperand, String)
        case flagTakesNoOperator(FindOperand)
        /// `!` before a comparison that is not in parentheses.
        case negatedComparison(FindField)
        /// `not >`: write it the other way round.
        case noNegation(FindOperator)
        case notANumber(String, unit: String)
        case rankOutOfRange(String)
        case labelWithoutKey
        case mixedSubjects
        case unclosedQuote
        case unclosedParenthesis
        /// A bare value that opens a parenthesis and does not close it.
        case unpairedParenthesisInValue
        /// `app = web version = v1`: the word that begins the next condition.
        case missingConnective(String)
        case badPattern(PatternError)
        case tooLong(maximum: Int)
        case valueTooLong(maximum: Int)
        case tooDeep(maximum: Int)
        case tooManyTerms(maximum: Int)
    }

    package var problem: Problem
    /// Where it begins, in unicode scalars from 0.
    package var offset: Int
    /// How many unicode scalars it covers; 0 at the end of the text.
    package var length: Int

    init(_ problem: Problem, at offset: Int, length: Int = 0) {
        self.problem = problem
        self.offset = offset
        self.length = length
    }

    /// From 1.
    package var column: Int { offset + 1 }
}

/// What may come next at one place of an expression.
package enum FindExpectation: Hashable, Sendable {
    /// An operand, of one of these subjects when the list has spoken of them already; all when it is empty.
    case operand(Set<FindSubject>)
    case comparison(FindOperand, isNegated: Bool)
    case value(FindOperand, FindOperator)
    /// AND, OR or the end.
    case connective
    /// AND, OR or `)`.
    case closing
}

extension FindSyntaxError: CustomStringConvertible {
    /// `column 5: “helthy” is no operand; did you mean healthy?`
    package var description: String { "column \(column): \(message)" }

    /// The text on a line of its own, and below it what is wrong, underlined. Control characters show as blanks.
    ///
    /// - Parameter width: how many cells a scalar takes on the screen that it is for.
    package func underlined(in text: String, width: (Unicode.Scalar) -> Int = { _ in 1 }) -> String {
        let scalars = text.unicodeScalars.prefix(FindExpression.maximumLength).map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }
        let before = scalars.prefix(offset).reduce(0) { $0 + max(width($1), 0) }
        let below = scalars.dropFirst(offset).prefix(length).reduce(0) { $0 + max(width($1), 0) }
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars)
        return String(line) + "\n" + String(repeating: " ", count: before)
            + String(repeating: "^", count: max(below, 1))
    }

    private var message: String {
        switch problem {
        case .expected(let expectation, let found):
            "\(expectation) expected" + (found.map { ", not “\($0)”" } ?? "")
        case .unknownOperand(let word, let nearest):
            "“\(word)” is no operand" + Self.hint(nearest)
        case .unknownNodeType(let word, let nearest):
            "“\(word)” is no type of node (\(FindOperand.nodeTypes.joined(separator: ", ")))" + Self.hint(nearest)
        case .operatorDoesNotFit(let operand, let sign):
            switch operand.use {
            case .number: "“\(sign)” compares text, and \(operand.rawValue) is a number; use = != > >= < or <="
            case .word: "\(operand.rawValue) takes only = and !=, not “\(sign)”"
            case .text, .flag: "\(operand.rawValue) does not take “\(sign)”"
            }
        case .flagTakesNoOperator(let operand):
            "\(operand.rawValue) stands alone: it takes no operator and no value"
        case .negatedComparison(let field):
            "“!” stands before a flag or a parenthesis; negate the operator, \(field) != …, or write !(…)"
        case .noNegation(let comparison):
            "“\(comparison.rawValue)” is not negated by “!” or “not”; use the opposite operator"
        case .notANumber(let word, let unit):
            "“\(word)” is no number (\(unit)); use a number like 0.5, or NaN for no activity"
        case .rankOutOfRange(let word): "“\(word)” is no rank; use a number from 1 to 100"
        case .labelWithoutKey: "a label's name expected after “label:”, as in label:region"
        case .mixedSubjects:
            "AND cannot join conditions on nodes with conditions on edges: nothing is both; use OR"
        case .unclosedQuote: "this quote is not closed"
        case .unclosedParenthesis: "this parenthesis is not closed"
        case .unpairedParenthesisInValue: "this parenthesis is not closed; put the value in quotes if it is meant"
        case .missingConnective(let word): "AND or OR expected before “\(word)”; put the value in quotes if it is meant"
        case .badPattern(let problem):
            problem.position.map { "in the pattern, character \($0): \(problem.reason)" }
                ?? "the pattern: \(problem.reason)"
        case .tooLong(let maximum): "the expression is too long; \(maximum) characters are the most"
        case .valueTooLong(let maximum): "the value is too long; \(maximum) characters are the most"
        case .tooDeep(let maximum): "too many parentheses and negations inside each other; \(maximum) are the most"
        case .tooManyTerms(let maximum): "too many conditions; \(maximum) are the most"
        }
    }

    private static func hint(_ nearest: String?) -> String { nearest.map { "; did you mean \($0)?" } ?? "" }
}

extension FindExpectation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .operand(let subjects):
            switch subjects {
            case [.node]: "a condition on nodes"
            case [.edge]: "a condition on edges"
            default: "a condition, like “app = web” or “healthy”,"
            }
        case .comparison(let operand, let isNegated):
            isNegated
                ? "an operator that can be negated (= contains startswith endswith =~)"
                : "an operator after \(operand.rawValue)"
        case .value(let operand, let comparison): "a value after “\(operand.rawValue) \(comparison.rawValue)”"
        case .connective: "AND, OR or the end"
        case .closing: "AND, OR or “)”"
        }
    }
}

extension String {
    /// How many letters must be changed, swapped, added or left out to make `other` of it, as far as 64 letters tell.
    func editDistance(to other: String) -> Int {
        let (source, target) = (Array(unicodeScalars.prefix(64)), Array(other.unicodeScalars.prefix(64)))
        var (last, row) = ([Int](), Array(0...target.count))
        for (index, scalar) in source.enumerated() {
            var next = [index + 1]
            for column in target.indices {
                var cost = Swift.min(
                    row[column] + (scalar == target[column] ? 0 : 1), row[column + 1] + 1, next[column] + 1)
                if index > 0, column > 0, scalar == target[column - 1], source[index - 1] == target[column] {
                    cost = Swift.min(cost, last[column - 1] + 1)
                }
                next.append(cost)
            }
            (last, row) = (row, next)
        }
        return row[target.count]
    }

    /// Which of `names` looks most like it, when one looks much like it.
    func nearest(among names: some Sequence<String>) -> String? {
        // Ties go to the first in the order of letters, so that the answer is always the same.
        let best = names.sorted().map { (name: $0, distance: editDistance(to: $0)) }.min { $0.distance < $1.distance }
        return best.flatMap { $0.distance <= Swift.max(1, unicodeScalars.count / 3) ? $0.name : nil }
    }
}
