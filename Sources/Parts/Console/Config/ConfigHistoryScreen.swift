import MeshConfig
import Quantities
import TerminalUI

/// Who changed what and when; below it what the chosen change changed.
enum ConfigHistoryScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        let body = model.geometry.body
        guard let history = model.config.history else { return }
        guard let steps = history.steps else {
            return canvas.sentence(history.problem ?? "asking who changed what", in: body)
        }
        guard !steps.isEmpty else {
            return canvas.sentence("no change is remembered" + (history.key.map { " of \($0)" } ?? ""), in: body)
        }
        let area = model.geometry.rows
        drawTitles(isOfAll: history.key == nil, y: area.y - 1, width: area.width, on: &canvas)
        for (line, row) in steps.indices.dropFirst(history.table.offset).prefix(area.height).enumerated() {
            let rect = Rect(x: 0, y: area.y + line, width: area.width, height: 1)
            canvas.hit(rect, .row(row))
            canvas.highlighted(row == history.table.cursor, rect) { canvas in
                draw(steps[row], isOfAll: history.key == nil, model, in: rect, on: &canvas)
            }
        }
        ConfigScreen.drawThumb(offset: history.table.offset, count: steps.count, in: area, on: &canvas)
        guard let step = history.stepUnderCursor, body.maxY - area.maxY > 2 else { return }
        let diff = LineDiff(from: step.before ?? "", to: step.after ?? "")
        canvas.rule(
            x: 0, y: area.maxY, width: body.width,
            title: [
                Piece(step.key.description, .title), Piece("  revision \(step.revision)  ", .dim),
                Piece(DiffRows.count(diff)),
            ])
        let below = Rect(x: 1, y: area.maxY + 1, width: body.width - 2, height: body.maxY - area.maxY - 1)
        if diff.isEmpty {
            canvas.put([Piece("nothing that people write was changed", .dim)], x: 1, y: below.y, width: below.width)
        }
        DiffRows.draw(diff, in: below, on: &canvas)
    }

    private static let timeWidth = 20

    private static func whoWidth(_ width: Int) -> Int { width >= 100 ? 16 : 10 }

    private static func drawTitles(isOfAll: Bool, y: Int, width: Int, on canvas: inout Canvas) {
        let who = whoWidth(width)
        canvas.put([Piece("when", .heading)], x: 1, y: y, width: timeWidth)
        canvas.put([Piece("who", .heading)], x: 1 + timeWidth, y: y, width: who)
        canvas.put(
            [Piece(isOfAll ? "what" : "why", .heading)], x: 2 + timeWidth + who, y: y,
            width: width - timeWidth - who - 3)
    }

    private static func draw(_ step: ConfigStep, isOfAll: Bool, _ model: Model, in rect: Rect, on canvas: inout Canvas)
    {
        let who = whoWidth(rect.width)
        let time = step.time.map { time -> String in
            let local = time.advanced(by: model.utcOffset).rfc3339
            return "\(local.prefix(10)) \(Field.timeOfDay(time, model.utcOffset))"
        }
        let verb = step.before == nil ? "made" : step.after == nil ? "deleted" : "changed"
        canvas.put([Piece(time ?? canvas.signs.absent, .dim)], x: 1, y: rect.y, width: timeWidth)
        canvas.put([Piece(step.who, .strong)], x: 1 + timeWidth, y: rect.y, width: who)
        let what: [Piece] = isOfAll ? [Piece(verb + " ", .dim), Piece(step.key.description)] : [Piece(verb, .dim)]
        canvas.put(
            what + [Piece("  \(step.why)", .dim)], x: 2 + timeWidth + who, y: rect.y,
            width: rect.width - timeWidth - who - 3)
    }
}
