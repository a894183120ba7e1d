package import MeshModel
import Quantities
import SystemIO
package import TerminalUI

/// Draws the console once, without a terminal: for scripts, reports and readers that want text.
///
/// - Parameters:
///   - commands: as they would be typed after `:`, one after the other: `services`, `select payment v2`.
///   - snapshot: what is looked at.
/// - Returns: the picture, without moving dots.
/// - Throws: a sentence about a command that does not exist.
package func consoleFrame(
    options: ConsoleOptions, environment: ConsoleEnvironment, snapshot: MeshSnapshot, commands: [String], size: Size,
    depth: ColorDepth, glyphs: GlyphSet
) throws(ConsoleFailure) -> Frame {
    var model = Model(
        source: options.source, size: size, now: snapshot.time, utcOffset: utcOffset(), glyphs: glyphs,
        themeName: options.themes.start.theme.name, isAnimated: false, isRecording: options.isRecording)
    let themes = ThemeKeeper(options.themes, depth: depth)
    /// Questions are answered before the picture is drawn.
    func tell(_ event: Event) {
        var events = [event]
        while !events.isEmpty {
            let asked = update(&model, events.removeFirst())
            events += asked.compactMap { EffectRunner.answer(to: $0, environment) }
        }
    }
    tell(.snapshot(snapshot))
    for command in commands {
        let name = command.prefix { $0 != " " }
        guard Command.all.contains(where: { $0.name == name }) else {
            throw ConsoleFailure(
                message: "there is no command “\(name)” in the console; its ? lists them, such as services or edges")
        }
        for key in [Key(.character(":"))] + command.map({ Key(.character($0)) }) + [Key(.enter)] {
            tell(.input(.key(key)))
        }
    }
    return view(model, theme: themes.theme)
}
