import TerminalUI

/// The keys that are valid where help was called, from the one table of commands.
enum HelpScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        let area = model.geometry.rows
        for (line, help) in model.helpLines.dropFirst(model.helpOffset).prefix(area.height).enumerated() {
            let y = area.y + line
            switch help {
            case .heading(let text): canvas.put([Piece(text, .title)], x: 2, y: y, width: area.width - 4)
            case .blank: break
            case .command(let command):
                let keys = model.keyMap.keys(of: command).map { $0 == "+" ? $0 : canvas.signs.keyName($0) }.joined(
                    separator: "  ")
                canvas.put([Piece(keys, .key)], x: 2, y: y, width: 18)
                canvas.put([Piece(":\(command.name)", .dim)], x: 21, y: y, width: 18)
                canvas.put([Piece(command.help)], x: 40, y: y, width: area.width - 41)
                canvas.hit(Rect(x: 0, y: y, width: area.width, height: 1), .action(command.action))
            case .text(let text): canvas.put([Piece(text, .dim)], x: 2, y: y, width: area.width - 4)
            }
        }
    }
}

/// A line of the help screen.
enum HelpLine: Hashable, Sendable {
    case heading(String)
    case command(Command)
    case text(String)
    case blank
}

extension HelpLine {
    /// How to read a waterfall.
    static func waterfallSigns(_ signs: Signs) -> [HelpLine] {
        [
            .text(
                "\(signs.failure) a span failed, \(signs.critical) the answer waited for it: it is on the critical path"
            ),
            .text(
                "c and s: the caller's half of a call and the called one's; \(signs.again)2/3 the second of three tries"
            ),
            .text(
                "a thin line while only children ran, a bar while the span worked itself, and in the accent's colour"),
            .text("while everything waited for just that; red where failing began"),
        ]
    }
}

extension Command: Hashable {
    package static func == (left: Command, right: Command) -> Bool {
        left.name == right.name && left.action == right.action
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Model {
    /// What the help screen shows; empty when it is not open.
    var helpLines: [HelpLine] {
        guard case .help(let context) = screen else { return [] }
        let commands = Command.valid(in: context)
        let own = commands.filter { !Set<Context>.screens.isSubset(of: $0.contexts) }
        let common = commands.filter { Set<Context>.screens.isSubset(of: $0.contexts) }
        return [.heading("keys on this screen (\(context.rawValue))")] + own.map { .command($0) }
            + [.blank, .heading("keys everywhere")] + common.map { .command($0) }
            + [.blank, .heading("signs")]
            + [
                .text(
                    "signs tell health, whatever the colours: see the footer of each box and the first column of tables"
                )
            ] + (context == .waterfall ? HelpLine.waterfallSigns(Signs(glyphs)) : []) + [
                .text("rates, errors and p95 in the header are those of traffic that enters the mesh"),
                .text("dots run along an edge: denser for more requests, faster for lower latency"),
            ]
    }
}
