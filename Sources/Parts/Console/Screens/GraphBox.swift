import MeshModel
import Quantities
import TerminalUI

/// One node as a box: its name and health in the upper edge, its numbers inside, its weight or errors in the lower.
enum GraphBox {
    static func draw(
        _ box: GraphScene.Box, _ mesh: MeshIndex, _ detail: BoxDetail, isSelected: Bool,
        mark: GraphWords.Mark = .none, diff: GraphDiff? = nil, in rect: Rect, on canvas: inout Canvas
    ) {
        guard let node = mesh.node(box.id), !canvas.frame.clip.intersection(rect).isEmpty else { return }
        canvas.clear(rect)
        canvas.outline(
            rect, title: [], tone: border(of: node, isSelected: isSelected, mark), heavy: isSelected || mark == .found)
        drawTitle(box, node, detail, isSelected: isSelected, rect, on: &canvas)
        canvas.hit(rect, .selection(.node(box.id)))
        let inside = rect.inset(left: 1, top: 1, right: 1, bottom: 1)
        if let trouble = node.trouble {
            canvas.put([Piece(trouble, .failure)], x: inside.x, y: inside.y, width: inside.width)
            drawNumbers(of: node, detail, in: inside.inset(top: 1), on: &canvas)
        } else {
            if let diff {
                draw(diff, of: node, detail, in: inside, on: &canvas)
            } else {
                drawNumbers(of: node, detail, in: inside, on: &canvas)
            }
        }
        drawLowerEdge(of: node, mesh, detail, rect, on: &canvas)
    }

    private static func border(of node: MeshNode, isSelected: Bool, _ mark: GraphWords.Mark) -> Tone {
        if isSelected { return .focusedBorder }
        if mark == .found { return Tone(.match) }
        if mark == .passed { return .ghost }
        if node.health >= .degraded { return Tone(of: node.health) }
        return node.kind == .external || node.kind == .unknown ? .ghost : .border
    }

    /// Health, name and version. A long name gives way to the version, which tells two boxes apart.
    private static func drawTitle(
        _ box: GraphScene.Box, _ node: MeshNode, _ detail: BoxDetail, isSelected: Bool, _ rect: Rect,
        on canvas: inout Canvas
    ) {
        // A small box has no room for spaces. Letters for health would melt into the name: they take the corner.
        let isTight = detail.isTight
        let takesCorner = isTight && !canvas.glyphs.isUnicode
        let before = isTight ? "" : " "
        let health = before + canvas.signs.health(node.health) + (takesCorner ? " " : before)
        let version = (box.version.map { " \($0)" } ?? "") + before
        let left = takesCorner ? rect.x : rect.x + 1
        let room = rect.maxX - 1 - left - canvas.cells(health)
        let tone: Tone = isSelected ? .title : .strong
        let start = left + canvas.put([Piece(health, Tone(of: node.health))], x: left, y: rect.y, width: rect.width - 2)
        let nameWidth = max(0, room - canvas.cells(version))
        let used = canvas.put([Piece(box.name, tone)], x: start, y: rect.y, width: nameWidth)
        canvas.put([Piece(version, tone)], x: start + used, y: rect.y, width: room - used)
    }

    private static func drawNumbers(of node: MeshNode, _ detail: BoxDetail, in inside: Rect, on canvas: inout Canvas) {
        guard !inside.isEmpty else { return }
        guard let inbound = node.inbound else { return drawSender(node, detail, in: inside, on: &canvas) }
        // What takes connections has bytes and no requests.
        if inbound.isConnectionsOnly {
            return draw(quantity: Humane.rate(inbound.throughput), "received", "tcp", detail, in: inside, on: &canvas)
        }
        let errorTone = Tone.errors(inbound.errors?.value, node.health)
        let p95 = inbound.latency?.p95
        switch detail {
        case .large:
            let p50 = inbound.latency?.p50
            let lines = [
                TextLine([Piece("rate", .dim)], right: [Piece(Field.rate(inbound.rate), .strong)]),
                TextLine([Piece("errors", .dim)], right: [Piece(Field.percent(inbound.errors), errorTone)]),
                TextLine(
                    [Piece("p50 ", .dim), Piece(Field.latency(p50), .dim)],
                    right: [Piece("p95 ", .dim), Piece(Field.latency(p95))]),
            ]
            draw(lines, in: inside, on: &canvas)
        case .wide:
            let line = [
                Piece(" " + Field.rate(inbound.rate), .strong), Piece("  " + Field.percent(inbound.errors), errorTone),
                Piece("  " + Field.latency(p95)),
            ]
            canvas.put(line, x: inside.x, y: inside.y, width: inside.width)
        case .tall:
            let lines = [
                TextLine([], right: [Piece(Field.rate(inbound.rate), .strong)]),
                TextLine([Piece("err", .dim)], right: [Piece(Field.percent(inbound.errors), errorTone)]),
                TextLine([Piece("p95", .dim)], right: [Piece(Field.latency(p95))]),
            ]
            draw(lines, in: inside, on: &canvas)
        case .middle, .small:
            let line = [
                Piece(Field.right(Field.shortRate(inbound.rate), 5), .strong),
                Piece(Field.right(Field.shortLatency(p95), inside.width - 5)),
            ]
            canvas.put(line, x: inside.x, y: inside.y, width: inside.width)
        }
    }

    /// How it has moved instead of how it is.
    private static func draw(
        _ diff: GraphDiff, of node: MeshNode, _ detail: BoxDetail, in inside: Rect, on canvas: inout Canvas
    ) {
        guard !diff.isNew(node.id) else {
            canvas.put([Piece(" new", .accent)], x: inside.x, y: inside.y, width: inside.width)
            return
        }
        guard let change = diff.change(of: node) else { return }
        let tone: Tone = change.isWorse ? .degraded : .text
        let (rate, p95) = (GraphDiff.words(factor: change.rate), GraphDiff.words(factor: change.p95))
        let errors = GraphDiff.words(points: change.errors)
        switch detail {
        case .large, .tall:
            draw(
                [
                    TextLine([Piece("rate", .dim)], right: [Piece(rate, .strong)]),
                    TextLine([Piece("err", .dim)], right: [Piece(errors, tone)]),
                    TextLine([Piece("p95", .dim)], right: [Piece(p95, tone)]),
                ], in: inside, on: &canvas)
        case .wide:
            canvas.put(
                [Piece(" \(rate)", .strong), Piece("  \(errors)  p95 \(p95)", tone)], x: inside.x, y: inside.y,
                width: inside.width)
        case .middle, .small:
            canvas.put(
                [Piece(Field.left(rate, 6), .strong), Piece(Field.right(p95, inside.width - 6), tone)], x: inside.x,
                y: inside.y, width: inside.width)
        }
    }

    private static func draw(_ lines: [TextLine], in inside: Rect, on canvas: inout Canvas) {
        for (index, line) in lines.prefix(inside.height).enumerated() {
            canvas.put(line, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
        }
    }

    /// A node that only sends shows what it sends.
    private static func drawSender(_ node: MeshNode, _ detail: BoxDetail, in inside: Rect, on canvas: inout Canvas) {
        switch detail {
        case .middle, .small:
            draw(
                quantity: Field.right(Field.shortRate(node.outboundRate), 5), "sent", "sent", detail, in: inside,
                on: &canvas)
        case .large, .wide, .tall:
            draw(quantity: Field.rate(node.outboundRate), "sent", "sent", detail, in: inside, on: &canvas)
        }
    }

    /// One number and what it is, in the style of the box.
    private static func draw(
        quantity: String, _ word: String, _ short: String, _ detail: BoxDetail, in inside: Rect,
        on canvas: inout Canvas
    ) {
        switch detail {
        case .wide:
            canvas.put(
                [Piece(" " + quantity, .strong), Piece("  \(word)", .dim)], x: inside.x, y: inside.y,
                width: inside.width)
        case .large, .tall:
            let line = TextLine([Piece(word, .dim)], right: [Piece(quantity, .strong)])
            canvas.put(line, x: inside.x + 1, y: inside.y, width: inside.width - 2)
        case .middle, .small:
            canvas.put(
                [Piece(quantity, .strong), Piece(" \(short)", .dim)], x: inside.x, y: inside.y, width: inside.width)
        }
    }

    /// Errors where the box has no line for them, and the weight where a route divides the traffic.
    private static func drawLowerEdge(
        of node: MeshNode, _ mesh: MeshIndex, _ detail: BoxDetail, _ rect: Rect, on canvas: inout Canvas
    ) {
        let y = rect.maxY - 1
        if detail.isTight, let errors = node.inbound?.errors, errors.value > 0 {
            canvas.put(
                [Piece(Humane.percent(errors), .errors(errors.value, node.health))], x: rect.x + 1, y: y,
                width: rect.width - 2)
        }
        if let weight = mesh.weight(of: node) {
            let text = detail.isTight ? Humane.percent(weight) : " weight \(Humane.percent(weight)) "
            let width = canvas.cells(text)
            canvas.put([Piece(text, .accent)], x: rect.maxX - 1 - width, y: y, width: width)
        }
    }
}
