import MeshModel
import TerminalUI

/// Draws lists about the mesh as a whole. Only the rows on the screen are drawn.
enum SightScreen {
    static func draw(_ sight: Sight, _ model: Model, on canvas: inout Canvas) {
        guard let layout = model.sightLayout else { return }
        if let line = layout.summary {
            canvas.put(SightSummary.pieces(sight, model, canvas.signs), x: 1, y: line.y, width: line.width - 2)
        }
        if let line = layout.tabs { drawTabs(sight, model, line, on: &canvas) }
        for place in layout.places { draw(place, sight, model, on: &canvas) }
    }

    private static func drawTabs(_ sight: Sight, _ model: Model, _ line: Rect, on canvas: inout Canvas) {
        var x = line.x + 1
        // The open one is never cut off, however narrow the screen is.
        let lists = sight.lists
        let open = lists.firstIndex(of: model.sights[sight]) ?? 0
        let widths = lists.map { canvas.cells(title($0, model)) + 2 }
        var first = 0
        while first < open, widths[first...open].reduce(0, +) > line.width - 2 { first += 1 }
        for list in lists[first...] {
            let isOpen = list == model.sights[sight]
            let text = title(list, model)
            guard x + canvas.cells(text) < line.maxX else { break }
            let width = canvas.put(
                [Piece(text, isOpen ? Tone(.key, .bold) : .dim)], x: x, y: line.y, width: line.maxX - x - 1)
            canvas.hit(Rect(x: x, y: line.y, width: width, height: 1), .sightList(list))
            x += width + 2
        }
    }

    /// `[targets 13]` when it is open: colour and weight are not the only signal.
    private static func title(_ list: SightList, _ model: Model) -> String {
        let isOpen = model.openList == list
        let count = list == .cost ? "" : " \(model.sights[list].rows.count)"
        return isOpen ? "[\(list.title)\(count)]" : " \(list.title)\(count) "
    }

    private static func draw(_ place: SightLayout.Place, _ sight: Sight, _ model: Model, on canvas: inout Canvas) {
        let table = model.sights[place.list]
        let isFocused = model.sights[sight] == place.list
        if place.hasHeading {
            canvas.rule(
                x: place.area.x, y: place.area.y, width: place.area.width,
                title: [
                    Piece(place.list.title, isFocused ? Tone(.key, .bold) : .heading),
                    Piece(heading(place.list, table), .dim),
                ])
            canvas.hit(
                Rect(x: place.area.x, y: place.area.y, width: place.area.width, height: 1), .sightList(place.list))
        }
        let columns = columns(of: table, width: place.rows.width)
        drawTitles(columns, table, place.rows, on: &canvas)
        if table.shown.isEmpty {
            let text =
                table.state.filter.isEmpty
                ? SightSentence.empty(place.list, model) : "no \(place.list.title) for “\(table.state.filter)”"
            return drawSentence(text, in: place.rows, on: &canvas)
        }
        for (line, index) in table.shown.indices.dropFirst(table.state.offset).prefix(place.rows.height).enumerated() {
            let rect = Rect(x: place.rows.x, y: place.rows.y + line, width: place.rows.width, height: 1)
            canvas.hit(rect, .sightRow(place.list, index))
            canvas.highlighted(isFocused && index == table.state.cursor, rect) { canvas in
                let row = table.rows[table.shown[index]]
                for column in columns {
                    let cell = row.cells[column.index]
                    let text = column.isNumeric ? Field.right(cell.text, column.width) : cell.text
                    canvas.put([Piece(text, cell.tone)], x: rect.x + column.x, y: rect.y, width: column.width)
                }
            }
        }
        drawThumb(table, in: place.rows, on: &canvas)
    }

    /// How many there are, where that is more than what is seen at once.
    private static func heading(_ list: SightList, _ table: SightTable) -> String {
        table.rows.isEmpty ? "" : " \(table.rows.count)"
    }

    /// Sentences that say what to do may be longer than a line.
    private static func drawSentence(_ text: String, in area: Rect, on canvas: inout Canvas) {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if canvas.cells(line) + canvas.cells(String(word)) + 1 > area.width - 4, !line.isEmpty {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        for (index, line) in lines.prefix(area.height).enumerated() {
            canvas.put([Piece(line, .dim)], x: area.x + 2, y: area.y + index, width: area.width - 4)
        }
    }

    // MARK: Columns

    private struct Column {
        let index: Int
        let x: Int
        let width: Int
        let isNumeric: Bool
    }

    /// Columns by their rank until the width is used up; those that hold more share the rest.
    private static func columns(of table: SightTable, width: Int) -> [Column] {
        let all = table.list.columns
        var left = width - 2
        var taken: Set<Int> = []
        for index in all.indices.sorted(by: { (all[$0].rank, $0) < (all[$1].rank, $1) }) {
            guard all[index].width + 2 <= left || all[index].rank == 0 else { continue }
            taken.insert(index)
            left -= all[index].width + (index == 0 ? 1 : 2)
        }
        let chosen = taken.sorted()
        var grown = [Int](repeating: 0, count: all.count)
        var more = max(0, left + 1)
        var wanting = chosen.filter { table.wishes[$0] > all[$0].width }
        while more > 0, !wanting.isEmpty {
            let share = max(1, more / wanting.count)
            for index in wanting where more > 0 {
                let step = min(share, more, table.wishes[index] - all[index].width - grown[index])
                grown[index] += step
                more -= step
            }
            wanting.removeAll { all[$0].width + grown[$0] >= table.wishes[$0] }
        }
        var x = 1
        return chosen.map { index in
            let width = all[index].width + grown[index]
            defer { x += width + (index == 0 ? 1 : 2) }
            return Column(index: index, x: x, width: width, isNumeric: all[index].isNumeric)
        }
    }

    private static func drawTitles(_ columns: [Column], _ table: SightTable, _ rows: Rect, on canvas: inout Canvas) {
        for column in columns {
            let own = table.list.columns[column.index]
            let isSorted = column.index == table.state.sortColumn
            let sign = table.state.isDescending ? canvas.glyphs.descending : canvas.glyphs.ascending
            let text = own.title + (isSorted ? String(sign) : "")
            canvas.put(
                [Piece(own.isNumeric ? Field.right(text, column.width) : text, isSorted ? .key : .heading)],
                x: rows.x + column.x, y: rows.y - 1, width: column.width)
            canvas.hit(
                Rect(x: rows.x + column.x, y: rows.y - 1, width: column.width, height: 1),
                .sightColumn(table.list, column.index))
        }
    }

    private static func drawThumb(_ table: SightTable, in area: Rect, on canvas: inout Canvas) {
        let count = table.shown.count
        guard count > area.height, area.height > 0 else { return }
        let size = max(1, area.height * area.height / count)
        let start = (area.height - size) * table.state.offset / max(1, count - area.height)
        for y in start..<(start + size) {
            canvas.put(canvas.glyphs.scrollThumb, x: area.maxX - 1, y: area.y + y, .border)
        }
    }
}
