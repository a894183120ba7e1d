import Quantities
import TerminalUI

/// Where the time of a trace, or of many, went: a box for each way of calls, as wide as its share, below its caller.
enum FlameScreen {
    static let titles = 2

    static func draw(_ model: Model, on canvas: inout Canvas) {
        let geometry = model.geometry
        guard let state = model.analysis else { return }
        switch state.answer {
        case .asking: canvas.sentence("asking for \(state.wanted.count) traces", in: geometry.body)
        case .failed(let message): canvas.sentence("no flame graph: \(message)", in: geometry.body)
        case .ready:
            guard let view = state.flame else { return }
            drawTitles(view, y: geometry.body.y, on: &canvas)
            drawBoxes(view, in: geometry.rows, on: &canvas)
        }
    }

    private static func drawTitles(_ view: FlameView, y: Int, on canvas: inout Canvas) {
        let width = canvas.width - 2
        let scope = view.traces == 1 ? "one trace" : "\(view.traces) traces"
        canvas.put(
            TextLine(
                [Piece(scope, .strong), Piece("  \(Field.duration(view.total))", .strong), Piece(" in all", .dim)],
                right: view.isZoomed ? [Piece("inside ", .dim), Piece(view.rootTitle, .accent)] : []),
            x: 1, y: y, width: width)
        guard let box = view.selected else { return }
        let calls = box.count == 1 ? "once" : "\(box.count) times"
        canvas.put(
            TextLine(
                [
                    Piece(box.service, .strong), Piece(" \(box.operation)  ", .text),
                    Piece(box.errors > 0 ? "\(canvas.signs.failure) \(box.errors) failed  " : "", .failure),
                ],
                right: [
                    Piece(Field.duration(box.total), .strong),
                    Piece(" \(Humane.percent(Ratio(box.to - box.from)))  ", .dim),
                    Piece("own ", .dim), Piece(Field.duration(box.own)), Piece("  \(calls)", .dim),
                ]), x: 1, y: y + 1, width: width)
    }

    private static func drawBoxes(_ view: FlameView, in area: Rect, on canvas: inout Canvas) {
        let inner = area.inset(left: 1, right: 1)
        guard inner.width > 0 else { return }
        for index in view.shown {
            let box = view.boxes[index]
            let line = box.depth - view.rootDepth - view.offset(height: area.height)
            guard line >= 0, line < area.height, let (from, to) = view.share(of: index) else { continue }
            let left = Int((from * Double(inner.width)).rounded())
            let right = Int((to * Double(inner.width)).rounded())
            guard right > left else { continue }
            let rect = Rect(x: inner.x + left, y: inner.y + line, width: right - left, height: 1)
            canvas.hit(rect, .row(index))
            draw(box, isSelected: index == view.cursor, in: rect, on: &canvas)
        }
    }

    private static func draw(_ box: FlameView.Box, isSelected: Bool, in rect: Rect, on canvas: inout Canvas) {
        let tone = Tone(box.isCause ? Role.failure : Role.series(box.color), .reverse)
        func fill(_ tone: Tone, _ canvas: inout Canvas) {
            for x in rect.x..<rect.maxX { canvas.put(" ", x: x, y: rect.y, tone) }
            canvas.put(canvas.signs.boxEdge, x: rect.x, y: rect.y, tone)
            let mark = box.errors > 0 ? "\(canvas.signs.failure) " : ""
            canvas.put(
                [Piece(mark + box.service, tone), Piece(" " + box.operation, tone)], x: rect.x + 1, y: rect.y,
                width: rect.width - 1)
        }
        if isSelected {
            canvas.on(.selection, rect) { canvas in fill(.strong, &canvas) }
        } else {
            fill(tone, &canvas)
        }
    }
}
