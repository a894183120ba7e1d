package import Patterns

/// What an expression says, as a tree. Made by parsing only, so that a tree is always one that text can say: no list
/// holds a list of its own kind, or fewer than two conditions, and operators fit their operands.
package indirect enum FindCondition: Hashable, Sendable {
    case all([FindCondition])
    case any([FindCondition])
    case not(FindCondition)
    case flag(FindField)
    case comparison(FindField, FindOperator, FindValue)

    /// Joins by AND or by OR. Lists of the same kind become one: `a AND (b AND c)` says `a AND b AND c`.
    static func joined(_ parts: [FindCondition], byOr: Bool) -> FindCondition {
        let flat = parts.flatMap { part in
            switch part {
            case .any(let inner) where byOr: inner
            case .all(let inner) where !byOr: inner
            default: [part]
            }
        }
        if flat.count == 1, let only = flat.first { return only }
        return byOr ? .any(flat) : .all(flat)
    }
}

/// An operand, with the key when it is a label.
package struct FindField: Hashable, Sendable, CustomStringConvertible {
    package let operand: FindOperand
    /// `region` of `label:region`; empty for what is no label.
    package let labelKey: String

    init(_ operand: FindOperand, labelKey: String = "") {
        self.operand = operand
        self.labelKey = labelKey
    }

    package var description: String { operand.rawValue + labelKey }
}

/// What an operand is compared with.
package enum FindValue: Hashable, Sendable {
    case text(String)
    case number(Double)
    /// `NaN`: there is nothing to count.
    case noActivity
    case pattern(Pattern)
}

// What a condition speaks of.
extension FindCondition {
    /// What its operands of one side speak of; empty when all are of both sides.
    var strictSubjects: Set<FindSubject> {
        switch self {
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.strictSubjects) }
        case .not(let inner): inner.strictSubjects
        case .flag(let field), .comparison(let field, _, _):
            field.operand.subjects.count == 1 ? field.operand.subjects : []
        }
    }

    /// What is left of it for one subject, or nothing when it says nothing of that.
    ///
    /// An alternative that speaks of the other subject falls away; an AND list that holds such a condition cannot hold.
    func projected(onto subject: FindSubject) -> FindCondition? {
        switch self {
        case .flag(let field), .comparison(let field, _, _):
            return field.operand.subjects.contains(subject) ? self : nil
        case .not(let inner):
            return inner.projected(onto: subject).map { .not($0) }
        case .any(let parts):
            let left = parts.compactMap { $0.projected(onto: subject) }
            return left.isEmpty ? nil : .joined(left, byOr: true)
        case .all(let parts):
            let left = parts.compactMap { $0.projected(onto: subject) }
            return left.count < parts.count ? nil : .joined(left, byOr: false)
        }
    }

    /// Every operand in it.
    var operands: Set<FindOperand> {
        switch self {
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.operands) }
        case .not(let inner): inner.operands
        case .flag(let field), .comparison(let field, _, _): [field.operand]
        }
    }
}

// Canonical text: names in full, operators as words where they have one, AND and OR in capitals, one blank between,
// no parentheses but those that are needed.
extension FindCondition: CustomStringConvertible {
    package var description: String {
        switch self {
        case .any(let parts): parts.map(\.description).joined(separator: " OR ")
        case .all(let parts):
            parts.map { part in
                if case .any = part { return "(\(part))" }
                return part.description
            }.joined(separator: " AND ")
        case .not(let inner):
            switch inner {
            case .flag, .not: "!\(inner)"
            case .all, .any, .comparison: "!(\(inner))"
            }
        case .flag(let field): field.description
        case .comparison(let field, let comparison, let value): "\(field) \(comparison.rawValue) \(value)"
        }
    }
}

extension FindValue: CustomStringConvertible {
    package var description: String {
        switch self {
        case .text(let text): Self.spelled(text)
        case .pattern(let pattern): Self.spelled(pattern.source)
        case .number(let number):
            // `1000`, not `1000.0`.
            Int64(exactly: number).map { String($0) } ?? String(number)
        case .noActivity: "NaN"
        }
    }

    /// Bare when nothing in it could be taken for something else, otherwise in quotes.
    private static func spelled(_ text: String) -> String {
        let isBare = text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "/", ":", "@": true
            default: false
            }
        }
        if isBare, !text.isEmpty, !["and", "or"].contains(text.lowercased()) { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
