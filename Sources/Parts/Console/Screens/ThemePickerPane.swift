import TerminalUI

/// The themes over the right side of whatever is open, so that the rest of the screen is the preview.
enum ThemePickerPane {
    private static let width = 36
    /// Lines for the words about the theme under the cursor.
    private static let summaryHeight = 3

    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let picker = model.themePicker else { return }
        let body = model.geometry.body
        let pane = Rect(
            x: max(0, body.maxX - width), y: body.y, width: min(width, body.width), height: body.height)
        canvas.clear(pane)
        canvas.outline(pane, title: [Piece("themes", .title)], tone: .focusedBorder)
        let inside = pane.inset(left: 2, top: 1, right: 2, bottom: 1)
        guard let cursor = picker.cursor, model.themes.indices.contains(cursor) else {
            return canvas.sentence("no themes yet", in: inside, .dim)
        }
        let height = max(1, inside.height - summaryHeight - 1)
        let offset = max(0, min(cursor - height / 2, model.themes.count - height))
        for (row, entry) in model.themes.dropFirst(offset).prefix(height).enumerated() {
            let index = offset + row
            let line = Rect(x: pane.x + 1, y: inside.y + row, width: pane.width - 2, height: 1)
            let mark = index == cursor ? String(canvas.glyphs.marker) : " "
            canvas.highlighted(index == cursor, line) { canvas in
                canvas.put(
                    TextLine(
                        [Piece(mark + " ", .accent), Piece(entry.name, index == cursor ? .strong : .text)],
                        right: [Piece(entry.appearance.rawValue, .dim)]),
                    x: line.x, y: line.y, width: line.width - 1)
            }
            canvas.hit(line, .theme(index))
        }
        let words = wrapped(model.themes[cursor].summary, width: inside.width, on: canvas)
        for (row, text) in words.prefix(summaryHeight).enumerated() where height + 1 + row < inside.height {
            canvas.put([Piece(text, .dim)], x: inside.x, y: inside.y + height + 1 + row, width: inside.width)
        }
    }

    private static func wrapped(_ text: String, width: Int, on canvas: Canvas) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, canvas.cells(last) + 1 + canvas.cells(String(word)) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
