import TerminalUI

/// The list of a table's columns, from which the person takes those that they want to see.
enum ColumnChooser {
    static func draw(_ table: MeshTable, _ model: Model, on canvas: inout Canvas) {
        guard let cursor = model.columnCursor else { return }
        let body = model.geometry.body
        let columns = table.kind.columns
        let width = min(58, body.width - 2)
        let height = min(columns.count + 2, body.height)
        let box = Rect(x: body.maxX - width - 1, y: body.y, width: width, height: height)
        canvas.clear(box)
        canvas.outline(box, title: [Piece("columns of the \(table.kind.rawValue)", .title)], tone: .focusedBorder)
        let inside = box.inset(left: 1, top: 1, right: 1, bottom: 1)
        let offset = max(0, min(cursor - inside.height / 2, columns.count - inside.height))
        for (line, index) in columns.indices.dropFirst(offset).prefix(inside.height).enumerated() {
            let column = columns[index]
            let rect = Rect(x: inside.x, y: inside.y + line, width: inside.width, height: 1)
            let isShown = !table.hidden.contains(column)
            canvas.hit(rect, .tableColumn(column))
            canvas.highlighted(index == cursor, rect) { canvas in
                canvas.put(
                    [
                        Piece(isShown ? " [x] " : " [ ] ", isShown ? .key : .dim),
                        Piece(Field.left(column.word, 10), isShown ? .strong : .text), Piece(column.explanation, .dim),
                    ], x: rect.x, y: rect.y, width: rect.width)
            }
        }
    }
}
