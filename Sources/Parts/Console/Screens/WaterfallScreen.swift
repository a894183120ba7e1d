import Quantities
import TerminalUI
import TraceModel

/// One trace: why it took so long or failed, its spans as a tree, each with a bar on the time axis, and the selected
/// span explained.
enum WaterfallScreen {
    /// Lines above the rows: the request, the verdict, the whole trace in small, and the ruler; on a low screen there is
    /// no room for the small picture.
    static func titles(bodyHeight: Int) -> Int { bodyHeight >= 18 ? 4 : 3 }

    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let state = model.waterfall else { return }
        let geometry = model.geometry
        switch state.answer {
        case .asking: canvas.sentence("asking for trace \(state.id)", in: geometry.body)
        case .failed(let message): canvas.sentence("the trace cannot be shown: \(message)", in: geometry.body)
        case .loaded(let waterfall):
            let layout = WaterfallLayout(waterfall, state, in: geometry.rows)
            let titles = titles(bodyHeight: geometry.body.height)
            let top = geometry.rows.y - titles
            drawSummary(waterfall, model, y: top, on: &canvas)
            drawReason(state, waterfall, model, y: top + 1, width: layout.area.width - 2, on: &canvas)
            if titles > 3 { drawMap(waterfall, state, layout, y: top + 2, on: &canvas) }
            drawRuler(layout, y: geometry.rows.y - 1, on: &canvas)
            drawRows(waterfall, state, layout, on: &canvas)
            if let pane = geometry.pane, let row = state.selected {
                SpanPane.draw(row, waterfall, model, in: pane, place: geometry.panePlace, on: &canvas)
            }
        }
    }

    private static func drawSummary(_ waterfall: Waterfall, _ model: Model, y: Int, on canvas: inout Canvas) {
        let trace = waterfall.trace
        let errors = waterfall.errors.count
        let first = waterfall.rows.first
        let left = [
            Piece(first?.service ?? "", .strong), Piece(" \(first?.operation ?? "")  "),
            Piece(Field.duration(waterfall.duration), .strong),
            Piece("  \(waterfall.rows.count) spans", .dim),
            Piece(errors == 0 ? "" : "  \(canvas.signs.failure) \(errors) failed", .failure),
        ]
        let marked = model.markedTrace == trace.id ? "marked  " : ""
        let right = [Piece(marked, .accent), Piece(canvas.width >= 110 ? trace.id.description : "", .dim)]
        canvas.put(TextLine(left, right: right), x: 1, y: y, width: canvas.width - 2)
    }

    /// Why it failed, or where the time went, and how that compares with the other traces of the list.
    private static func drawReason(
        _ state: WaterfallState, _ waterfall: Waterfall, _ model: Model, y: Int, width: Int, on canvas: inout Canvas
    ) {
        guard let reason = state.reason else { return }
        var grounds = reason.grounds
        let span = waterfall.rows[reason.row].span
        if !reason.hasFailed, let peers = model.shelf.peers(of: span), peers.count > 4 {
            let usual = peers.quantile(0.5)
            if span.duration.inSeconds > usual.inSeconds * 1.5 { grounds.append("usually \(Field.duration(usual))") }
        }
        let tone: Tone = reason.hasFailed ? .failure : .accent
        canvas.put(
            [
                Piece(reason.hasFailed ? "failed: " : "slowest: ", tone), Piece(reason.subject, .strong),
                Piece(grounds.isEmpty ? "" : ": " + grounds.joined(separator: "; ")),
            ], x: 1, y: y, width: width)
    }

    // MARK: Time

    /// The whole trace in one line: how many spans run at each time, what fails, and which part the axis below shows.
    private static func drawMap(
        _ waterfall: Waterfall, _ state: WaterfallState, _ layout: WaterfallLayout, y: Int, on canvas: inout Canvas
    ) {
        let zoom = state.magnification
        let words =
            zoom > 1.001
            ? "\(Humane.fixed(zoom, decimals: zoom < 9.95 ? 1 : 0))x, 0 shows all of it" : "spans at a time"
        canvas.put([Piece(words, .dim)], x: layout.area.x + 1, y: y, width: layout.nameWidth)
        let most = waterfall.map.lazy.map(\.running).max() ?? 1
        let total = max(waterfall.duration.inSeconds, 1e-9)
        let shown = (state.seen.lowerBound / total)..<(state.seen.upperBound / total)
        let count = layout.axisWidth
        for x in 0..<count {
            let first = x * Waterfall.mapSize / count
            let pieces = waterfall.map[first..<max(first + 1, (x + 1) * Waterfall.mapSize / count)]
            let running = pieces.lazy.map(\.running).max() ?? 0
            let isFailing = pieces.contains { $0.failing > 0 }
            let middle = (Double(x) + 0.5) / Double(count)
            let tone: Tone = !shown.contains(middle) ? .ghost : isFailing ? .failure : .traffic
            let level = running == 0 ? 0 : max(1, min(8, (running * 8 + most - 1) / max(1, most)))
            canvas.put(canvas.glyphs.eighthsUp[level], x: layout.axisX + x, y: y, tone)
        }
        guard zoom > 1.001 else { return }
        let left = layout.axisX + min(count - 1, Int(shown.lowerBound * Double(count)))
        let right = layout.axisX + min(count - 1, Int(shown.upperBound * Double(count)))
        canvas.put(canvas.signs.bandLeft, x: max(layout.axisX, left - 1), y: y, .key)
        canvas.put(canvas.signs.bandRight, x: min(layout.axisX + count - 1, right + 1), y: y, .key)
    }

    /// Five times along the axis; fewer where they would touch.
    private static func drawRuler(_ layout: WaterfallLayout, y: Int, on canvas: inout Canvas) {
        let signs = canvas.signs
        canvas.put(
            [
                Piece("\(signs.failure)", .failure), Piece(" failed ", .dim), Piece("\(signs.critical)", .accent),
                Piece(" critical path", .dim),
            ], x: layout.area.x + 1, y: y, width: layout.nameWidth + 8)
        let count = layout.axisWidth >= 60 ? 4 : layout.axisWidth >= 30 ? 2 : 1
        let (from, to) = (layout.seen.lowerBound, layout.seen.upperBound)
        for step in 0...count {
            let time = from + (to - from) * Double(step) / Double(count)
            let text = time == 0 ? "0" : Field.duration(.nanoseconds(Int64(time * 1e9)))
            let width = canvas.cells(text)
            let ideal = layout.axisX + layout.axisWidth * step / count
            let x = step == 0 ? layout.axisX : step == count ? ideal - width : ideal - width / 2
            canvas.put([Piece(text, .dim)], x: x, y: y, width: width)
        }
    }

    // MARK: Rows

    private static func drawRows(
        _ waterfall: Waterfall, _ state: WaterfallState, _ layout: WaterfallLayout, on canvas: inout Canvas
    ) {
        for (line, place) in state.visible.indices.dropFirst(state.offset).prefix(layout.area.height).enumerated() {
            let rect = Rect(x: layout.area.x, y: layout.area.y + line, width: layout.area.width, height: 1)
            canvas.hit(rect, .row(place))
            let row = state.visible[place]
            canvas.highlighted(place == state.cursor, rect) { canvas in
                drawName(row, waterfall, state, layout, y: rect.y, on: &canvas)
                SpanBar.draw(row, waterfall, layout, y: rect.y, on: &canvas)
            }
        }
    }

    private static func drawName(
        _ index: Int, _ waterfall: Waterfall, _ state: WaterfallState, _ layout: WaterfallLayout, y: Int,
        on canvas: inout Canvas
    ) {
        let signs = canvas.signs
        let row = waterfall.rows[index]
        let isError = row.span.status == .error
        canvas.put([Piece(isError ? signs.failure : " ", .failure)], x: layout.area.x + 1, y: y, width: 1)
        canvas.put(
            [Piece(row.row.isOnCriticalPath ? signs.critical : " ", .accent)], x: layout.area.x + 2, y: y, width: 1)
        var tree = waterfall.guides(of: index).map { $0 ? signs.treeLine : "  " }.joined()
        if row.row.depth > 0 { tree += row.row.isLastSibling ? signs.treeLast : signs.treeBranch }
        let isFolded = state.isFolded(index)
        let fold = isFolded ? "\(canvas.glyphs.folded)\(row.end - index - 1) " : ""
        let isMatch = state.isMatch(index)
        let name = [
            Piece(tree, .border), Piece(fold, .key),
            Piece(row.attempt.map { "\(signs.again)\($0.number)/\($0.count) " } ?? "", .degraded),
            Piece(row.service, isMatch ? Tone(.match) : isError ? .failure : .strong),
            Piece(" " + row.operation, isMatch ? Tone(.match) : .dim),
        ]
        canvas.put(name, x: layout.area.x + 4, y: y, width: layout.nameWidth - 4)
        canvas.put([Piece(signs.kind(row.span.kind), .dim)], x: layout.area.x + layout.nameWidth + 1, y: y, width: 1)
        canvas.put([Piece(Field.right(Field.duration(row.span.duration), 8))], x: layout.durationX, y: y, width: 8)
    }
}

/// Names to the left, the time axis to the right, and between them how long each span took.
struct WaterfallLayout {
    let area: Rect
    let nameWidth: Int
    let durationX: Int
    let axisX: Int
    let axisWidth: Int
    /// The seconds along the axis.
    let seen: Range<Double>

    init(_ waterfall: Waterfall, _ state: WaterfallState, in area: Rect) {
        self.area = area
        // Marks and a cell between stand before the name.
        nameWidth = min(max(18, waterfall.nameWidth + 6), max(18, area.width * 2 / 5))
        durationX = area.x + nameWidth + 2
        axisX = durationX + 9
        axisWidth = max(0, area.maxX - axisX - 1)
        seen = state.seen
    }

    /// Shares of the axis; nothing when all of it lies elsewhere.
    func share(_ stretch: Waterfall.Stretch) -> ClosedRange<Double>? {
        guard stretch.to >= seen.lowerBound, stretch.from <= seen.upperBound else { return nil }
        let width = seen.upperBound - seen.lowerBound
        let from = max(0, (stretch.from - seen.lowerBound) / width)
        return from...max(from, min(1, (stretch.to - seen.lowerBound) / width))
    }
}
