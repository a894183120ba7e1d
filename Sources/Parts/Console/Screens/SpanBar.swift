import Quantities
import TerminalUI
import TraceModel

/// A span on the time axis: a thin line while only its children were running, a thick one while it worked itself or
/// waited for what sent no span, and that in another tone when the whole answer waited for it.
enum SpanBar {
    static func draw(
        _ index: Int, _ waterfall: Waterfall, _ layout: WaterfallLayout, y: Int, on canvas: inout Canvas
    ) {
        let row = waterfall.rows[index]
        // What only passes a failure on is no place to look.
        let isError = waterfall.causes.contains(index)
        let quiet: Tone = isError ? .failure : .edge
        let start = row.row.offset.inSeconds
        let whole = Waterfall.Stretch(from: start, to: start + max(0, row.span.duration.inSeconds))
        guard layout.axisWidth > 0, let share = layout.share(whole) else {
            return drawElsewhere(isBefore: whole.to < layout.seen.lowerBound, layout, y: y, on: &canvas)
        }
        drawLine(share, layout, y: y, quiet, on: &canvas)
        for part in SpanBar.parts(waterfall.ownStretches(of: index), layout) {
            canvas.bar(part, x: layout.axisX, y: y, width: layout.axisWidth, quiet)
        }
        for part in SpanBar.parts(waterfall.waits(of: index), layout) {
            canvas.bar(part, x: layout.axisX, y: y, width: layout.axisWidth, isError ? .failure : .accent)
        }
    }

    /// What is seen of some stretches: those that touch on the screen are one, and of a thousand that are thinner than
    /// anything that can be drawn only so many are left as there are places.
    private static func parts(_ stretches: ArraySlice<Waterfall.Stretch>, _ layout: WaterfallLayout) -> [ClosedRange<
        Double
    >] {
        let eighth = 1 / Double(layout.axisWidth * 8)
        var parts: [ClosedRange<Double>] = []
        for stretch in stretches {
            guard let share = layout.share(stretch) else { continue }
            let isThin = share.upperBound - share.lowerBound < eighth / 2
            if let last = parts.last, share.lowerBound - last.upperBound < eighth {
                // A thin one beside another is not worth its own ink.
                if !isThin { parts[parts.count - 1] = last.lowerBound...max(last.upperBound, share.upperBound) }
            } else if !isThin || stretches.count == 1 {
                parts.append(share)
            }
        }
        return parts
    }

    /// The span's whole extent, to half a cell.
    private static func drawLine(
        _ share: ClosedRange<Double>, _ layout: WaterfallLayout, y: Int, _ tone: Tone, on canvas: inout Canvas
    ) {
        let halves = Double(layout.axisWidth * 2)
        let first = min(Int((share.lowerBound * halves).rounded()), layout.axisWidth * 2 - 1)
        let last = max(first, min(Int((share.upperBound * halves).rounded()) - 1, layout.axisWidth * 2 - 1))
        for cell in (first / 2)...(last / 2) {
            let hasLeft = first <= cell * 2
            let hasRight = last >= cell * 2 + 1
            let sign =
                hasLeft && hasRight ? canvas.signs.thinBar : hasLeft ? canvas.signs.thinLeft : canvas.signs.thinRight
            canvas.put(sign, x: layout.axisX + cell, y: y, tone)
        }
    }

    /// An arrow to where a span lies that the axis does not show.
    private static func drawElsewhere(isBefore: Bool, _ layout: WaterfallLayout, y: Int, on canvas: inout Canvas) {
        guard layout.axisWidth > 0 else { return }
        canvas.put(
            isBefore ? canvas.glyphs.arrowLeft : canvas.glyphs.arrowRight,
            x: isBefore ? layout.axisX : layout.axisX + layout.axisWidth - 1, y: y, .dim)
    }
}
