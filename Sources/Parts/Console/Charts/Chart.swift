import Glibc
import TerminalUI

/// A curve over time: in braille dots, in blocks and strokes, or in letters of ASCII, as the terminal has them.
struct Chart: Sendable {
    struct Series: Sendable {
        /// Oldest first, evenly apart; nothing where nobody knows.
        var values: [Double?]
        var tone: Tone
        /// Whether the room below the curve is filled.
        var isFilled = false
    }

    /// Later ones lie on top.
    var series: [Series]
    /// What stands at the top of the axis, made of its value.
    var label: @Sendable (Double) -> String
    /// The value at the top when no point is higher.
    var leastTop: Double
    /// Whether equal steps are equal factors, as for latencies: a peak then leaves the rest readable.
    var isLogarithmic = false

    static let labelWidth = 6

    /// The highest point, rounded up to a number that people read easily.
    var top: Double {
        let highest = series.flatMap(\.values).compactMap { $0 }.filter(\.isFinite).max() ?? 0
        return Chart.rounded(max(highest, leastTop))
    }

    /// The value at the bottom: 0, or what a logarithm can begin with.
    var bottom: Double {
        guard isLogarithmic else { return 0 }
        let lowest = series.flatMap(\.values).compactMap { $0 }.filter { $0.isFinite && $0 > 0 }.min() ?? leastTop
        var power = 1e-3
        while power * 10 <= lowest, power < 1e12 { power *= 10 }
        return min(power, top / 10)
    }

    /// 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten.
    static func rounded(_ value: Double) -> Double {
        guard value > 0, value.isFinite, value < 1e15 else { return 1 }
        var power = 1e-9
        while power * 10 <= value { power *= 10 }
        let steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]
        return (steps.first { $0 * power >= value * 0.999_999 } ?? 10) * power
    }

    /// Draws axis and curves into `area`.
    func draw(in area: Rect, on canvas: inout Canvas) {
        guard area.width > Chart.labelWidth + 2, area.height > 0 else { return }
        let scale = Scale(bottom: bottom, top: top, isLogarithmic: isLogarithmic)
        canvas.put(
            [Piece(Field.right(label(top), Chart.labelWidth), .dim)], x: area.x, y: area.y, width: Chart.labelWidth)
        if area.height > 1 {
            canvas.put(
                [Piece(Field.right(bottom > 0 ? label(bottom) : "0", Chart.labelWidth), .dim)], x: area.x,
                y: area.maxY - 1,
                width: Chart.labelWidth)
        }
        let plot = area.inset(left: Chart.labelWidth + 1)
        switch canvas.glyphs.kind {
        case .braille: drawDots(in: plot, scale, on: &canvas)
        case .blocks: drawBlocks(in: plot, scale, on: &canvas)
        case .ascii: drawLetters(in: plot, scale, on: &canvas)
        }
    }

    /// Says that a click on a column means its moment.
    func hitMoments(in area: Rect, on canvas: inout Canvas) {
        let count = series.first?.values.count ?? 0
        let plot = area.inset(left: Chart.labelWidth + 1)
        guard canvas.isCollectingHits, count > 0, plot.width > 0 else { return }
        for x in 0..<plot.width {
            let moment = min(count - 1, x * count / plot.width)
            canvas.hit(Rect(x: plot.x + x, y: plot.y, width: 1, height: plot.height), .moment(moment))
        }
    }

    /// From values to heights.
    struct Scale {
        let bottom: Double
        let top: Double
        let isLogarithmic: Bool

        /// 0…1.
        func share(of value: Double) -> Double {
            let share = isLogarithmic ? log(max(value, bottom) / bottom) / log(top / bottom) : value / top
            return share.isFinite ? min(max(0, share), 1) : 0
        }
    }

    /// The height of each of `columns`, in steps from 0 at the bottom; nothing where nobody knows.
    static func heights(_ values: [Double?], columns: Int, steps: Int, _ scale: Scale) -> [Int?] {
        guard !values.isEmpty, columns > 0 else { return [] }
        return (0..<columns).map { column in
            // Between two samples the curve is a straight line.
            let place = columns > 1 ? Double(column) * Double(values.count - 1) / Double(columns - 1) : 0
            let (left, right) = (Int(place), min(Int(place) + 1, values.count - 1))
            let share = place - Double(left)
            let near = share < 0.5 ? values[left] : values[right]
            guard let near, near.isFinite else { return nil }
            var value = near
            if let first = values[left], let second = values[right], first.isFinite, second.isFinite {
                value = first + (second - first) * share
            }
            return Int((scale.share(of: value) * Double(steps - 1)).rounded())
        }
    }

    /// Four dots above and two beside each other make a cell.
    private func drawDots(in plot: Rect, _ scale: Scale, on canvas: inout Canvas) {
        let (columns, rows) = (plot.width * 2, plot.height * 4)
        var dots = [UInt32](repeating: 0, count: plot.width * plot.height)
        var tones = [Tone?](repeating: nil, count: dots.count)
        for line in series {
            let heights = Chart.heights(line.values, columns: columns, steps: rows, scale)
            var before: Int?
            for (column, height) in heights.enumerated() {
                defer { before = height }
                guard let height else { continue }
                // A steep curve stays one curve; what is filled goes down to the axis.
                let from = line.isFilled ? 0 : min(height, before.map { $0 < height ? $0 + 1 : $0 - 1 } ?? height)
                let to = line.isFilled ? height : max(height, before.map { $0 > height ? $0 - 1 : height } ?? height)
                for step in min(from, to)...max(from, to) {
                    let row = rows - 1 - step
                    let cell = (row / 4) * plot.width + column / 2
                    guard dots.indices.contains(cell) else { continue }
                    dots[cell] |= Chart.bit(column % 2, row % 4)
                    tones[cell] = line.tone
                }
            }
        }
        for (cell, bits) in dots.enumerated() where bits != 0 {
            guard let scalar = Unicode.Scalar(0x2800 + bits) else { continue }
            canvas.put(scalar, x: plot.x + cell % plot.width, y: plot.y + cell / plot.width, tones[cell] ?? .text)
        }
    }

    /// The dot of a braille cell.
    static func bit(_ x: Int, _ y: Int) -> UInt32 {
        let bits: [UInt32] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]
        return bits[x * 4 + y]
    }

    private static let letters: [Unicode.Scalar] = [".", "o", "*"]

    private func drawLetters(in plot: Rect, _ scale: Scale, on canvas: inout Canvas) {
        for (number, line) in series.enumerated() {
            let letter = series.count == 1 ? "*" : Chart.letters[number % Chart.letters.count]
            for (column, height) in Chart.heights(line.values, columns: plot.width, steps: plot.height, scale)
                .enumerated()
            {
                guard let height else { continue }
                canvas.put(letter, x: plot.x + column, y: plot.maxY - 1 - height, line.tone)
                guard line.isFilled else { continue }
                for step in 0..<height { canvas.put(":", x: plot.x + column, y: plot.maxY - 1 - step, line.tone) }
            }
        }
    }
}
