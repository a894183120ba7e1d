/// An expression that finds or hides parts of the graph: Kiali's find language with parentheses and patterns.
///
///     expression  = list { OR list }
///     list        = condition { AND condition }
///     condition   = { "!" | not | is | has } ( "(" expression ")" | flag | label:KEY )
///                 | { is | has } operand operator value
///     operator    = [ "!" | not ] ( "=" | "*=" | contains | "^=" | startswith | "$=" | endswith | "=~" )
///                 | "!=" | "!*=" | "!^=" | "!$=" | "!~" | ">" | ">=" | "<" | "<="
///     value       = number | NaN | words up to AND, OR or ")" | "quoted" | 'quoted'
///
/// Operands and keywords are read without regard to case; values with it, but for node types and NaN. Text that is
/// absent is empty text; a number that is absent is "no activity", as 0 is: `= NaN` holds, comparisons do not, `!=`
/// does. Parentheses inside a value belong to it when they pair up.
///
/// **Nodes and edges.** A list may not ask about a node and about an edge at once, as in Kiali: nothing is both. OR joins
/// them: `healthy OR mtls` finds nodes and edges. With parentheses there is one more way that means something: a list
/// whose members all have an alternative for each, `(app = web OR rt > 500) AND (version = v1 OR mtls)` – nodes by
/// the first halves, edges by the second. Where one member speaks of nodes only and another of both, the half
/// about edges could never hold, and that is an error as well. `p50`, `p95`, `p99` and `errors` are known of both:
/// alone they find both, in a list they follow the others.
package struct FindExpression: Hashable, Sendable, CustomStringConvertible {
    package let condition: FindCondition
    /// What is left of it for each subject.
    let nodeCondition: FindCondition?
    let edgeCondition: FindCondition?

    /// Unicode scalars of an expression, as typed and in canonical spelling.
    package static let maximumLength = 4096
    /// Unicode scalars of one value.
    package static let maximumValueLength = 256
    /// Parentheses and negations inside each other.
    package static let maximumDepth = 32
    /// Flags and comparisons.
    package static let maximumTerms = 64

    /// Reads text; what is wrong comes with the place and what was expected there.
    package init(_ text: String) throws(FindSyntaxError) {
        var parser = FindParser(text)
        condition = try parser.parse()
        nodeCondition = condition.projected(onto: .node)
        edgeCondition = condition.projected(onto: .edge)
        // Canonical text must be text that can be read again.
        guard condition.description.unicodeScalars.count <= Self.maximumLength else {
            throw FindSyntaxError(.tooLong(maximum: Self.maximumLength), at: Self.maximumLength)
        }
    }

    /// Canonical text, which reads as the same expression.
    package var description: String { condition.description }

    package var operands: Set<FindOperand> { condition.operands }

    package static func == (left: FindExpression, right: FindExpression) -> Bool { left.condition == right.condition }
    package func hash(into hasher: inout Hasher) { hasher.combine(condition) }
}

/// What must be shown for an expression to make sense to who reads the screen.
package enum FindDisplayNeed: String, Hashable, Sendable, CaseIterable {
    case responseTimeLabels, throughputLabels, security, idleNodes, ranking
}

extension FindExpression {
    /// What Kiali switches on with it: response times (p95) for `rt`, the security badge for `mtls` and principals,
    /// idle nodes for `idle`, throughput for `throughput`, ranks for `rank`.
    package var displayNeeds: Set<FindDisplayNeed> {
        Set(
            operands.compactMap { operand in
                switch operand {
                case .responseTime: .responseTimeLabels
                case .throughput: .throughputLabels
                case .mtls, .sourcePrincipal, .destPrincipal: .security
                case .idle: .idleNodes
                case .rank: .ranking
                default: nil
                }
            })
    }
}

/// An expression that is offered without typing.
package struct FindPreset: Hashable, Sendable {
    package let title: String
    package let text: String

    /// Kiali's.
    package static let find = [
        FindPreset(title: "slow edges (> 1 s)", text: "rt > 1000"),
        FindPreset(title: "unhealthy nodes", text: "! healthy"),
        FindPreset(title: "unknown nodes", text: "name = unknown"),
        FindPreset(title: "nodes with the 2 top rankings", text: "rank <= 2"),
    ]
    package static let hide = [
        FindPreset(title: "healthy nodes", text: "healthy"),
        FindPreset(title: "unknown nodes", text: "name = unknown"),
        FindPreset(title: "nodes ranked below the 2 top rankings", text: "rank > 2"),
    ]
}
