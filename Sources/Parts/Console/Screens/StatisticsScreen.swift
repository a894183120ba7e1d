import Quantities
import TerminalUI
import TraceModel

/// What each operation of a trace, or of many, took: a table to sort.
enum StatisticsScreen {
    static let titles = 2

    static func draw(_ model: Model, on canvas: inout Canvas) {
        let geometry = model.geometry
        guard let state = model.analysis else { return }
        switch state.answer {
        case .asking: canvas.sentence("asking for \(state.wanted.count) traces", in: geometry.body)
        case .failed(let message): canvas.sentence("no statistics: \(message)", in: geometry.body)
        case .ready:
            guard let view = state.statistics else { return }
            let scope = view.traces == 1 ? "one trace" : "\(view.traces) traces"
            canvas.put(
                [Piece(scope, .strong), Piece("  \(view.spans) spans  \(view.rows.count) operations", .dim)], x: 1,
                y: geometry.body.y, width: canvas.width - 2)
            drawTable(view, state.table, in: geometry.rows, on: &canvas)
        }
    }

    private struct Place {
        let column: StatisticsColumn
        let x: Int
        let width: Int
    }

    /// Names take what the numbers leave; where that is too little, the numbers least asked for go.
    private static func places(width: Int) -> [Place] {
        var columns = StatisticsColumn.allCases
        func numbers() -> Int { columns.reduce(0) { $0 + ($1.isNumeric ? $1.width + 2 : 0) } }
        for spare in [StatisticsColumn.longest, .p50, .total] where width - 2 - numbers() < 24 {
            columns.removeAll { $0 == spare }
        }
        let name = min(60, max(10, width - 2 - numbers()))
        var x = 1
        return columns.map { column in
            let place = Place(column: column, x: x, width: column.isNumeric ? column.width : name)
            x += place.width + 2
            return place
        }
    }

    private static func drawTable(
        _ view: StatisticsView, _ table: TableState, in area: Rect, on canvas: inout Canvas
    ) {
        let places = places(width: area.width)
        for place in places {
            let isSorted = place.column.rawValue == table.sortColumn
            let mark = isSorted ? String(table.isDescending ? canvas.glyphs.descending : canvas.glyphs.ascending) : ""
            let text = place.column.title + mark
            canvas.put(
                [Piece(place.column.isNumeric ? Field.right(text, place.width) : text, isSorted ? .key : .heading)],
                x: place.x, y: area.y - 1, width: place.width)
            canvas.hit(Rect(x: place.x, y: area.y - 1, width: place.width, height: 1), .column(place.column.rawValue))
        }
        for (line, index) in view.rows.indices.dropFirst(table.offset).prefix(area.height).enumerated() {
            let rect = Rect(x: area.x, y: area.y + line, width: area.width, height: 1)
            canvas.hit(rect, .row(index))
            canvas.highlighted(index == table.cursor, rect) { canvas in
                for place in places {
                    canvas.put(pieces(view.rows[index], place, canvas.signs), x: place.x, y: rect.y, width: place.width)
                }
            }
        }
    }

    private static func pieces(_ row: StatisticsView.Row, _ place: Place, _ signs: Signs) -> [Piece] {
        func right(_ text: String, _ tone: Tone = .text) -> [Piece] { [Piece(Field.right(text, place.width), tone)] }
        return switch place.column {
        case .operation: [Piece(row.service, .strong), Piece(" " + row.operation)]
        case .count: right(String(row.count), .dim)
        case .errors:
            row.errors == 0 ? right(signs.absent, .dim) : right("\(signs.failure) \(row.errors)", .failure)
        case .p50: right(Field.duration(row.p50))
        case .p95: right(Field.duration(row.p95), .strong)
        case .longest: right(Field.duration(row.longest), .dim)
        case .total: right(Field.duration(row.total), .dim)
        case .own: right(Field.duration(row.own))
        case .share: right(Humane.percent(row.critical), row.critical.value >= 0.25 ? .accent : .text)
        }
    }
}
