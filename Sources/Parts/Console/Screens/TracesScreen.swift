import Quantities
import TerminalUI
import TraceModel

/// The traces of what was selected: as points of time and duration, and below them one row each.
enum TracesScreen {
    /// Lines of the points above the list; none where that would leave it too short.
    static func scatterHeight(bodyHeight: Int, isShown: Bool) -> Int {
        guard isShown, bodyHeight >= 18 else { return 0 }
        return min(14, bodyHeight / 3)
    }

    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let traces = model.traces else { return }
        let area = model.geometry.rows
        let body = model.geometry.body
        let height = scatterHeight(bodyHeight: body.height, isShown: model.showsScatter)
        if height > 0 {
            Scatter(traces.shown, selected: traces.mode == .list ? traces.table.cursor : nil).draw(
                in: Rect(x: 0, y: body.y, width: body.width, height: height), utcOffset: model.utcOffset, on: &canvas)
        }
        if traces.mode == .shapes { return TraceShapeRows.draw(model, in: area, on: &canvas) }
        drawList(traces, model, in: area, on: &canvas)
    }

    private static func drawList(_ traces: TracesState, _ model: Model, in area: Rect, on canvas: inout Canvas) {
        let columns = columns(width: area.width)
        for entry in columns {
            let isSorted = entry.column.rawValue == traces.table.sortColumn
            let mark =
                isSorted
                ? (traces.table.isDescending ? String(canvas.glyphs.descending) : String(canvas.glyphs.ascending)) : ""
            let title =
                entry.column.isNumeric
                ? Field.right(entry.column.title + mark, entry.width) : entry.column.title + " " + mark
            canvas.put([Piece(title, isSorted ? .key : .heading)], x: entry.x, y: area.y - 1, width: entry.width)
            canvas.hit(Rect(x: entry.x, y: area.y - 1, width: entry.width, height: 1), .column(entry.column.rawValue))
        }
        if let sentence = sentence(for: traces) { return canvas.sentence(sentence, in: area) }
        let summaries = traces.summaries
        let longest = summaries.map(\.duration).max() ?? .zero
        for (line, row) in traces.rows.indices.dropFirst(traces.table.offset).prefix(area.height).enumerated() {
            let rect = Rect(x: 0, y: area.y + line, width: area.width, height: 1)
            canvas.hit(rect, .row(row))
            let trace = summaries[traces.rows[row]]
            canvas.highlighted(row == traces.table.cursor, rect) { canvas in
                if trace.id == model.markedTrace {
                    canvas.put([Piece(canvas.signs.bullet, .accent)], x: rect.x, y: rect.y, width: 1)
                }
                draw(
                    trace.shortened(by: model.mesh, canvas.signs), columns, longest: longest,
                    utcOffset: model.utcOffset, y: rect.y, on: &canvas)
            }
        }
    }

    private static func sentence(for traces: TracesState) -> String? {
        switch traces.answer {
        case .asking: return "asking for traces of \(traces.title)"
        case .failed(let message): return "no traces: \(message)"
        case .found(let list):
            if list.isEmpty {
                if !traces.table.filter.isEmpty { return "no trace is meant by “\(traces.table.filter)”" }
                if traces.cut != nil { return "no trace of that time and latency is kept" }
                return traces.query.errorsOnly
                    ? "no trace of \(traces.title) has an error; x shows all"
                    : "no trace of \(traces.title) has arrived yet; r asks again"
            }
            return traces.rows.isEmpty ? "no trace is meant by “\(traces.table.filter)”" : nil
        }
    }

    private struct Column {
        let column: TraceColumn
        let x: Int
        let width: Int
    }

    private static func columns(width: Int) -> [Column] {
        var x = 1
        var result: [Column] = []
        for column in TraceColumn.allCases {
            let room = max(0, width - 1 - x)
            let wanted =
                switch column {
                case .start: 9
                case .duration: width >= 100 ? 26 : 9
                case .errors: 7
                case .spans: 6
                case .root: min(44, max(16, room / 2))
                case .services: room
                }
            guard room > 4 else { break }
            result.append(Column(column: column, x: x, width: min(wanted, room)))
            x += wanted + 2
        }
        return result
    }

    private static func draw(
        _ trace: TraceSummary, _ columns: [Column], longest: Duration, utcOffset: Duration, y: Int,
        on canvas: inout Canvas
    ) {
        let signs = canvas.signs
        for entry in columns {
            let (x, width) = (entry.x, entry.width)
            switch entry.column {
            case .start:
                canvas.put(
                    [Piece(Field.right(Field.timeOfDay(trace.start, utcOffset), width), .dim)], x: x, y: y, width: width
                )
            case .duration:
                // Right-aligned number, and beside it how it compares with the longest.
                if width > 12 {
                    let share = longest > .zero ? trace.duration.inSeconds / longest.inSeconds : 0
                    canvas.bar(
                        0...max(0, share), x: x, y: y, width: width - 9, trace.errorCount > 0 ? .failure : .edge)
                }
                canvas.put(
                    [Piece(Field.right(Field.duration(trace.duration), 8), .strong)], x: x + width - 8, y: y, width: 8)
            case .errors:
                let text = trace.errorCount == 0 ? signs.absent : "\(signs.failure) \(trace.errorCount)"
                canvas.put(
                    [Piece(Field.right(text, width), trace.errorCount == 0 ? .dim : .failure)], x: x, y: y, width: width
                )
            case .spans:
                canvas.put([Piece(Field.right(String(trace.spanCount), width), .dim)], x: x, y: y, width: width)
            case .root:
                canvas.put([Piece(trace.rootService, .strong), Piece(" " + trace.rootName)], x: x, y: y, width: width)
            case .services:
                canvas.put([Piece(trace.services.joined(separator: " "), .dim)], x: x, y: y, width: width)
            }
        }
    }
}

extension TraceSummary {
    /// With services named as the graph names them.
    fileprivate func shortened(by mesh: MeshIndex?, _ signs: Signs) -> TraceSummary {
        guard let mesh else { return self }
        var summary = self
        summary.rootName = SpanNames(mesh, signs).operation(named: rootName)
        summary.rootService = mesh.shortService(rootService)
        summary.services = services.map { mesh.shortService($0) }
        return summary
    }
}
