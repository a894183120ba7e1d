import MeshModel
import Quantities
import TerminalUI

/// Screens as sentences in the order in which one reads, for screen readers and for ears: no boxes, no curves, nothing
/// that means something by its place.
enum LinearText {
    /// Where we are and how the mesh is.
    static func head(_ model: Model) -> String {
        let place = model.screens.map { Breadcrumbs.name(of: $0, in: model) }.joined(separator: ", ")
        guard let mesh = model.mesh, !mesh.snapshot.nodes.isEmpty else {
            return "\(model.source), \(place): \(EmptyScreen.sentence(model))"
        }
        var parts = ["\(Humane.rate(mesh.entry.rate)) requests"]
        if let errors = mesh.entry.errors { parts.append("\(Humane.percent(errors)) fail") }
        if let p95 = mesh.entry.p95 { parts.append("p95 \(Humane.milliseconds(p95))") }
        parts.append("\(mesh.targetsUp) of \(mesh.snapshot.targets.count) targets answer")
        let time = model.isPaused ? "at \(Field.timeOfDay(mesh.snapshot.time, model.utcOffset))" : "live"
        let access = model.access.mayChange ? "" : ", read-only"
        return "\(model.source)\(access), \(time), \(place): \(mesh.health.rawValue), " + parts.joined(separator: ", ")
    }

    /// The open screen, a line for each thing on it.
    static func body(_ model: Model) -> [String] {
        if model.screen == .graph, let mesh = model.graphMesh, !mesh.snapshot.nodes.isEmpty {
            return graph(mesh, selected: model.shownSelection)
        }
        if let table = model.openTable { return rows(of: table) }
        if let list = model.openList { return rows(of: model.sights[list]) }
        if case .help = model.screen {
            return model.helpLines.compactMap { line in
                switch line {
                case .heading(let text), .text(let text): text
                case .command(let command):
                    "\(command.name)"
                        + (model.keyMap.keys(of: command).isEmpty
                            ? "" : ", keys " + model.keyMap.keys(of: command).joined(separator: " "))
                        + ": \(command.help)"
                case .blank: nil
                }
            }
        }
        return picture(model)
    }

    // MARK: Screens that are lists of things

    /// What is not well comes first, then as traffic flows.
    private static func graph(_ mesh: MeshIndex, selected: Selection?) -> [String] {
        let nodes = mesh.snapshot.nodes.enumerated().sorted {
            ($1.element.health, $0.offset) < ($0.element.health, $1.offset)
        }
        return nodes.map { _, node in
            var parts = ["\(mesh.shortTitle(node.id)): \(node.health.rawValue)"]
            if let errors = node.inbound?.errors, errors.value > 0 {
                parts.append("\(Humane.percent(errors)) of requests fail")
            } else if node.health >= .degraded, !node.reason.isEmpty {
                parts.append(node.reason)
            }
            if let inbound = node.inbound, inbound.isConnectionsOnly {
                parts.append("\(Humane.rate(inbound.throughput)) over TCP")
            } else if let inbound = node.inbound {
                parts.append("\(Humane.rate(inbound.rate)) requests")
                if let p95 = inbound.latency?.p95 { parts.append("p95 \(Humane.milliseconds(p95))") }
            } else if node.outboundRate.value > 0 {
                parts.append("sends \(Humane.rate(node.outboundRate))")
            }
            if let weight = mesh.weight(of: node) { parts.append("weight \(Humane.percent(weight))") }
            let calls = mesh.edges(outOf: node.id).map { mesh.snapshot.edges[$0] }
            if !calls.isEmpty {
                let names = calls.map { edge in
                    let bad = edge.health >= .degraded ? " (\(edge.health.rawValue))" : ""
                    return mesh.shortTitle(edge.target) + bad
                }
                parts.append("calls \(names.joined(separator: ", "))")
            }
            return (selected == .node(node.id) ? "selected, " : "") + parts.joined(separator: "; ")
        }
    }

    private static func rows(of table: MeshTable) -> [String] {
        let columns = table.kind.columns.filter { $0 != .trend && !table.hidden.contains($0) }
        return ["\(table.shown.count) of \(table.total) \(table.kind.noun)s"]
            + table.shown.enumerated().map { index, position in
                let row = table.rows[position]
                // The name first: that is what one listens for.
                var cells = columns.compactMap { words(of: row, $0) }
                cells.insert(row.health.rawValue, at: min(1, cells.count))
                return (index == table.state.cursor ? "selected, " : "") + cells.joined(separator: "; ")
            }
    }

    private static func words(of row: TableRow, _ column: TableColumn) -> String? {
        guard column.isNumeric else {
            let text = row.text(of: column)
            return text.isEmpty ? nil : column == .target ? "to \(text)" : text
        }
        guard column != .health, let value = row[column] else { return nil }
        let text =
            switch column {
            case .rate, .out: Humane.rate(RequestsPerSecond(value))
            case .ok, .clientErrors, .errors, .lost, .mtls: Humane.percent(Ratio(value))
            case .p50, .p95, .p99: Humane.milliseconds(value)
            case .bytes: Humane.rate(BytesPerSecond(value))
            default: Humane.count(value)
            }
        return "\(column.word) \(text)"
    }

    private static func rows(of table: SightTable) -> [String] {
        ["\(table.list.title), \(table.shown.count) of \(table.rows.count)"]
            + table.shown.enumerated().map { index, position in
                let cells = zip(table.list.columns, table.rows[position].cells).compactMap { column, cell in
                    cell.text.isEmpty || column.title.isEmpty
                        ? nil : column.isNumeric ? "\(column.title) \(cell.text)" : cell.text
                }
                return (index == table.state.cursor ? "selected, " : "") + cells.joined(separator: "; ")
            }
    }

    // MARK: Everything else

    /// The picture without what only pictures have: lines of it, with its columns told apart.
    private static func picture(_ model: Model) -> [String] {
        let frame = view(model, theme: .dark.adapted(to: .mono))
        let body = model.geometry.body
        return frame.lines.dropFirst(body.y).prefix(body.height).compactMap { line in
            let words = line.split(separator: "  ").map { piece in
                String(piece.drop { " |+-=#.:*".contains($0) }.reversed().drop { " |+=#.:*".contains($0) }.reversed())
            }
            let text = words.filter { $0.contains { $0.isLetter || $0.isNumber } }.joined(separator: "; ")
            return text.isEmpty ? nil : text
        }
    }
}
