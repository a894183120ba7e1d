extension Frame {
    /// The rows as text, without the spaces at their ends: what golden tests and exports compare.
    package var lines: [String] {
        (0..<size.height).map { row in
            var text = String.UnicodeScalarView()
            var length = text.endIndex
            for cell in cells[(row * size.width)..<((row + 1) * size.width)] where cell.half != .trailing {
                text.append(cell.scalar)
                if cell.mark != "\0" { text.append(cell.mark) }
                if cell.scalar != " " || cell.mark != "\0" { length = text.endIndex }
            }
            return String(text[..<length])
        }
    }

    /// The rows as one text, each ended by a line feed.
    package var plainText: String {
        lines.reduce(into: "") { $0 += $1 + "\n" }
    }

    /// One letter per cell that names its role in `theme`, row by row; the colour plane of golden tests.
    ///
    /// A cell with nothing to see is a space. Otherwise the letter is ``Role/letter`` of the first role with the same
    /// style, or else of the first with the same foreground; upper case on the selection's background, `?` when no
    /// role fits.
    package func rolePlane(_ theme: Theme) -> String {
        var known: [Style: String] = [:]
        var text = ""
        for row in 0..<size.height {
            var line = ""
            for column in 0..<size.width {
                let cell = cells[row * size.width + column]
                if cell.looksLike(Cell(style: Style(background: theme[.canvas].background))) || cell.isInkless {
                    let onSelection = theme.isSelected(cell.style)
                    line += onSelection ? "_" : " "
                    continue
                }
                if let letter = known[cell.style] {
                    line += letter
                } else {
                    let letter = theme.letter(for: cell.style)
                    known[cell.style] = letter
                    line += letter
                }
            }
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        return text
    }
}
