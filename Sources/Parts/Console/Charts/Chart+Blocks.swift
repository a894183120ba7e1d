import TerminalUI

extension Chart {
    /// Strokes at the bottom, in the middle and at the top of a cell.
    private static let strokes: [Unicode.Scalar] = ["▁", "─", "▔"]

    /// What is filled becomes columns in eighths of a cell; a line becomes strokes, three heights to a cell, with upright
    /// ones where it is steep.
    func drawBlocks(in plot: Rect, _ scale: Scale, on canvas: inout Canvas) {
        for line in series {
            if line.isFilled {
                let heights = Chart.heights(line.values, columns: plot.width, steps: plot.height * 8, scale)
                for (column, height) in heights.enumerated() {
                    if let height { drawColumn(column, height: height + 1, line.tone, in: plot, on: &canvas) }
                }
            } else {
                let heights = Chart.heights(line.values, columns: plot.width, steps: plot.height * 3, scale)
                var before: Int?
                for (column, height) in heights.enumerated() {
                    defer { before = height }
                    guard let height else { continue }
                    let y = plot.maxY - 1 - height / 3
                    // A steep curve stays one curve: the cells between this row and the last one's.
                    if let before, abs(before / 3 - height / 3) > 1 {
                        let last = plot.maxY - 1 - before / 3
                        for row in (min(last, y) + 1)..<max(last, y) {
                            canvas.put("│", x: plot.x + column, y: row, line.tone)
                        }
                    }
                    canvas.put(Chart.strokes[height % 3], x: plot.x + column, y: y, line.tone)
                }
            }
        }
    }

    /// One column, `height` eighths of a cell high.
    private func drawColumn(_ column: Int, height: Int, _ tone: Tone, in plot: Rect, on canvas: inout Canvas) {
        for row in 0..<plot.height {
            let eighths = min(8, height - row * 8)
            guard eighths > 0 else { return }
            canvas.put(canvas.glyphs.eighthsUp[eighths], x: plot.x + column, y: plot.maxY - 1 - row, tone)
        }
    }
}
