import TerminalUI

/// The last line: the keys that matter here, or what is being typed, or a message that leaves by itself.
enum Footer {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        let area = model.geometry.footer
        canvas.on(.bar, area) { canvas in draw(model, in: area, on: &canvas) }
    }

    private static func draw(_ model: Model, in area: Rect, on canvas: inout Canvas) {
        if let prompt = model.prompt {
            let note = promptNote(model)
            let width = note.map { canvas.cells($0) } ?? 0
            let rest = area.inset(right: width + 2)
            draw(
                prompt, completion: model.completion, source: model.source, in: width * 2 < area.width ? rest : area,
                on: &canvas)
            if let note, width * 2 < area.width {
                canvas.put([note], x: area.maxX - width - 1, y: area.y, width: width)
            }
        } else if let toast = model.toast {
            draw(toast, in: area, on: &canvas)
        } else {
            drawKeys(model, in: area, on: &canvas)
        }
    }

    /// What typing has brought so far: how many rows are left, or why the filter cannot be read yet.
    private static func promptNote(_ model: Model) -> Piece? {
        if model.prompt?.kind == .time { return Piece(TimeWords.examples, .dim) }
        if model.prompt?.kind == .find || model.prompt?.kind == .hide {
            if let problem = model.graphFilter.problem { return Piece(problem, .degraded) }
            if model.prompt?.kind == .hide { return Piece("\(model.graphFilter.hiddenCount) hidden", .accent) }
            return model.graphFilter.isFinding ? Piece(GraphWords.foundWords(model.graphFilter), .accent) : nil
        }
        guard model.prompt?.kind == .filter else { return nil }
        if let problem = model.openTable?.filterProblem { return Piece(problem, .degraded) }
        if model.screen == .traces, model.prompt?.text.isEmpty ?? true { return Piece(TraceFilter.examples, .dim) }
        return model.filterCount.map { Piece($0, .accent) }
    }

    private static func drawKeys(_ model: Model, in area: Rect, on canvas: inout Canvas) {
        // What is always there stands at the right end, so that it is found without reading.
        let fixed: Set<String> = ["help", "quit"]
        let commands = Command.footer(in: model.context)
        var right = area.maxX - 1
        for command in commands.reversed() where fixed.contains(command.name) {
            let width = itemWidth(command, model.keyMap, on: canvas)
            guard right - width >= 1 else { break }
            right -= width
            draw(command, model.keyMap, x: right, y: area.y, on: &canvas)
            right -= 2
        }
        var x = 1
        if model.context == .graph || model.context == .themes {
            let word = model.context == .themes ? " preview" : " select"
            x +=
                canvas.put(
                    [Piece(canvas.signs.arrowKeys, .key), Piece(word, .dim)], x: x, y: area.y, width: right - x)
                + 2
        }
        for command in commands where !fixed.contains(command.name) && !leadsHere(command, model) {
            let width = itemWidth(command, model.keyMap, on: canvas)
            guard x + width <= right else { break }
            draw(command, model.keyMap, x: x, y: area.y, on: &canvas)
            x += width + 2
        }
    }

    /// A key for the screen that is open needs no room.
    private static func leadsHere(_ command: Command, _ model: Model) -> Bool {
        if case .showTable(let kind) = command.action { return kind == model.screen.table }
        if case .showSight(let sight) = command.action { return sight == model.screen.sight }
        return command.action == .showTraces && model.screen == .traces
    }

    private static func itemWidth(_ command: Command, _ map: KeyMap, on canvas: Canvas) -> Int {
        canvas.cells(keyText(command, map, canvas.signs)) + 1 + canvas.cells(command.label ?? "")
    }

    private static func draw(_ command: Command, _ map: KeyMap, x: Int, y: Int, on canvas: inout Canvas) {
        let pieces = [Piece(keyText(command, map, canvas.signs), .key), Piece(" " + (command.label ?? ""), .dim)]
        let width = canvas.put(pieces, x: x, y: y, width: canvas.width - x)
        canvas.hit(Rect(x: x, y: y, width: width, height: 1), .action(command.action))
    }

    private static func keyText(_ command: Command, _ map: KeyMap, _ signs: Signs) -> String {
        // A pair of opposite keys is one thing to a person.
        let keys = map.keys(of: command)
        if command.name == "more", keys.first == "+" { return "+ -" }
        return keys.first.map { signs.key($0) } ?? ":\(command.name)"
    }

    private static func draw(_ toast: Toast, in area: Rect, on canvas: inout Canvas) {
        let signs = canvas.signs
        let (glyph, tone) = toast.level.sign(signs)
        canvas.put([Piece("\(glyph) ", tone), Piece(toast.text, tone)], x: 1, y: area.y, width: area.width - 2)
    }

    private static func draw(
        _ prompt: Prompt, completion: String?, source: String, in area: Rect, on canvas: inout Canvas
    ) {
        let mark =
            switch prompt.kind {
            case .command: ":"
            case .filter: "/"
            case .time: "go to "
            case .find: "find "
            case .hide: "hide "
            case .confirmation: "type \(source) to change it: "
            }
        let room = max(1, area.width - 2 - canvas.cells(mark))
        // The end of a long line stays in sight.
        let shown = prompt.scalars.prefix(prompt.cursor).suffix(room - 1)
        var before = String.UnicodeScalarView()
        before.append(contentsOf: shown)
        var after = String.UnicodeScalarView()
        after.append(contentsOf: prompt.scalars.dropFirst(prompt.cursor))
        var x = area.x + 1
        x += canvas.put([Piece(mark, .key)], x: x, y: area.y, width: area.width)
        x += canvas.put([Piece(String(before), .strong)], x: x, y: area.y, width: room)
        canvas.setCursor(x: x, y: area.y)
        x += canvas.put([Piece(String(after), .strong)], x: x, y: area.y, width: max(0, area.maxX - x))
        if let completion {
            let rest = String(completion.dropFirst(prompt.text.count))
            canvas.put([Piece(rest, .dim)], x: x, y: area.y, width: max(0, area.maxX - x))
        }
    }
}
