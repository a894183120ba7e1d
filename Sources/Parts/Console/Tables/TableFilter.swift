import MeshModel

/// Which rows a person wants to see: words that their names contain, or an expression of the find language.
enum TableFilter: Sendable {
    case all
    /// Each of them, lower case.
    case words([String])
    case expression(FindExpression)

    struct Problem: Error, Hashable {
        var message: String
    }

    /// What a person means. A text that is no expression is words, unless it has an operator in it: then it is an
    /// expression with a mistake, or one that is not typed to its end.
    static func reading(_ text: String) -> Result<TableFilter, Problem> {
        let text = text.trimmingSpaces()
        guard !text.isEmpty else { return .success(.all) }
        do throws(FindSyntaxError) {
            return .success(.expression(try FindExpression(text)))
        } catch {
            if text.unicodeScalars.contains(where: { "=<>!~^$*()\"'".unicodeScalars.contains($0) }) {
                return .failure(Problem(message: error.description))
            }
            return .success(.words(text.lowercased().split(separator: " ").map(String.init)))
        }
    }

    /// Positions of the rows that pass.
    func positions(in rows: [TableRow], of kind: TableKind, _ mesh: MeshIndex) -> [Int] {
        switch self {
        case .all: return Array(rows.indices)
        case .words(let words):
            return rows.indices.filter { position in
                let row = rows[position]
                let text = "\(row.name) \(row.target) \(row.namespace) \(row.protocol) \(row.health.rawValue)"
                    .lowercased()
                return words.allSatisfy { text.contains($0) }
            }
        case .expression(let expression):
            let found = FindResult(mesh.snapshot, find: expression)
            if kind == .edges {
                let edges = mesh.snapshot.edges
                return rows.indices.filter { row in
                    rows[row].positions.contains {
                        found.foundEdges.isEmpty
                            ? found.foundNodes.contains(edges[$0].source) || found.foundNodes.contains(edges[$0].target)
                            : found.foundEdges.contains(mesh.edgeIDs[$0])
                    }
                }
            }
            // An expression about edges finds the nodes that they lead to.
            let nodes =
                found.foundNodes.isEmpty
                ? Set(found.foundEdges.compactMap { mesh.edge($0)?.target }) : found.foundNodes
            return rows.indices.filter { rows[$0].positions.contains { nodes.contains(mesh.snapshot.nodes[$0].id) } }
        }
    }
}
