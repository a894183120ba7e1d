import MeshModel
import Quantities

/// The graph in Mermaid's language, which many wikis and forges draw: `meshtop graph -o mermaid`.
///
/// <https://mermaid.js.org/syntax/flowchart.html>
enum GraphMermaid {
    static func document(_ snapshot: MeshSnapshot) -> String {
        var lines = ["flowchart LR"]
        // Ids of ours have slashes and dots, which mean something there.
        let names = Dictionary(
            snapshot.nodes.enumerated().map { ($1.id, "n\($0)") }, uniquingKeysWith: { first, _ in first })
        let namespaces = Dictionary(grouping: snapshot.nodes, by: \.namespace)
        for (index, namespace) in namespaces.keys.sorted().enumerated() {
            let isBox = !namespace.isEmpty
            if isBox { lines.append("  subgraph s\(index)[\(quoted(namespace))]") }
            for node in namespaces[namespace] ?? [] {
                guard let name = names[node.id] else { continue }
                lines.append("    \(name)\(shape(of: node)):::\(node.health.rawValue)")
            }
            if isBox { lines.append("  end") }
        }
        for edge in snapshot.edges {
            guard let source = names[edge.source], let target = names[edge.target] else { continue }
            let arrow = edge.health == .failure ? "==>" : "-->"
            lines.append("  \(source) \(arrow)|\(quoted(GraphWords.label(of: edge)))| \(target)")
        }
        for (health, colour) in GraphWords.colours {
            lines.append("  classDef \(health.rawValue) stroke:\(colour),stroke-width:2px")
        }
        return lines.joined(separator: "\n")
    }

    private static func shape(of node: MeshNode) -> String {
        let text = quoted(GraphWords.label(of: node))
        return switch node.kind {
        case .service, .external: "([\(text)])"
        case .unknown: "((\(text)))"
        case .app, .workload: "[\(text)]"
        // Kiali draws operations as hexagons too.
        case .operation: "{{\(text)}}"
        }
    }

    /// Quotes and brackets inside a text are written as entities; a line break is HTML's.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "#quot;"
            case "#": result += "#35;"
            case "<": result += "#lt;"
            case ">": result += "#gt;"
            case "`": result += "#96;"
            case "\n": result += "<br>"
            default: if scalar.value >= 0x20 { result.unicodeScalars.append(scalar) }
            }
        }
        return result + "\""
    }
}
