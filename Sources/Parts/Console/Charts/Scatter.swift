import Glibc
import Quantities
import TerminalUI
import TraceModel

/// Traces as points: when they began across, how long they took upwards, equal steps for equal factors. A cross is a
/// trace that failed, a diamond the one that is selected.
struct Scatter {
    struct Point: Hashable {
        /// The row of the list.
        var row: Int
        var start: WallTime
        var duration: Duration
        var hasFailed: Bool
    }

    private let points: [Point]
    private let selected: Int?
    private let from: WallTime
    private let span: Double
    private let bottom: Double
    private let top: Double

    static let labelWidth = 7

    init(_ shown: [TraceSummary], selected: Int?) {
        points = shown.enumerated().map {
            Point(row: $0, start: $1.start, duration: $1.duration, hasFailed: $1.errorCount > 0)
        }
        self.selected = selected
        from = points.map(\.start).min() ?? WallTime(nanosecondsSinceEpoch: 0)
        let last = points.map(\.start).max() ?? from
        span = max(from.duration(to: last).inSeconds, 1e-3)
        let all = points.map { max($0.duration.milliseconds, 1e-3) }
        let (low, high) = (all.min() ?? 1, all.max() ?? 1)
        // Where all took much the same, the axis must not make mountains of it.
        bottom = Scatter.roundedDown(min(low, high / 3))
        top = Chart.rounded(high)
    }

    /// One digit and zeros.
    private static func roundedDown(_ value: Double) -> Double {
        var power = 1e-3
        while power * 10 <= value, power < 1e12 { power *= 10 }
        return max(1, (value / power).rounded(.down)) * power
    }

    /// Draws axes and points; the last line says when.
    func draw(in area: Rect, utcOffset: Duration, on canvas: inout Canvas) {
        guard !points.isEmpty, area.width > Scatter.labelWidth + 8, area.height > 2 else { return }
        let plot = area.inset(left: Scatter.labelWidth + 2, right: 1, bottom: 1)
        for y in plot.y..<plot.maxY { canvas.put(canvas.glyphs.box.vertical, x: plot.x - 1, y: y, .border) }
        label(top, y: plot.y, area, on: &canvas)
        label(bottom, y: plot.maxY - 1, area, on: &canvas)
        let first = Field.timeOfDay(from, utcOffset)
        let last = Field.timeOfDay(from.advanced(by: .nanoseconds(Int64(span * 1e9))), utcOffset)
        canvas.put(
            TextLine([Piece(first, .dim)], right: [Piece(last, .dim)]), x: plot.x, y: plot.maxY, width: plot.width)
        drawPoints(in: plot, on: &canvas)
    }

    private func label(_ milliseconds: Double, y: Int, _ area: Rect, on canvas: inout Canvas) {
        let text = Field.duration(.nanoseconds(Int64(milliseconds * 1e6)))
        canvas.put([Piece(Field.right(text, Scatter.labelWidth), .dim)], x: area.x, y: y, width: Scatter.labelWidth)
    }

    private func drawPoints(in plot: Rect, on canvas: inout Canvas) {
        // How many points stand beside and above each other in one cell.
        let (across, up) =
            switch canvas.glyphs.kind {
            case .braille: (2, 4)
            case .blocks: (2, 2)
            case .ascii: (1, 1)
            }
        let (columns, lines) = (plot.width * across, plot.height * up)
        var cells: [Int: Mark] = [:]
        for point in points {
            let x = min(columns - 1, Int(from.duration(to: point.start).inSeconds / span * Double(columns - 1)))
            let y = lines - 1 - Int((height(point.duration) * Double(lines - 1)).rounded())
            let dot: UInt32 = up == 4 ? Chart.bit(x % 2, y % 4) : 1 << UInt32(y % up * 2 + x % across)
            cells[y / up * plot.width + x / across, default: Mark()].add(
                point, dot: dot, isSelected: point.row == selected)
        }
        for (cell, mark) in cells {
            let (x, y) = (plot.x + cell % plot.width, plot.y + cell / plot.width)
            if let point = mark.point { canvas.hit(Rect(x: x, y: y, width: 1, height: 1), .row(point.row)) }
            let (scalar, tone) = mark.look(canvas)
            canvas.put(scalar, x: x, y: y, tone)
        }
    }

    /// 0…1.
    private func height(_ duration: Duration) -> Double {
        let value = max(duration.milliseconds, bottom)
        let share = log(value / bottom) / log(top / bottom)
        return share.isFinite ? min(max(0, share), 1) : 0
    }

    /// What stands in one cell.
    private struct Mark {
        var dots: UInt32 = 0
        var count = 0
        var isSelected = false
        /// What a click means: a failed one first, then the slowest.
        var point: Point?

        mutating func add(_ new: Point, dot: UInt32, isSelected: Bool) {
            dots |= dot
            count += 1
            self.isSelected = self.isSelected || isSelected
            guard let old = point else { return point = new }
            if (new.hasFailed ? 1 : 0, new.duration) > (old.hasFailed ? 1 : 0, old.duration) { point = new }
        }

        func look(_ canvas: Canvas) -> (Unicode.Scalar, Tone) {
            let hasFailed = point?.hasFailed ?? false
            if isSelected { return (canvas.signs.chosenPoint, hasFailed ? .failure : .key) }
            if hasFailed { return (canvas.signs.failedPoint, .failure) }
            return switch canvas.glyphs.kind {
            case .braille: (Unicode.Scalar(0x2800 + dots) ?? "•", .traffic)
            case .blocks: (Quadrants.scalar(Int(dots)), .traffic)
            case .ascii: (count > 9 ? "#" : count > 1 ? "o" : ".", .traffic)
            }
        }
    }
}
