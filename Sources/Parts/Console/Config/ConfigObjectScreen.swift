import MeshConfig
import TerminalUI

/// One object: its text, what is wrong with it at its place, and beside it what it refers to and what refers to it.
enum ConfigObjectScreen {
    static func draw(_ key: ConfigKey, _ model: Model, on canvas: inout Canvas) {
        let body = model.geometry.body
        guard let state = model.config.page, let page = model.config.openPage else {
            return canvas.sentence("\(key) is not there any more; Esc goes back", in: body)
        }
        let signs = canvas.signs
        canvas.put(
            TextLine(
                [page.entry.mark(signs), Piece(" "), Piece(key.description, .title)],
                right: [Piece(ConfigTable.byline(page.entry, model, signs), .dim)]),
            x: 1, y: body.y, width: body.width - 2)
        let area = model.geometry.rows
        drawText(page, state, in: area, on: &canvas)
        let isBeside = area.width < body.width
        let pane =
            isBeside
            ? Rect(x: area.maxX + 1, y: area.y, width: body.width - area.width - 2, height: area.height)
            : Rect(x: 1, y: area.maxY, width: body.width - 2, height: body.maxY - area.maxY)
        if isBeside {
            for y in area.y..<area.maxY { canvas.put(canvas.glyphs.box.vertical, x: area.maxX - 1, y: y, .border) }
        }
        drawLinks(page, state, in: pane, on: &canvas)
    }

    private static func drawText(
        _ page: ConfigPage, _ state: ConfigPageState, in area: Rect, on canvas: inout Canvas
    ) {
        let matches = Set(page.matches(state.search))
        let numberWidth = String(page.sheet.lines.count).count
        let width = area.width - 2
        for (line, row) in page.rows.indices.dropFirst(state.offset).prefix(area.height).enumerated() {
            let rect = Rect(x: 0, y: area.y + line, width: width, height: 1)
            canvas.hit(rect, .row(row))
            canvas.highlighted(row == state.cursor, rect) { canvas in
                var pieces: [Piece]
                switch page.rows[row] {
                case .line(let number):
                    let text = page.sheet.lines[number]
                    pieces = [Piece(Field.right(String(number + 1), numberWidth + 1) + "  ", .dim)]
                    pieces += matches.contains(row) ? [Piece(text, Tone(.match))] : YAMLPieces.of(text)
                    if page.link(onRow: row) != nil { pieces.append(Piece(" \(canvas.signs.arrow)", .accent)) }
                case .problem(let problem):
                    let mark = problem.severity.mark(canvas.signs)
                    pieces = [
                        Piece(Field.right(mark.text, numberWidth + 1) + "  ", mark.tone),
                        Piece(problem.message, matches.contains(row) ? Tone(.match) : mark.tone),
                    ]
                    if let code = problem.code { pieces.append(Piece("  \(code)", .dim)) }
                }
                canvas.put(pieces, x: rect.x, y: rect.y, width: rect.width)
            }
        }
        ConfigScreen.drawThumb(
            offset: state.offset, count: page.rows.count, in: Rect(x: 0, y: area.y, width: width, height: area.height),
            on: &canvas)
    }

    private static func drawLinks(
        _ page: ConfigPage, _ state: ConfigPageState, in area: Rect, on canvas: inout Canvas
    ) {
        guard area.height > 1, area.width > 8 else { return }
        let count = page.entry.references.count
        var lines: [(text: TextLine, link: Int?)] = []
        func add(_ title: String, _ range: Range<Int>, _ empty: String) {
            lines.append((TextLine(title, .heading), nil))
            if range.isEmpty { lines.append((TextLine("  \(empty)", .dim), nil)) }
            for link in range {
                let reference = page.links[link].reference
                let key = link < count ? reference.target : reference.source
                lines.append(
                    (
                        TextLine(
                            [Piece("  \(key.kind) ", .dim), Piece("\(key.namespace)/\(key.name)")],
                            right: [Piece(reference.role, .dim)]), link
                    ))
            }
        }
        add("refers to", 0..<count, "nothing")
        add("referred to by", count..<page.links.count, "nobody")
        // The marked one stays in sight.
        let marked = lines.firstIndex { $0.link != nil && $0.link == state.link } ?? 0
        let offset = min(max(0, marked - area.height + 1), max(0, lines.count - area.height))
        for (row, line) in lines.dropFirst(offset).prefix(area.height).enumerated() {
            let rect = Rect(x: area.x, y: area.y + row, width: area.width, height: 1)
            canvas.highlighted(line.link != nil && line.link == state.link, rect) { canvas in
                canvas.put(line.text, x: rect.x, y: rect.y, width: rect.width)
            }
            if let link = line.link { canvas.hit(rect, .configLink(link)) }
        }
    }
}
