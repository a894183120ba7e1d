import MeshModel
import Quantities
import TerminalUI

/// The tables of services, workloads and edges. Only the rows on the screen are formatted.
enum TableScreen {
    static func draw(_ kind: TableKind, _ model: Model, on canvas: inout Canvas) {
        guard let mesh = model.mesh, !mesh.snapshot.nodes.isEmpty else { return EmptyScreen.draw(model, on: &canvas) }
        let table = model.tables[kind]
        let area = model.geometry.rows
        let columns = TableColumns(table, mesh, width: area.width).list
        drawTitles(columns, table, y: area.y - 1, on: &canvas)
        if table.shown.isEmpty {
            let text = table.state.filter.isEmpty ? emptySentence(kind) : "no \(kind.noun) for “\(table.state.filter)”"
            canvas.sentence(text, in: area)
        }
        let visible = table.shown.indices.dropFirst(table.state.offset).prefix(area.height)
        for (line, index) in visible.enumerated() {
            let rect = Rect(x: 0, y: area.y + line, width: area.width, height: 1)
            canvas.hit(rect, .row(index))
            canvas.highlighted(index == table.state.cursor, rect) { canvas in
                let row = table.rows[table.shown[index]]
                for column in columns { draw(row, column, mesh, model, y: rect.y, on: &canvas) }
            }
        }
        drawThumb(table, in: area, on: &canvas)
        if model.columnCursor != nil { ColumnChooser.draw(table, model, on: &canvas) }
    }

    private static func emptySentence(_ kind: TableKind) -> String {
        kind == .edges ? "no request has been seen yet" : "no \(kind.noun) is known yet"
    }

    private static func drawTitles(
        _ columns: [TableColumns.Place], _ table: MeshTable, y: Int, on canvas: inout Canvas
    ) {
        for place in columns {
            let column = place.column
            let isSorted = column == table.sortColumn
            let sign = table.state.isDescending ? canvas.glyphs.descending : canvas.glyphs.ascending
            let mark = isSorted ? String(sign) : ""
            let text =
                column.isNumeric
                ? Field.right(column.title + mark, place.width) : column.title + mark
            canvas.put([Piece(text, isSorted ? .key : .heading)], x: place.x, y: y, width: place.width)
            if column.isSortable {
                canvas.hit(Rect(x: place.x, y: y, width: place.width, height: 1), .column(column.rawValue))
            }
        }
    }

    private static func draw(
        _ row: TableRow, _ place: TableColumns.Place, _ mesh: MeshIndex, _ model: Model, y: Int,
        on canvas: inout Canvas
    ) {
        let piece = piece(row, place, mesh, model, canvas)
        let isRight = place.column.isNumeric && place.column != .health && place.column != .trend
        let text = isRight ? Field.right(piece.text, place.width) : piece.text
        canvas.put([Piece(text, piece.tone)], x: place.x, y: y, width: place.width)
    }

    private static func piece(
        _ row: TableRow, _ place: TableColumns.Place, _ mesh: MeshIndex, _ model: Model, _ canvas: Canvas
    ) -> Piece {
        let value = row[place.column]
        let ratio = value.map { Ratio($0) }
        let absent = canvas.signs.absent
        switch place.column {
        case .health: return Piece(canvas.signs.health(row.health), Tone(of: row.health))
        // The short name where long ones would be cut.
        case .name: return Piece(canvas.cells(row.name) > place.width ? row.shortName : row.name, .strong)
        case .source: return Piece(canvas.cells(row.name) > place.width ? row.shortName : row.name)
        case .target: return Piece(canvas.cells(row.target) > place.width ? row.shortTarget : row.target, .strong)
        case .namespace: return Piece(row.namespace.isEmpty ? absent : row.namespace, .dim)
        case .protocol: return Piece(row.protocol, .dim)
        case .rate: return Piece(Field.rate(value.map { RequestsPerSecond($0) }))
        case .out: return Piece(Field.rate(value.map { RequestsPerSecond($0) }), .dim)
        case .ok: return Piece(Field.percent(ratio), .dim)
        case .clientErrors: return Piece(Field.percent(ratio), (value ?? 0) > 0 ? .text : .dim)
        case .errors: return Piece(Field.percent(ratio), .errors(value, row.health))
        case .lost: return Piece(Field.percent(ratio), (value ?? 0) > 0.01 ? .degraded : .dim)
        case .p50, .p99: return Piece(Field.latency(value), .dim)
        case .p95: return Piece(Field.latency(value))
        case .mtls:
            return Piece(ratio.map(Humane.percent) ?? absent, ratio.map { $0 < .all } ?? false ? .degraded : .dim)
        case .callers, .calls: return Piece(value.map { Field.samples($0) } ?? absent, .dim)
        case .attempts:
            return Piece(value.map { Humane.fixed($0, decimals: 2) } ?? absent, (value ?? 1) > 1.05 ? .text : .dim)
        case .bytes: return Piece(value.map { Humane.rate(BytesPerSecond($0)) } ?? absent, .dim)
        case .trend:
            let rates = model.trends.rates(of: row, in: mesh, until: mesh.snapshot.time)
            return Piece(Sparkline.text(rates.map(Double.init), width: place.width, canvas.glyphs), .traffic)
        }
    }

    /// Where in a long table the screen is, at its right edge.
    private static func drawThumb(_ table: MeshTable, in area: Rect, on canvas: inout Canvas) {
        let count = table.shown.count
        guard count > area.height, area.height > 0 else { return }
        let size = max(1, area.height * area.height / count)
        let room = area.height - size
        let start = room * table.state.offset / max(1, count - area.height)
        for y in start..<(start + size) {
            canvas.put(canvas.glyphs.scrollThumb, x: area.maxX - 1, y: area.y + y, .border)
        }
    }
}
