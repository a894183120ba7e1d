import MeshModel
import TraceModel

/// What finding and hiding say on the screen of the graph.
enum GraphWords {
    /// Whether something was looked for, and whether this is it.
    enum Mark: Hashable {
        case none, found, passed
    }

    static func mark(of id: MeshNode.ID, _ filter: GraphFilter) -> Mark {
        guard filter.isFinding, filter.foundNodes.count + filter.foundEdges.count > 0 else { return .none }
        return filter.foundNodes.contains(id) ? .found : .passed
    }

    static func mark(of id: MeshEdge.ID, _ filter: GraphFilter) -> Mark {
        guard filter.isFinding, filter.foundNodes.count + filter.foundEdges.count > 0 else { return .none }
        return filter.foundEdges.contains(id) ? .found : .passed
    }

    /// `find p95 > 100: 3 nodes, 2 edges`, and what is left out.
    static func summary(_ filter: GraphFilter, _ focus: GraphFocus?, _ mesh: MeshIndex?) -> [String] {
        var words: [String] = []
        if let focus, let mesh {
            let calls = focus.hops == 1 ? "1 call" : "\(focus.hops) calls"
            words.append("within \(calls) of \(mesh.shortTitle(focus.center))")
        }
        if let light = filter.light {
            words.append("trace \(light.trace.description.prefix(8)): \(foundWords(filter))")
        } else if filter.isFinding {
            words.append("find \(filter.findText): \(foundWords(filter))")
        }
        var hidden: [String] = []
        if !filter.hideText.isEmpty { hidden.append("hide \(filter.hideText)") }
        if filter.isUnhealthyOnly { hidden.append("unhealthy only") }
        if filter.hidesIdle { hidden.append("no idle") }
        if !hidden.isEmpty { words.append("\(hidden.joined(separator: ", ")): \(filter.hiddenCount) hidden") }
        return words
    }

    static func foundWords(_ filter: GraphFilter) -> String {
        func count(_ number: Int, _ noun: String) -> String? {
            number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
        }
        let parts = [count(filter.foundNodes.count, "node"), count(filter.foundEdges.count, "edge")].compactMap(\.self)
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }

    static func nothingLeft(_ filter: GraphFilter) -> String {
        if filter.isUnhealthyOnly, filter.hideText.isEmpty { return "nothing is unhealthy; H shows everything" }
        return "everything is hidden; Esc shows it again"
    }
}
