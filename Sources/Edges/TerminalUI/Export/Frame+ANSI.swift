extension Frame {
    /// The rows as text with the sequences that colour them (ECMA-48, SGR), each row ended plain by a line feed: `cat`
    /// shows it as it was.
    package var ansiText: String {
        var text = ""
        for row in 0..<size.height {
            for run in runs(inRow: row) {
                if run.style == .plain {
                    text += run.text
                } else {
                    text += Self.sequence(run.style) + run.text + "\u{1B}[0m"
                }
            }
            text += "\n"
        }
        return text
    }

    private static func sequence(_ style: Style) -> String {
        let attributes: [(Style.Attributes, String)] = [
            (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"),
        ]
        var codes = attributes.filter { style.attributes.contains($0.0) }.map(\.1)
        codes += color(style.foreground, base: 30)
        codes += color(style.background, base: 40)
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }

    private static func color(_ color: Color, base: Int) -> [String] {
        switch color.kind {
        case .terminalDefault: []
        case .indexed(let index) where index < 8: ["\(base + Int(index))"]
        case .indexed(let index) where index < 16: ["\(base + 52 + Int(index))"]
        case .indexed(let index): ["\(base + 8)", "5", "\(index)"]
        case .rgb(let red, let green, let blue): ["\(base + 8)", "2", "\(red)", "\(green)", "\(blue)"]
        }
    }

    /// Neighbouring cells of one style.
    struct Run {
        var column: Int
        /// In cells.
        var width: Int
        var style: Style
        var text: String
    }

    /// A row in runs; together they cover it.
    func runs(inRow row: Int) -> [Run] {
        var runs: [Run] = []
        for column in 0..<size.width {
            let cell = self[Point(x: column, y: row)]
            if runs.last?.style != cell.style || runs.isEmpty {
                runs.append(Run(column: column, width: 0, style: cell.style, text: ""))
            }
            let last = runs.count - 1
            runs[last].width += 1
            guard cell.half != .trailing else { continue }
            runs[last].text.unicodeScalars.append(cell.scalar)
            if cell.mark != "\0" { runs[last].text.unicodeScalars.append(cell.mark) }
        }
        return runs
    }
}
