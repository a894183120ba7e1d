import MeshModel
import Quantities
import TerminalUI

/// How long requests took, over time: a column for each moment, a row for each bucket of the histogram, darker for more
/// requests. The shade tells it; colours only help: quiet below the median, loud above p95.
struct Heatmap: Sendable {
    struct Row: Hashable, Sendable {
        var upperBound: Double
        var counts: [Double?]
    }

    /// The slowest bucket first.
    let rows: [Row]
    /// As the fullest cell.
    let most: Double
    /// Of all moments together.
    let quantiles: LatencyQuantiles?

    /// - Parameter moments: what was counted at each, oldest first; nothing where nobody knows.
    init(_ moments: [BucketCounts?]) {
        var all = BucketCounts()
        for moment in moments { if let moment { all.merge(moment) } }
        quantiles = all.quantiles
        let buckets = all.buckets
        // Empty buckets at either end tell nothing; one between others does.
        let used = buckets.indices.filter { buckets[$0].count >= 0.5 }
        guard let first = used.first, let last = used.last else {
            (rows, most) = ([], 0)
            return
        }
        let columns = moments.map { moment -> [Double: Double]? in
            guard let moment else { return nil }
            return Dictionary(moment.buckets.map { ($0.upperBound, $0.count) }, uniquingKeysWith: +)
        }
        rows = (first...last).reversed().map { index in
            let bound = buckets[index].upperBound
            return Row(upperBound: bound, counts: columns.map { column in column.map { $0[bound] ?? 0 } })
        }
        most = rows.flatMap(\.counts).compactMap { $0 }.max() ?? 0
    }

    static let labelWidth = 9

    /// Rows that it wants; at least two for its words.
    var height: Int { max(2, min(rows.count, 14)) }

    /// - Parameter selected: the cell that is marked.
    func draw(in area: Rect, selected: HeatmapCell? = nil, on canvas: inout Canvas) {
        guard !rows.isEmpty, most > 0 else {
            canvas.put(
                [Piece("no request was timed in buckets", .dim)], x: area.x + 1, y: area.y, width: area.width - 2)
            return
        }
        let plot = area.inset(left: Heatmap.labelWidth + 1)
        guard plot.width > 0 else { return }
        let count = rows.first?.counts.count ?? 0
        guard count > 0 else { return }
        // The fastest rows give way: what is slow is what people look for.
        for (line, row) in rows.prefix(area.height).enumerated() {
            let y = area.y + line
            canvas.put(
                [Piece(Field.right(label(row), Heatmap.labelWidth), isMark(row) ? .strong : .dim)], x: area.x, y: y,
                width: Heatmap.labelWidth)
            let tone = tone(row)
            for x in 0..<plot.width {
                let column = min(count - 1, x * count / plot.width)
                canvas.hit(
                    Rect(x: plot.x + x, y: y, width: 1, height: 1), .heatmapCell(HeatmapCell(column: column, row: line))
                )
                guard let value = row.counts[column] else {
                    if line == rows.prefix(area.height).count - 1 { canvas.put("·", x: plot.x + x, y: y, .dim, ".") }
                    continue
                }
                let level = Heatmap.level(value, of: most)
                if selected == HeatmapCell(column: column, row: line) {
                    canvas.put(canvas.signs.chosenPoint, x: plot.x + x, y: y, .key)
                } else if level > 0 {
                    canvas.put(canvas.signs.shades[level], x: plot.x + x, y: y, tone)
                }
            }
        }
    }

    /// `≤ 25 ms`, and `> 10 s` for what is beyond the last bound.
    private func label(_ row: Row) -> String {
        if row.upperBound == .infinity {
            let last = rows.dropFirst().first?.upperBound
            return last.map { "> \(Humane.milliseconds($0))" } ?? "slower"
        }
        return Humane.milliseconds(row.upperBound)
    }

    /// Whether p95 lies in it.
    private func isMark(_ row: Row) -> Bool { quantiles?.p95Bounds?.upper == row.upperBound }

    private func tone(_ row: Row) -> Tone {
        guard let quantiles else { return .edge }
        if row.upperBound > (quantiles.p95Bounds?.upper ?? quantiles.p95) { return .degraded }
        return row.upperBound > quantiles.p50 * 2 ? .traffic : .edge
    }

    /// 0 for none, 1…4 by the square root, so that one slow request among hundreds is seen.
    static func level(_ value: Double, of most: Double) -> Int {
        guard value >= 0.5, most > 0 else { return 0 }
        return min(4, 1 + Int((value / most).squareRoot() * 3.999))
    }
}

extension Canvas {
    /// A sign, or its stand-in where there is only ASCII.
    fileprivate mutating func put(
        _ scalar: Unicode.Scalar, x: Int, y: Int, _ tone: Tone, _ ascii: Unicode.Scalar
    ) {
        put(glyphs.isUnicode ? scalar : ascii, x: x, y: y, tone)
    }
}
