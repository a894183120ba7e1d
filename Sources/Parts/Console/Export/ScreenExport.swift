package import MeshModel

/// What `:save` writes.
package struct ScreenExport: Hashable, Sendable {
    package enum Format: Hashable, Sendable {
        /// The screen as it is: in characters, with its colours, as an image.
        case text, ansi, svg
        /// The mesh that the screen shows.
        case graph(GraphFormat)
    }

    package var path: String
    package var format: Format

    /// - Parameter path: its ending says what is written; one without an ending gets text.
    /// - Throws: a sentence, for an ending that nothing is known of.
    init(path: String) throws(ConsoleFailure) {
        self.path = path
        let name = path.split(separator: "/").last ?? ""
        let dot = name.dropFirst().lastIndex(of: ".")
        switch dot.map({ name[name.index(after: $0)...].lowercased() }) ?? "txt" {
        case "txt": format = .text
        case "ans", "ansi": format = .ansi
        case "svg": format = .svg
        case "json": format = .graph(.json)
        case "dot", "gv": format = .graph(.dot)
        case "mmd": format = .graph(.mermaid)
        case let other:
            throw ConsoleFailure(
                message: "“.\(other)” is nothing that can be written; try .txt, .ansi, .svg, .json, .dot or .mmd")
        }
    }
}

/// A form in which programs read graphs.
package enum GraphFormat: Hashable, Sendable {
    case json, dot, mermaid
}

/// Puts the mesh into words for programs.
package struct MeshWords: Sendable {
    package var graph: @Sendable (MeshSnapshot, GraphFormat) -> String
    /// A node or an edge as JSON; nothing when it is not there.
    package var json: @Sendable (Selection, MeshSnapshot) -> String?

    package init(
        graph: @escaping @Sendable (MeshSnapshot, GraphFormat) -> String,
        json: @escaping @Sendable (Selection, MeshSnapshot) -> String?
    ) {
        self.graph = graph
        self.json = json
    }
}
