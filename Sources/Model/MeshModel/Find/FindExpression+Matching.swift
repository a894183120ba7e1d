internal import Patterns

/// Whether something holds, when part of the facts may be missing (Kleene's logic: what is unknown stays unknown unless
/// the rest decides).
enum FindTruth: Hashable, Sendable {
    case no, unknown, yes

    init(_ holds: Bool) { self = holds ? .yes : .no }

    var negated: FindTruth {
        switch self {
        case .no: .yes
        case .unknown: .unknown
        case .yes: .no
        }
    }
}

extension FindExpression {
    /// Whether it finds a node. What cannot be known does not find.
    package func matches(_ node: MeshNode, in context: FindContext) -> Bool {
        var unknown: Set<FindField> = []
        return truth(of: node, in: context, unknown: &unknown) == .yes
    }

    /// Whether it finds an edge. What cannot be known does not find.
    package func matches(_ edge: MeshEdge, in context: FindContext) -> Bool {
        var unknown: Set<FindField> = []
        return truth(of: edge, in: context, unknown: &unknown) == .yes
    }

    /// - Parameter unknown: gets what was asked for and not told.
    func truth(of node: MeshNode, in context: FindContext, unknown: inout Set<FindField>) -> FindTruth {
        nodeCondition?.truth(&unknown) { context.read($0, of: node) } ?? .no
    }

    func truth(of edge: MeshEdge, in context: FindContext, unknown: inout Set<FindField>) -> FindTruth {
        edgeCondition?.truth(&unknown) { context.read($0, of: edge) } ?? .no
    }
}

extension FindCondition {
    fileprivate func truth(_ unknown: inout Set<FindField>, _ read: (FindField) -> FindReading) -> FindTruth {
        switch self {
        case .not(let inner): return inner.truth(&unknown, read).negated
        case .all(let parts):
            var result = FindTruth.yes
            for part in parts {
                switch part.truth(&unknown, read) {
                case .no: return .no
                case .unknown: result = .unknown
                case .yes: break
                }
            }
            return result
        case .any(let parts):
            var result = FindTruth.no
            for part in parts {
                switch part.truth(&unknown, read) {
                case .yes: return .yes
                case .unknown: result = .unknown
                case .no: break
                }
            }
            return result
        case .flag(let field):
            let reading = read(field)
            if reading == .unknown { unknown.insert(field) }
            switch reading {
            case .flag(let isSet): return FindTruth(isSet)
            // A label is there when it says something.
            case .texts(let texts): return FindTruth(texts.contains { !$0.isEmpty })
            case .number, .atLeast, .neither, .unknown: return .unknown
            }
        case .comparison(let field, let comparison, let value):
            let result = comparison.truth(read(field), value)
            if result == .unknown { unknown.insert(field) }
            return result
        }
    }
}

extension FindOperator {
    /// Whether it holds between what was read and what the expression says.
    func truth(_ reading: FindReading, _ value: FindValue) -> FindTruth {
        // An operator that says no holds where its opposite does not – for several texts, for none of them.
        if let positive { return positive.truth(reading, value).negated }
        switch (reading, value) {
        case (.texts(let texts), .text(let wanted)): return FindTruth(texts.contains { holds($0, wanted) })
        case (.texts(let texts), .pattern(let pattern)): return FindTruth(texts.contains { pattern.isFound(in: $0) })
        case (.number(let number), .noActivity): return FindTruth((number ?? 0) == 0)
        case (.number(let number), .number(let wanted)): return FindTruth(number.map { holds($0, wanted) } ?? false)
        case (.atLeast(let bound), .noActivity): return bound > 0 ? .no : .unknown
        case (.atLeast(let bound), .number(let wanted)): return truth(atLeast: bound, wanted)
        default: return .unknown
        }
    }

    private func holds(_ text: String, _ wanted: String) -> Bool {
        switch self {
        case .equal: text == wanted
        case .contains: text.contains(utf8: wanted)
        case .startsWith: text.utf8.starts(with: wanted.utf8)
        case .endsWith: text.utf8.reversed().starts(with: wanted.utf8.reversed())
        case .greater: text > wanted
        case .greaterOrEqual: text >= wanted
        case .less: text < wanted
        case .lessOrEqual: text <= wanted
        case .notEqual, .notContains, .notStartsWith, .notEndsWith, .matches, .notMatches: false
        }
    }

    private func holds(_ number: Double, _ wanted: Double) -> Bool {
        switch self {
        case .equal: number == wanted
        case .greater: number > wanted
        case .greaterOrEqual: number >= wanted
        case .less: number < wanted
        case .lessOrEqual: number <= wanted
        case .notEqual, .contains, .notContains, .startsWith, .notStartsWith, .endsWith, .notEndsWith, .matches,
            .notMatches:
            false
        }
    }

    /// Of a number only a lower bound is known.
    private func truth(atLeast bound: Double, _ wanted: Double) -> FindTruth {
        switch self {
        case .greater: bound > wanted ? .yes : .unknown
        case .greaterOrEqual: bound >= wanted ? .yes : .unknown
        case .less: bound >= wanted ? .no : .unknown
        case .lessOrEqual: bound > wanted ? .no : .unknown
        case .equal: bound > wanted ? .no : .unknown
        case .notEqual, .contains, .notContains, .startsWith, .notStartsWith, .endsWith, .notEndsWith, .matches,
            .notMatches:
            .unknown
        }
    }
}

extension String {
    /// Whether another text's bytes stand in it. Names are short: no cleverer search pays.
    fileprivate func contains(utf8 other: String) -> Bool {
        let (bytes, wanted) = (Array(utf8), Array(other.utf8))
        guard wanted.count <= bytes.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
    }
}
