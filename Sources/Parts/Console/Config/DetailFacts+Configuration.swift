import MeshConfig
import MeshModel

extension DetailFacts {
    /// More are counted: the configuration's own screen shows them all.
    private static let maximumObjects = 8

    /// The objects that concern the subject, the worst first; of an edge, those of whom it calls.
    var configuration: Section {
        let subject: ServiceName? =
            switch detail.subject {
            case .service(let name): name
            case .node, .edge: (edge.flatMap { mesh.node($0.target) } ?? members.first)?.serviceName
            }
        guard let subject, let catalog = model.config.catalog else { return Section("configuration", []) }
        let entries = catalog.entries(concerning: subject).enumerated().sorted { left, right in
            guard left.element.severity != right.element.severity else { return left.offset < right.offset }
            guard let first = left.element.severity else { return false }
            return right.element.severity.map { first > $0 } ?? true
        }.map(\.element)
        var lines = entries.prefix(Self.maximumObjects).map { entry in
            DetailPage.Line(
                TextLine(
                    [
                        entry.mark(signs), Piece(" \(entry.key.kind) ", .dim), Piece(entry.key.name),
                        Piece("  \(entry.problems?.first?.message ?? "")", .dim),
                    ], right: [Piece(entry.key.namespace, .dim)]),
                .config(entry.key))
        }
        if entries.count > lines.count {
            lines.append(.init(TextLine("+ \(entries.count - lines.count) more: c shows all", .dim)))
        }
        return Section("configuration", note: model.isPaused ? "as it is now" : "c shows all", lines)
    }
}
