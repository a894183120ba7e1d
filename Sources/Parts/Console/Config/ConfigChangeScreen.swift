import MeshConfig
import TerminalUI

/// A change of one object: what it changes, and the question whether to make it. Cancel is marked first.
enum ConfigChangeScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        let body = model.geometry.body
        guard let edit = model.config.edit else {
            return canvas.sentence("no change is under way; Esc goes back", in: body)
        }
        let signs = canvas.signs
        let area = model.geometry.rows
        let count = edit.question.map { DiffRows.count($0.diff) + " lines" } ?? ""
        canvas.put(
            TextLine(
                [
                    Piece(edit.isUndo ? "put back " : "change ", .title), Piece(edit.draft.key.description, .title),
                    Piece("  from revision \(edit.draft.revision)", .dim),
                ], right: [Piece(count, .dim)]),
            x: 1, y: body.y, width: body.width - 2)
        switch edit.phase {
        case .checking: canvas.sentence("asking the mesh whether it would take this", in: area, .dim)
        case .refused(let findings): draw(findings, edit.draft, in: area, on: &canvas)
        case .asking(let question), .applying(let question):
            DiffRows.draw(
                question.diff, from: edit.offset, in: area.inset(left: 1, right: 1), on: &canvas)
            ConfigScreen.drawThumb(
                offset: edit.offset, count: question.diff.lines.count, in: area, on: &canvas)
        }
        let y = area.maxY
        canvas.rule(x: 0, y: y, width: body.width, title: [])
        canvas.put(verdict(edit, signs), x: 1, y: y + 1, width: body.width - 2)
        if let note = edit.question?.notes.first {
            canvas.put([Piece("\(signs.degraded) \(note)", .degraded)], x: 1, y: y + 2, width: body.width - 2)
        }
        if let path = edit.draft.path {
            canvas.put([Piece("your text: \(path)", .dim)], x: 1, y: y + 3, width: body.width - 2)
        }
        drawButtons(edit, x: 1, y: body.maxY - 1, on: &canvas)
    }

    private static func verdict(_ edit: ConfigEdit, _ signs: Signs) -> TextLine {
        switch edit.phase {
        case .checking: TextLine("nothing is stored yet", .dim)
        case .refused: TextLine("\(signs.failure) the mesh does not take this; nothing was stored", .failure)
        case .applying: TextLine("storing", .dim)
        case .asking: TextLine("\(signs.healthy) the mesh would take this", .healthy)
        }
    }

    /// What is wrong, each with the lines of the text around it.
    private static func draw(
        _ findings: [ConfigFinding], _ draft: ConfigDraft, in area: Rect, on canvas: inout Canvas
    ) {
        let lines = draft.text.split(separator: "\n", omittingEmptySubsequences: false)
        var y = area.y
        func put(_ pieces: [Piece]) {
            if y < area.maxY { canvas.put(pieces, x: 1, y: y, width: area.width - 2) }
            y += 1
        }
        for finding in findings {
            let mark = "\(canvas.signs.failure) " + (finding.line.map { "line \($0): " } ?? "")
            for (index, part) in Wrapping.lines(mark + finding.message, width: area.width - 4).enumerated() {
                put([Piece((index > 0 ? "  " : "") + part, .failure)])
            }
            if let line = finding.line, lines.indices.contains(line - 1) {
                for number in max(1, line - 2)...min(lines.count, line + 1) {
                    let isIt = number == line
                    put(
                        [
                            Piece(
                                Field.right(String(number), 6) + (isIt ? " \(canvas.glyphs.marker) " : "   "),
                                isIt ? .accent : .dim)
                        ] + YAMLPieces.of(String(lines[number - 1])))
                }
            }
            y += 1
        }
    }

    private static func drawButtons(_ edit: ConfigEdit, x: Int, y: Int, on canvas: inout Canvas) {
        var x = x
        var buttons: [(text: String, action: Action, isMarked: Bool)] = []
        switch edit.phase {
        case .asking(let question):
            buttons = [
                (" Cancel ", .answerNo, !question.isApplyMarked), (" Apply (y) ", .answerYes, question.isApplyMarked),
            ]
        case .refused:
            buttons = [(" Cancel ", .answerNo, true)] + [(" Edit again (e) ", .editConfig, false)]
        case .checking: buttons = [(" Cancel ", .answerNo, true)]
        case .applying: break
        }
        for button in buttons {
            let shown = button.isMarked ? "[\(button.text)]" : " \(button.text) "
            let rect = Rect(x: x, y: y, width: canvas.cells(shown), height: 1)
            canvas.hit(rect, .action(button.action))
            canvas.highlighted(button.isMarked, rect) {
                $0.put([Piece(shown, button.isMarked ? .strong : .text)], x: x, y: y, width: rect.width)
            }
            x += rect.width + 3
        }
    }
}
