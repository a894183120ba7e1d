import MeshModel
import TerminalUI

/// The difference that a change makes, and the question whether to make it. Cancel is marked first.
enum CanaryQuestion {
    static func draw(_ question: CanaryState.Question, in body: Rect, on canvas: inout Canvas) {
        let change = question.change
        let width = min(body.width - 4, 64)
        let height = min(body.height, 7 + change.split.shares.count)
        let box = Rect(
            x: body.x + (body.width - width) / 2, y: body.y + max(0, (body.height - height) * 3 / 4), width: width,
            height: height)
        canvas.clear(box)
        canvas.outline(box, title: [Piece("change the weights?", .title)], tone: .focusedBorder)
        let inside = box.inset(left: 3, top: 1, right: 3, bottom: 1)
        var y = inside.y
        func line(_ line: TextLine) {
            if y < inside.maxY { canvas.put(line, x: inside.x, y: y, width: inside.width) }
            y += 1
        }
        line(
            TextLine([
                Piece("VirtualService \(change.split.owner)", .strong),
                Piece("  http[\(change.split.routeIndex)]", .dim),
            ]))
        for share in change.split.shares {
            let new = change.weights[share.subset] ?? share.weight
            let isSame = new == share.weight
            line(
                TextLine([
                    Piece(Field.left("  \(share.subset)", 14), .text),
                    Piece(Field.right("\(share.weight)", 4), .dim), Piece(" \(canvas.signs.arrow) ", .dim),
                    Piece(Field.right("\(new)", 4), isSame ? .dim : Tone(.accent, .bold)),
                ]))
        }
        line(.empty)
        switch question.check {
        case .running: line(TextLine("asking the mesh whether it would take this", .dim))
        case .accepted: line(TextLine("\(canvas.signs.healthy) the mesh would take this", .healthy))
        case .refused(let reason): line(TextLine("\(canvas.signs.failure) \(reason)", .failure))
        }
        y = max(y, inside.maxY - 1)
        drawButtons(question, x: inside.x, y: min(y, inside.maxY - 1), on: &canvas)
    }

    private static func drawButtons(_ question: CanaryState.Question, x: Int, y: Int, on canvas: inout Canvas) {
        var x = x
        for (text, action, isMarked) in [
            (" Cancel ", Action.answerNo, !question.isApplyMarked),
            (" Apply (y) ", Action.answerYes, question.isApplyMarked),
        ] {
            let shown = isMarked ? "[\(text)]" : " \(text) "
            let rect = Rect(x: x, y: y, width: canvas.cells(shown), height: 1)
            canvas.hit(rect, .action(action))
            canvas.highlighted(isMarked, rect) {
                $0.put([Piece(shown, isMarked ? .strong : .text)], x: x, y: y, width: rect.width)
            }
            x += rect.width + 3
        }
    }
}
