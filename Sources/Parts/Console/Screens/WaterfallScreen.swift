import Quantities
import TerminalUI
import TraceModel

/// One trace: its spans as a tree, each with a bar on the time axis, and the selected span explained.
enum WaterfallScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let state = model.waterfall else { return }
        let geometry = model.geometry
        switch state.answer {
        case .asking: canvas.sentence("asking for trace \(state.id)", in: geometry.body)
        case .failed(let message): canvas.sentence("the trace cannot be shown: \(message)", in: geometry.body)
        case .loaded(let waterfall):
            let layout = Layout(waterfall, in: geometry.rows)
            drawSummary(waterfall, y: geometry.rows.y - 2, on: &canvas)
            drawRuler(waterfall, layout, y: geometry.rows.y - 1, on: &canvas)
            drawRows(waterfall, state, layout, on: &canvas)
            if let pane = geometry.pane, waterfall.rows.indices.contains(state.cursor) {
                drawPane(waterfall.rows[state.cursor], in: pane, place: geometry.panePlace, on: &canvas)
            }
        }
    }

    /// Names to the left, the time axis to the right, and between them how long each span took.
    private struct Layout {
        let area: Rect
        let nameWidth: Int
        let durationX: Int
        let axisX: Int
        let axisWidth: Int

        init(_ waterfall: Waterfall, in area: Rect) {
            self.area = area
            let wanted =
                waterfall.rows.map {
                    5 + 2 * min($0.row.depth, Waterfall.shownDepth) + $0.service.count + $0.operation.count
                }.max() ?? 0
            nameWidth = min(max(16, wanted), max(16, area.width * 2 / 5))
            durationX = area.x + nameWidth + 1
            axisX = durationX + 9
            axisWidth = max(0, area.maxX - axisX - 1)
        }
    }

    private static func drawSummary(_ waterfall: Waterfall, y: Int, on canvas: inout Canvas) {
        let trace = waterfall.trace
        let errors = trace.summary.errorCount
        let left = [
            Piece(waterfall.rows.first?.service ?? trace.root.service, .strong),
            Piece(" \(waterfall.rows.first?.operation ?? trace.root.name)  "),
            Piece(Field.duration(trace.duration), .strong),
            Piece("  \(trace.spans.count) spans", .dim),
            Piece(errors == 0 ? "" : "  \(canvas.signs.failure) \(errors) with errors", .failure),
        ]
        let right = [Piece("\(canvas.signs.critical) critical path  ", .dim), Piece(trace.id.description, .dim)]
        canvas.put(TextLine(left, right: canvas.width >= 110 ? right : []), x: 1, y: y, width: canvas.width - 2)
    }

    /// Five times along the axis; fewer where they would touch.
    private static func drawRuler(_ waterfall: Waterfall, _ layout: Layout, y: Int, on canvas: inout Canvas) {
        let count = layout.axisWidth >= 60 ? 4 : layout.axisWidth >= 30 ? 2 : 1
        for step in 0...count {
            let time = waterfall.duration / count * step
            let text = step == 0 ? "0" : Field.duration(time)
            let width = canvas.cells(text)
            let ideal = layout.axisX + layout.axisWidth * step / count
            let x = step == 0 ? layout.axisX : step == count ? ideal - width : ideal - width / 2
            canvas.put([Piece(text, .dim)], x: x, y: y, width: width)
        }
    }

    private static func drawRows(
        _ waterfall: Waterfall, _ state: WaterfallState, _ layout: Layout, on canvas: inout Canvas
    ) {
        for (line, index) in waterfall.rows.indices.dropFirst(state.offset).prefix(layout.area.height).enumerated() {
            let rect = Rect(x: layout.area.x, y: layout.area.y + line, width: layout.area.width, height: 1)
            canvas.hit(rect, .row(index))
            canvas.highlighted(index == state.cursor, rect) { canvas in
                draw(waterfall.rows[index], waterfall, layout, y: rect.y, on: &canvas)
            }
        }
    }

    private static func draw(
        _ row: Waterfall.Row, _ waterfall: Waterfall, _ layout: Layout, y: Int, on canvas: inout Canvas
    ) {
        let signs = canvas.signs
        let span = row.span
        let isError = span.status == .error
        let mark = isError ? signs.failure : row.row.isOnCriticalPath ? signs.critical : " "
        canvas.put([Piece(mark, isError ? .failure : .accent)], x: layout.area.x + 1, y: y, width: 1)
        var tree = row.guides.map { $0 ? signs.treeLine : "  " }.joined()
        if row.row.depth > 0 { tree += row.row.isLastSibling ? signs.treeLast : signs.treeBranch }
        let name = [
            Piece(tree, .border), Piece(row.service, isError ? .failure : .strong), Piece(" " + row.operation, .dim),
        ]
        canvas.put(name, x: layout.area.x + 3, y: y, width: layout.nameWidth - 3)
        canvas.put([Piece(Field.right(Field.duration(span.duration), 8))], x: layout.durationX, y: y, width: 8)
        drawBar(row, waterfall, layout, y: y, on: &canvas)
    }

    /// The whole span in a quiet tone, and over it the time in which everything waited for just this.
    private static func drawBar(
        _ row: Waterfall.Row, _ waterfall: Waterfall, _ layout: Layout, y: Int, on canvas: inout Canvas
    ) {
        let total = max(waterfall.duration.inSeconds, 1e-9)
        func share(_ from: Duration, _ until: Duration) -> ClosedRange<Double> {
            let start = from.inSeconds / total
            return start...max(start, until.inSeconds / total)
        }
        let quiet: Tone = row.span.status == .error ? .failure : .edge
        let whole = share(row.row.offset, row.row.offset + row.span.duration)
        canvas.bar(whole, x: layout.axisX, y: y, width: layout.axisWidth, quiet)
        guard row.span.status != .error else { return }
        for wait in row.waits {
            canvas.bar(
                share(wait.lowerBound, wait.upperBound), x: layout.axisX, y: y, width: layout.axisWidth, .accent,
                on: (whole, quiet))
        }
    }

    // MARK: The selected span

    private static func drawPane(
        _ row: Waterfall.Row, in pane: Rect, place: ScreenGeometry.PanePlace,
        on canvas: inout Canvas
    ) {
        let span = row.span
        let offset = row.row.offset
        var facts = [
            TextLine(
                [Piece("took ", .dim), Piece(Field.duration(span.duration), .strong)],
                right: [Piece("own ", .dim), Piece(Field.duration(row.row.selfTime))]),
            TextLine(
                [Piece("from ", .dim), Piece("+" + Field.duration(offset))], right: [Piece(kindText(span.kind), .dim)]),
            TextLine([Piece("span ", .dim), Piece(span.id.description, .dim)]),
        ]
        if span.status == .error {
            facts.insert(
                TextLine(span.statusMessage.isEmpty ? "failed" : "failed: \(span.statusMessage)", .failure), at: 0)
        }
        if row.row.isOnCriticalPath { facts.append(TextLine("on the critical path", .accent)) }
        let attributes = span.attributes.map { TextLine([Piece($0.key + " ", .dim), Piece($0.value)]) }
        let half = place == .below ? (attributes.count + 1) / 2 : attributes.count
        var sections = [Section("", facts), Section("attributes", Array(attributes.prefix(half)))]
        if half < attributes.count { sections.append(Section("", [.empty] + attributes.dropFirst(half))) }
        let title = [Piece(row.service, .title), Piece(" " + row.operation)]
        canvas.draw(sections, title: title, in: pane, place: place)
    }

    private static func kindText(_ kind: Span.Kind) -> String {
        switch kind {
        case .unspecified: ""
        case .internal: "internal"
        case .server: "server"
        case .client: "client"
        case .producer: "producer"
        case .consumer: "consumer"
        }
    }
}
