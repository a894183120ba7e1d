import Quantities
import TerminalUI
import TraceModel

/// The list of traces by shape: how many there are of each, how long they take and how often they fail.
enum TraceShapeRows {
    private static let numbers = ["traces", "failed", "p50", "p95", "spans"]

    static func draw(_ model: Model, in area: Rect, on canvas: inout Canvas) {
        guard let traces = model.traces else { return }
        let titles: [Piece] =
            [Piece(" ")] + numbers.map { Piece(Field.right($0, 9), .heading) } + [Piece("  request", .heading)]
        canvas.put(titles, x: 0, y: area.y - 1, width: area.width)
        guard !traces.shapes.isEmpty else {
            let problem = model.shelf.problem.map { "the traces cannot be read: \($0)" }
            return canvas.sentence(problem ?? "reading \(traces.rows.count) traces", in: area)
        }
        let nameX = 1 + 9 * numbers.count + 2
        let nameWidth = area.width < 100 ? area.width - nameX - 1 : min(44, max(16, (area.width - nameX) / 2))
        for (line, index) in traces.shapes.indices.dropFirst(traces.table.offset).prefix(area.height).enumerated() {
            let rect = Rect(x: 0, y: area.y + line, width: area.width, height: 1)
            canvas.hit(rect, .row(index))
            let shape = traces.shapes[index]
            canvas.highlighted(index == traces.table.cursor, rect) { canvas in
                let signs = canvas.signs
                let failed = shape.failed == 0 ? signs.absent : "\(signs.failure) \(Humane.percent(shape.failedShare))"
                canvas.put(
                    [
                        Piece(" "), Piece(Field.right(String(shape.count), 9), .strong),
                        Piece(Field.right(failed, 9), shape.failed == 0 ? .dim : .failure),
                        Piece(Field.right(Field.duration(shape.quantile(0.5)), 9)),
                        Piece(Field.right(Field.duration(shape.quantile(0.95)), 9), .strong),
                        Piece(Field.right(String(shape.spans), 9), .dim),
                    ], x: 0, y: rect.y, width: nameX)
                canvas.put(
                    [Piece(shape.service, .strong), Piece(" " + shape.operation)], x: nameX, y: rect.y, width: nameWidth
                )
                canvas.put(
                    [Piece(shape.services.joined(separator: " "), .dim)], x: nameX + nameWidth + 2, y: rect.y,
                    width: area.width - nameX - nameWidth - 3)
            }
        }
    }
}
