/// What could stand at the cursor of a prompt, for Tab.
///
/// The text before the word at the cursor is parsed; what the parser misses at its end is what is offered. Text that
/// is wrong before that is offered nothing.
package struct FindCompletion: Hashable, Sendable {
    package struct Candidate: Hashable, Sendable {
        /// What to put in place of ``FindCompletion/range``.
        package var text: String
        /// What it means; empty for names of the mesh.
        package var summary: String
    }

    /// The word that is being typed, in unicode scalars of the text: from its begin to the cursor.
    package let range: Range<Int>
    /// Those that begin with the word, in the order to offer them.
    package let candidates: [Candidate]

    /// - Parameters:
    ///   - text: an expression, or the begin of one.
    ///   - cursor: how many unicode scalars stand before it.
    ///   - names: known values by operand, as ``names(in:)`` collects them.
    package init(_ text: String, cursor: Int, names: [FindOperand: [String]] = [:]) {
        let scalars = Array(text.unicodeScalars.prefix(FindExpression.maximumLength))
        let end = min(max(cursor, 0), scalars.count)
        var start = end
        while start > 0, FindParser.isOperandScalar(scalars[start - 1]) { start -= 1 }
        range = start..<end
        let word = String(String.UnicodeScalarView(scalars[start..<end])).lowercased()
        let before = String(String.UnicodeScalarView(scalars[..<start]))
        candidates = Self.expectations(after: before).flatMap { Self.all($0, names: names) }
            .filter { $0.text.lowercased().hasPrefix(word) && $0.text != word }
    }

    /// The text with a candidate put in, and where the cursor is then.
    package func applying(_ candidate: Candidate, to text: String) -> (text: String, cursor: Int) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text.unicodeScalars.prefix(range.lowerBound))
        view.append(contentsOf: candidate.text.unicodeScalars)
        let cursor = view.count
        view.append(contentsOf: text.unicodeScalars.dropFirst(range.upperBound))
        return (String(view), cursor)
    }

    /// What the parser would want next; nothing when it is unhappy with something before.
    private static func expectations(after text: String) -> [FindExpectation] {
        var parser = FindParser(text)
        let next: FindExpectation
        do {
            _ = try parser.parse()
            next = .connective
        } catch {
            switch error.problem {
            case .expected(let expectation, found: nil): return [expectation]
            case .unclosedParenthesis: next = .closing
            default: return []
            }
        }
        return parser.endsWithLabel ? [.comparison(.label, isNegated: false), next] : [next]
    }

    private static func all(_ expectation: FindExpectation, names: [FindOperand: [String]]) -> [Candidate] {
        switch expectation {
        case .operand(let subjects):
            FindOperand.allCases.filter { subjects.isEmpty || !$0.subjects.isDisjoint(with: subjects) }
                .sorted { $0.rawValue < $1.rawValue }
                .map { Candidate(text: $0.rawValue, summary: $0.summary) }
                + (names[.label] ?? []).sorted()
                .filter { _ in subjects.isEmpty || subjects.contains(.node) }
                .map { Candidate(text: FindOperand.label.rawValue + $0, summary: FindOperand.label.summary) }
        case .comparison(let operand, let isNegated):
            FindOperator.allCases.filter { $0.fits(operand.use) && (!isNegated || $0.negation != nil) }
                .map { Candidate(text: $0.rawValue, summary: $0.summary) }
        case .value(let operand, let comparison):
            values(operand, comparison, names)
        case .connective:
            [Candidate(text: "AND", summary: "both hold"), Candidate(text: "OR", summary: "one of them holds")]
        case .closing:
            all(.connective, names: names) + [Candidate(text: ")", summary: "closes the parenthesis")]
        }
    }

    private static func values(
        _ operand: FindOperand, _ comparison: FindOperator, _ names: [FindOperand: [String]]
    ) -> [Candidate] {
        switch operand {
        case .node: return FindOperand.nodeTypes.map { Candidate(text: $0, summary: "") }
        case .protocol: return TrafficProtocol.allCases.map { Candidate(text: $0.rawValue, summary: "") }
        default: break
        }
        if case .number(let unit) = operand.use {
            let takesNaN = operand != .rank && (comparison == .equal || comparison == .notEqual)
            return takesNaN ? [Candidate(text: "NaN", summary: "no activity, instead of a number (\(unit))")] : []
        }
        return Set(names[operand] ?? []).sorted().map { name in
            Candidate(text: FindValue.text(name).description, summary: "")
        }
    }

    /// The names that occur in a graph, for values: apps, services, workloads, versions and namespaces.
    package static func names(in snapshot: MeshSnapshot) -> [FindOperand: [String]] {
        var names: [FindOperand: Set<String>] = [:]
        for node in snapshot.nodes {
            let values: [(FindOperand, String?)] = [
                (.app, node.app), (.service, node.service), (.workload, node.workload), (.version, node.version),
                (.namespace, node.namespace), (.name, node.app), (.name, node.service), (.name, node.workload),
            ]
            for (operand, value) in values {
                if let value, !value.isEmpty { names[operand, default: []].insert(value) }
            }
        }
        return names.mapValues { $0.sorted() }
    }
}

extension FindOperator {
    /// One line for a list of candidates.
    package var summary: String {
        switch self {
        case .equal: "is"
        case .notEqual: "is not"
        case .greater: "is more than"
        case .greaterOrEqual: "is at least"
        case .less: "is less than"
        case .lessOrEqual: "is at most"
        case .contains: "has it in it, also *="
        case .notContains: "does not have it in it, also !*="
        case .startsWith: "begins with it, also ^="
        case .notStartsWith: "does not begin with it, also !^="
        case .endsWith: "ends with it, also $="
        case .notEndsWith: "does not end with it, also !$="
        case .matches: "a pattern is found in it"
        case .notMatches: "a pattern is not found in it"
        }
    }
}
