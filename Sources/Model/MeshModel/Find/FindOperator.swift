/// How an operand is compared.
package enum FindOperator: String, Hashable, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case contains = "contains"
    case notContains = "!contains"
    case startsWith = "startswith"
    case notStartsWith = "!startswith"
    case endsWith = "endswith"
    case notEndsWith = "!endswith"
    /// A pattern is found anywhere in the text; see ``Pattern``.
    case matches = "=~"
    case notMatches = "!~"

    /// As signs. No sign is the beginning of a later one, so that the first that fits is the longest.
    static let signs: [(text: String, operator: FindOperator)] = [
        ("!*=", .notContains), ("!^=", .notStartsWith), ("!$=", .notEndsWith), ("!=", .notEqual), ("!~", .notMatches),
        ("=~", .matches), (">=", .greaterOrEqual), ("<=", .lessOrEqual), ("*=", .contains), ("^=", .startsWith),
        ("$=", .endsWith), ("=", .equal), (">", .greater), ("<", .less),
    ]

    /// As words.
    static let words: [String: FindOperator] = [
        "contains": .contains, "startswith": .startsWith, "endswith": .endsWith,
    ]

    /// What `!` or `not` before it makes of it; nothing where Kiali has no such form.
    package var negation: FindOperator? {
        switch self {
        case .equal: .notEqual
        case .contains: .notContains
        case .startsWith: .notStartsWith
        case .endsWith: .notEndsWith
        case .matches: .notMatches
        case .greater, .greaterOrEqual, .less, .lessOrEqual, .notEqual, .notContains, .notStartsWith, .notEndsWith,
            .notMatches:
            nil
        }
    }

    /// The operator that holds where this one does not, for those that say no.
    var positive: FindOperator? { Self.allCases.first { $0.negation == self } }

    /// Whether it may stand after an operand of this use.
    package func fits(_ use: FindOperand.Use) -> Bool {
        switch use {
        case .text: true
        case .word: self == .equal || self == .notEqual
        case .number:
            switch self {
            case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: true
            case .contains, .notContains, .startsWith, .notStartsWith, .endsWith, .notEndsWith, .matches, .notMatches:
                false
            }
        case .flag: false
        }
    }
}
