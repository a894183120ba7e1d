import Quantities
import TerminalUI
import TraceModel

/// A trace against another one, or against what its kind usually does: span by span, with what it took longer as a bar
/// to the right and what it took less as one to the left.
enum CompareScreen {
    static let titles = 3

    static func draw(_ model: Model, on canvas: inout Canvas) {
        let geometry = model.geometry
        guard let state = model.analysis else { return }
        switch state.answer {
        case .asking: canvas.sentence("asking for \(state.wanted.count) traces", in: geometry.body)
        case .failed(let message): canvas.sentence("nothing to compare: \(message)", in: geometry.body)
        case .ready:
            guard let view = state.comparison else { return }
            drawTitles(view, y: geometry.body.y, on: &canvas)
            drawRows(view, state.table, in: geometry.rows, on: &canvas)
        }
    }

    private static func drawTitles(_ view: CompareView, y: Int, on canvas: inout Canvas) {
        let width = canvas.width - 2
        canvas.put(
            [
                Piece(view.trace.description.prefix(8).description, .strong), Piece(" took ", .dim),
                Piece(Field.duration(view.here), .strong), Piece("; ", .dim), Piece(view.base, .strong),
                Piece(" took ", .dim), Piece(Field.duration(view.there), .strong),
            ], x: 1, y: y, width: width)
        canvas.put([Piece(view.summary)], x: 1, y: y + 1, width: width)
    }

    private struct Layout {
        let nameWidth: Int
        let hereX: Int
        let thereX: Int
        let differenceX: Int
        let barX: Int
        let barWidth: Int

        init(_ view: CompareView, in area: Rect) {
            let wanted = view.rows.map {
                6 + 2 * min($0.depth, Waterfall.shownDepth) + $0.service.count + $0.operation.count
            }
            nameWidth = min(max(18, wanted.max() ?? 0), max(18, area.width * 2 / 5))
            hereX = area.x + nameWidth + 1
            thereX = hereX + 9
            differenceX = thereX + 9
            barX = differenceX + 11
            barWidth = max(0, area.maxX - 1 - barX)
        }
    }

    private static func drawRows(_ view: CompareView, _ table: TableState, in area: Rect, on canvas: inout Canvas) {
        let layout = Layout(view, in: area)
        let y = area.y - 1
        canvas.put([Piece("span", .heading)], x: area.x + 1, y: y, width: layout.nameWidth - 1)
        canvas.put([Piece(Field.right("here", 8), .heading)], x: layout.hereX, y: y, width: 8)
        canvas.put([Piece(Field.right("there", 8), .heading)], x: layout.thereX, y: y, width: 8)
        canvas.put([Piece(Field.right("difference", 10), .heading)], x: layout.differenceX, y: y, width: 10)
        if layout.barWidth > 20 {
            canvas.put(
                TextLine([Piece("shorter", .dim)], right: [Piece("longer", .dim)]), x: layout.barX, y: y,
                width: layout.barWidth)
        }
        for (line, index) in view.rows.indices.dropFirst(table.offset).prefix(area.height).enumerated() {
            let rect = Rect(x: area.x, y: area.y + line, width: area.width, height: 1)
            canvas.hit(rect, .row(index))
            canvas.highlighted(index == table.cursor, rect) { canvas in
                draw(view.rows[index], most: view.most, layout, rect, on: &canvas)
            }
        }
    }

    private static func draw(
        _ row: CompareView.Row, most: Duration, _ layout: Layout, _ rect: Rect, on canvas: inout Canvas
    ) {
        let signs = canvas.signs
        let mark = row.there == nil ? "+" : row.here == nil ? "-" : " "
        canvas.put([Piece(mark, .accent)], x: rect.x + 1, y: rect.y, width: 1)
        canvas.put([Piece(row.hasFailed ? signs.failure : " ", .failure)], x: rect.x + 2, y: rect.y, width: 1)
        var tree = row.guides.map { $0 ? signs.treeLine : "  " }.joined()
        if row.depth > 0 { tree += row.isLastSibling ? signs.treeLast : signs.treeBranch }
        let tone: Tone = row.here == nil ? .dim : .strong
        canvas.put(
            [Piece(tree, .border), Piece(row.service, tone), Piece(" " + row.operation, .dim)], x: rect.x + 4,
            y: rect.y, width: layout.nameWidth - 4)
        func put(_ text: String, _ tone: Tone, x: Int, width: Int) {
            canvas.put([Piece(Field.right(text, width), tone)], x: x, y: rect.y, width: width)
        }
        put(row.here.map(Field.duration) ?? signs.absent, row.here == nil ? .dim : .text, x: layout.hereX, width: 8)
        put(row.there.map(Field.duration) ?? signs.absent, .dim, x: layout.thereX, width: 8)
        let difference = row.difference
        let share = most > .zero ? difference.inSeconds / most.inSeconds : 0
        let loud: Tone = share >= 0.25 ? .degraded : share <= -0.25 ? .healthy : .text
        put(words(difference, row, signs), loud, x: layout.differenceX, width: 10)
        drawBar(share, layout, y: rect.y, loud, on: &canvas)
    }

    private static func words(_ difference: Duration, _ row: CompareView.Row, _ signs: Signs) -> String {
        if row.there == nil { return "extra" }
        if row.here == nil { return "missing" }
        if difference == .zero { return signs.absent }
        return difference < .zero ? "-" + Field.duration(.zero - difference) : "+" + Field.duration(difference)
    }

    /// From the middle to the right for longer, to the left for shorter.
    private static func drawBar(_ share: Double, _ layout: Layout, y: Int, _ tone: Tone, on canvas: inout Canvas) {
        guard layout.barWidth > 8 else { return }
        let half = (layout.barWidth - 1) / 2
        let middle = layout.barX + half
        canvas.put(canvas.glyphs.box.vertical, x: middle, y: y, .border)
        if share > 0 {
            canvas.bar(0...min(1, share), x: middle + 1, y: y, width: half, tone)
        } else if share < 0 {
            canvas.bar(max(0, 1 + share)...1, x: layout.barX, y: y, width: half, tone)
        }
    }
}
