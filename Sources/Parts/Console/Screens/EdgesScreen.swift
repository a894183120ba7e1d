import MeshModel
import Quantities
import TerminalUI

/// Every edge as a row.
enum EdgesScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let mesh = model.mesh, !mesh.snapshot.nodes.isEmpty else { return EmptyScreen.draw(model, on: &canvas) }
        let area = model.geometry.rows
        let columns = columns(width: area.width)
        drawTitles(columns, model, y: area.y - 1, on: &canvas)
        guard !model.edgeRows.isEmpty else {
            let text =
                model.edgeTable.filter.isEmpty
                ? "no request has been seen yet" : "no edge contains “\(model.edgeTable.filter)”"
            return canvas.sentence(text, in: area)
        }
        for (line, row) in model.edgeRows.indices.dropFirst(model.edgeTable.offset).prefix(area.height).enumerated() {
            let position = model.edgeRows[row]
            let y = area.y + line
            let rect = Rect(x: 0, y: y, width: area.width, height: 1)
            canvas.hit(rect, .row(row))
            canvas.highlighted(row == model.edgeTable.cursor, rect) { canvas in
                draw(mesh.snapshot.edges[position], in: mesh, columns, y: y, on: &canvas)
            }
        }
    }

    private struct Column {
        let column: EdgeColumn
        let x: Int
        let width: Int
    }

    /// Numbers have their width; the two names share the rest. What does not fit is left out from the least needed.
    private static func columns(width: Int) -> [Column] {
        var shown = EdgeColumn.allCases
        func fixed(_ list: [EdgeColumn]) -> Int { list.reduce(0) { $0 + ($1.width.map { $0 + 1 } ?? 0) } }
        for column in [EdgeColumn.p50, .mtls, .p99, .errors] where width - 3 - fixed(shown) < 30 {
            shown.removeAll { $0 == column }
        }
        // Names read badly when they are torn far apart from their numbers.
        let names = min(60, max(10, width - 3 - fixed(shown)))
        var x = 1
        return shown.map { column in
            let width = column.width ?? (names - 1) / 2
            defer { x += width + 1 }
            return Column(column: column, x: x, width: width)
        }
    }

    private static func drawTitles(_ columns: [Column], _ model: Model, y: Int, on canvas: inout Canvas) {
        for entry in columns {
            let isSorted = entry.column.rawValue == model.edgeTable.sortColumn
            let mark =
                isSorted
                ? (model.edgeTable.isDescending ? String(canvas.glyphs.descending) : String(canvas.glyphs.ascending))
                : ""
            let text =
                entry.column.isNumeric
                ? Field.right(entry.column.title + mark, entry.width) : entry.column.title + " " + mark
            canvas.put([Piece(text, isSorted ? .key : .heading)], x: entry.x, y: y, width: entry.width)
            canvas.hit(Rect(x: entry.x, y: y, width: entry.width, height: 1), .column(entry.column.rawValue))
        }
    }

    private static func draw(_ edge: MeshEdge, in mesh: MeshIndex, _ columns: [Column], y: Int, on canvas: inout Canvas)
    {
        for entry in columns {
            let piece: Piece =
                switch entry.column {
                case .health: Piece(canvas.signs.health(edge.health), Tone(of: edge.health))
                case .source: Piece(name(edge.source, in: mesh, width: entry.width))
                case .target: Piece(name(edge.target, in: mesh, width: entry.width), .strong)
                case .rate: Piece(Field.rate(edge.traffic.rate))
                case .errors:
                    Piece(Field.percent(edge.traffic.errors), .errors(edge.traffic.errors?.value, edge.health))
                case .p50: Piece(Field.latency(edge.traffic.latency?.p50), .dim)
                case .p95: Piece(Field.latency(edge.traffic.latency?.p95))
                case .p99: Piece(Field.latency(edge.traffic.latency?.p99), .dim)
                case .mtls:
                    Piece(
                        edge.mtls.map(Humane.percent) ?? canvas.signs.absent,
                        edge.mtls.map { $0 < .all } ?? false ? .degraded : .dim)
                }
            let text =
                entry.column.isNumeric && entry.column != .health ? Field.right(piece.text, entry.width) : piece.text
            canvas.put([Piece(text, piece.tone)], x: entry.x, y: y, width: entry.width)
        }
    }

    /// The short name where long ones would be cut.
    private static func name(_ id: MeshNode.ID, in mesh: MeshIndex, width: Int) -> String {
        width < 24 ? mesh.shortTitle(id) : mesh.title(id)
    }
}
