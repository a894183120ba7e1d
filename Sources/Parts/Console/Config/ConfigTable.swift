import MeshConfig
import Quantities
import TerminalUI

/// The table of configuration objects, and below it what is wrong with the one under the cursor.
enum ConfigTable {
    private struct Place {
        let column: ConfigColumn
        let x: Int
        let width: Int
    }

    static func draw(_ model: Model, on canvas: inout Canvas) {
        let config = model.config
        let area = model.geometry.rows
        let places = places(config, width: area.width)
        drawTitles(places, config.table, y: area.y - 1, on: &canvas)
        if config.shown.isEmpty { canvas.sentence(emptySentence(config), in: area) }
        for (line, row) in config.shown.indices.dropFirst(config.table.offset).prefix(area.height).enumerated() {
            let rect = Rect(x: 0, y: area.y + line, width: area.width, height: 1)
            canvas.hit(rect, .row(row))
            let entry = config.entries[config.shown[row]]
            canvas.highlighted(row == config.table.cursor, rect) { canvas in
                for place in places {
                    let piece = piece(entry, place.column, model, canvas.signs)
                    let text = place.column.isNumeric ? Field.right(piece.text, place.width) : piece.text
                    canvas.put([Piece(text, piece.tone)], x: place.x, y: rect.y, width: place.width)
                }
            }
        }
        ConfigScreen.drawThumb(offset: config.table.offset, count: config.shown.count, in: area, on: &canvas)
        let body = model.geometry.body
        drawPane(model, in: Rect(x: 0, y: area.maxY, width: body.width, height: body.maxY - area.maxY), on: &canvas)
    }

    private static func emptySentence(_ config: ConfigState) -> String {
        if !config.table.filter.isEmpty { return "no object for “\(config.table.filter)”" }
        return config.concerning.map { "no object concerns \($0)" } ?? "the mesh has no configuration yet"
    }

    private static func places(_ config: ConfigState, width: Int) -> [Place] {
        let isWide = width >= 110
        let (kind, namespace, name) = config.longest
        let fixed: [(ConfigColumn, Int)] = [
            (.mark, 1), (.kind, min(kind, isWide ? 22 : 18)), (.namespace, min(namespace, isWide ? 20 : 12)),
            (.name, min(name, isWide ? width / 4 : 22)),
        ]
        let last: [(ConfigColumn, Int)] =
            isWide ? [(.age, 6), (.revision, 6), (.writer, 12)] : width >= 90 ? [(.age, 6)] : []
        let used = (fixed + last).reduce(0) { $0 + $1.1 + 1 } + 3
        var x = 1
        return (fixed + [(.hosts, max(8, width - used))] + last).map { column, width in
            defer { x += width + 1 }
            return Place(column: column, x: x, width: width)
        }
    }

    private static func drawTitles(_ places: [Place], _ table: TableState, y: Int, on canvas: inout Canvas) {
        for place in places {
            let isSorted = place.column.rawValue == table.sortColumn
            let sign = String(table.isDescending ? canvas.glyphs.descending : canvas.glyphs.ascending)
            let text = place.column.title + (isSorted ? sign : "")
            canvas.put(
                [Piece(place.column.isNumeric ? Field.right(text, place.width) : text, isSorted ? .key : .heading)],
                x: place.x, y: y, width: place.width)
            canvas.hit(Rect(x: place.x, y: y, width: place.width, height: 1), .column(place.column.rawValue))
        }
    }

    private static func piece(_ entry: ConfigEntry, _ column: ConfigColumn, _ model: Model, _ signs: Signs) -> Piece {
        switch column {
        case .mark: entry.mark(signs)
        case .kind: Piece(entry.key.kind)
        case .namespace: Piece(entry.key.namespace, .dim)
        case .name: Piece(entry.key.name, .strong)
        case .hosts:
            if let worst = entry.problems?.max(by: { $0.severity < $1.severity }) {
                Piece(worst.message, worst.severity.mark(signs).tone)
            } else {
                Piece(hosts(of: entry, model), .dim)
            }
        case .age: Piece(entry.created.map { Field.age($0.duration(to: model.now)) } ?? signs.absent, .dim)
        case .revision: Piece(entry.revision, .dim)
        case .writer: Piece(entry.writer ?? signs.absent, .dim)
        }
    }

    private static func hosts(of entry: ConfigEntry, _ model: Model) -> String {
        if entry.isMeshWide { return "every workload" }
        return entry.hosts.map { model.config.catalog?.shortHost($0) ?? $0 }.joined(separator: " ")
    }

    private static func drawPane(_ model: Model, in area: Rect, on canvas: inout Canvas) {
        guard area.height > 1, let entry = model.config.entryUnderCursor else { return }
        let signs = canvas.signs
        canvas.rule(
            x: 0, y: area.y, width: area.width,
            title: [entry.mark(signs), Piece(" "), Piece(entry.key.description, .title)])
        var lines: [TextLine] = []
        switch entry.problems {
        case nil: lines.append(TextLine("\(entry.key.kind) is not judged here: its own controller does", .dim))
        case .some(let problems) where problems.isEmpty: lines.append(TextLine("no problem is known", .healthy))
        case .some(let problems):
            for problem in problems {
                let place = problem.field.isEmpty ? "" : problem.field + ": "
                let text = place + problem.message + (problem.code.map { " (\($0))" } ?? "")
                let mark = problem.severity.mark(signs)
                for (index, part) in Wrapping.lines(text, width: area.width - 4).enumerated() {
                    lines.append(TextLine([index == 0 ? mark : Piece(" "), Piece(" " + part)]))
                }
            }
        }
        let room = max(1, area.height - 2)
        if lines.count > room {
            let rest = lines.count - room + 1
            lines = lines.prefix(room - 1) + [TextLine("+ \(rest) more", .dim)]
        }
        lines.append(
            TextLine(
                [Piece("concerns ", .dim), Piece(hosts(of: entry, model))],
                right: [Piece(byline(entry, model, signs), .dim)]))
        for (row, line) in lines.enumerated() where row < area.height - 1 {
            canvas.put(line, x: 1, y: area.y + 1 + row, width: area.width - 2)
        }
    }

    /// `revision 12 · by kubectl · 3 h`.
    static func byline(_ entry: ConfigEntry, _ model: Model, _ signs: Signs) -> String {
        var words: [String] = []
        if !entry.revision.isEmpty { words.append("revision \(entry.revision)") }
        if let writer = entry.writer { words.append("by \(writer)") }
        if let created = entry.created { words.append("made \(Field.age(created.duration(to: model.now))) ago") }
        return words.joined(separator: " \(signs.separator) ")
    }
}
