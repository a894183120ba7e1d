import MeshModel

/// The graph in Graphviz's language: `meshtop graph --once -o dot | dot -Tsvg`.
enum GraphDOT {
    static func document(_ snapshot: MeshSnapshot) -> String {
        var lines = [
            "digraph mesh {",
            "  rankdir=LR;",
            "  node [shape=box, style=rounded, fontname=\"sans-serif\"];",
            "  edge [fontname=\"sans-serif\", fontsize=10];",
        ]
        let namespaces = Dictionary(grouping: snapshot.nodes, by: \.namespace)
        for (index, namespace) in namespaces.keys.sorted().enumerated() {
            let nodes = namespaces[namespace] ?? []
            let isBox = !namespace.isEmpty
            if isBox { lines.append("  subgraph cluster_\(index) { label=\(quoted(namespace));") }
            for node in nodes {
                lines.append(
                    "    \(quoted(node.id.text)) [label=\(quoted(GraphWords.label(of: node))), color=\(quoted(GraphWords.colour(of: node.health)))];"
                )
            }
            if isBox { lines.append("  }") }
        }
        for edge in snapshot.edges {
            lines.append(
                "  \(quoted(edge.source.text)) -> \(quoted(edge.target.text)) "
                    + "[label=\(quoted(GraphWords.label(of: edge))), color=\(quoted(GraphWords.colour(of: edge.health)))];"
            )
        }
        lines.append("}")
        return lines.joined(separator: "\n")
    }

    /// A quoted identifier: Graphviz knows only `\"` and, in labels, `\n` inside one.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: if scalar.value >= 0x20 { result.unicodeScalars.append(scalar) }
            }
        }
        return result + "\""
    }
}
