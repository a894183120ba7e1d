extension Frame {
    private static let cellWidth = 8.4
    private static let cellHeight = 17.0
    private static let baseline = 13.0

    /// The frame as an image (SVG 1.1): text stays text, lines are lines.
    ///
    /// - Parameters:
    ///   - title: for readers that do not see it.
    ///   - base: what cells look like where they leave a colour to the terminal; without colours of its own, light grey
    ///     on near black.
    package func svg(title: String, base: Style) -> String {
        let paper = Self.hexadecimal(base.background, orElse: "#101418")
        let ink = Self.hexadecimal(base.foreground, orElse: "#d0d4d8")
        let width = Self.number(Double(size.width) * Self.cellWidth)
        let height = Self.number(Double(size.height) * Self.cellHeight)
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
            font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" role="img">
            <title>\(Self.escaped(title))</title>
            <rect width="100%" height="100%" fill="\(paper)"/>

            """
        for row in 0..<size.height {
            for run in runs(inRow: row) {
                var (front, back) = (
                    Self.hexadecimal(run.style.foreground, orElse: ink),
                    Self.hexadecimal(run.style.background, orElse: paper)
                )
                if run.style.attributes.contains(.reverse) { swap(&front, &back) }
                if back != paper {
                    text +=
                        "<rect \(Self.place(run.column, row)) width=\"\(Self.number(Double(run.width) * Self.cellWidth))\" "
                    text += "height=\"\(Self.number(Self.cellHeight))\" fill=\"\(back)\"/>\n"
                }
                text += lines(run, row, color: front) + words(run, row, color: front)
            }
        }
        return text + "</svg>\n"
    }

    /// What is no line, word by word: each begins at its own cell, so that no font can shift the next.
    private func words(_ run: Run, _ row: Int, color: String) -> String {
        var look = " fill=\"\(color)\""
        let attributes = run.style.attributes
        if attributes.contains(.bold) { look += " font-weight=\"bold\"" }
        if attributes.contains(.dim) { look += " opacity=\"0.65\"" }
        if attributes.contains(.italic) { look += " font-style=\"italic\"" }
        if attributes.contains(.underline) { look += " text-decoration=\"underline\"" }
        var text = ""
        var word = ""
        var start = run.column
        func flush(at column: Int) {
            guard !word.isEmpty else { return }
            let x = Self.number(Double(start) * Self.cellWidth)
            let y = Self.number(Double(row) * Self.cellHeight + Self.baseline)
            let width = Self.number(Double(column - start) * Self.cellWidth)
            text += "<text x=\"\(x)\" y=\"\(y)\" textLength=\"\(width)\" lengthAdjust=\"spacingAndGlyphs\"\(look)>"
            text += Self.escaped(word) + "</text>\n"
            word = ""
        }
        for column in run.column..<(run.column + run.width) {
            let cell = self[Point(x: column, y: row)]
            if cell.half == .trailing { continue }
            let isGap = cell.mark == "\0" && (cell.scalar == " " || BoxLines.arms(of: cell.scalar) != nil)
            if isGap {
                flush(at: column)
                continue
            }
            if word.isEmpty { start = column }
            word.unicodeScalars.append(cell.scalar)
            if cell.mark != "\0" { word.unicodeScalars.append(cell.mark) }
        }
        flush(at: run.column + run.width)
        return text
    }

    private func lines(_ run: Run, _ row: Int, color: String) -> String {
        // One path for each weight.
        var paths = ["", ""]
        for column in run.column..<(run.column + run.width) {
            guard let arms = BoxLines.arms(of: self[Point(x: column, y: row)].scalar) else { continue }
            let (left, top) = (Double(column) * Self.cellWidth, Double(row) * Self.cellHeight)
            let (x, y) = (left + Self.cellWidth / 2, top + Self.cellHeight / 2)
            func point(_ x: Double, _ y: Double) -> String { "\(Self.number(x)) \(Self.number(y))" }
            let ends: [(weight: Int, end: String)] = [
                (arms.up, point(x, top)), (arms.right, point(left + Self.cellWidth, y)),
                (arms.down, point(x, top + Self.cellHeight)), (arms.left, point(left, y)),
            ].filter { $0.0 > 0 }
            if arms.isRound, ends.count == 2 {
                paths[0] += "M\(ends[0].end)Q\(point(x, y)) \(ends[1].end)"
            } else {
                for (weight, end) in ends { paths[weight - 1] += "M\(point(x, y))L\(end)" }
            }
        }
        var text = ""
        for (index, path) in paths.enumerated() where !path.isEmpty {
            text +=
                "<path d=\"\(path)\" stroke=\"\(color)\" stroke-width=\"\(index == 0 ? "1.2" : "2.4")\" fill=\"none\"/>\n"
        }
        return text
    }

    private static func place(_ column: Int, _ row: Int) -> String {
        "x=\"\(number(Double(column) * cellWidth))\" y=\"\(number(Double(row) * cellHeight))\""
    }

    /// To a tenth: finer is not seen.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private static func hexadecimal(_ color: Color, orElse fallback: String) -> String {
        let (red, green, blue): (UInt8, UInt8, UInt8)
        switch color.kind {
        case .terminalDefault: return fallback
        case .indexed(let index): (red, green, blue) = Color.components(of: index)
        case .rgb(let ownRed, let ownGreen, let ownBlue): (red, green, blue) = (ownRed, ownGreen, ownBlue)
        }
        return "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// For the text of an element. A frame has no control characters, and XML would not take them.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
