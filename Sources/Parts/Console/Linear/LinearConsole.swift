package import MeshModel
package import Quantities
import SystemIO
import TerminalUI

/// The console as a conversation: a line is asked, lines are answered. The same model, commands and questions as on the
/// screen, without one.
///
/// It belongs to one thread; questions are answered before a call returns.
package struct LinearConsole {
    /// Wide, so that little is cut where a screen is told by its picture.
    private static let size = Size(width: 200, height: 400)

    private var model: Model
    private let environment: ConsoleEnvironment
    /// What of the log and the events has been told.
    private var toldEntries = 0
    private var lastEvent: MeshEvent?
    package private(set) var isFinished = false

    package init(options: ConsoleOptions, environment: ConsoleEnvironment, now: WallTime) {
        model = Model(
            source: options.source, size: Self.size, now: now, utcOffset: utcOffset(), glyphs: .ascii,
            themeName: options.themes.start.theme.name, isAnimated: false, isRecording: options.isRecording,
            moment: options.moment, access: options.access, keyMap: options.keyMap)
        model.mayOpenOverview = false
        self.environment = environment
        for complaint in options.complaints { model.say(.warning, complaint) }
    }

    /// Takes a newer look at the mesh, and tells what is new since the last one.
    package mutating func look(_ snapshot: MeshSnapshot, at now: WallTime) -> [String] {
        tell(.clock(now))
        tell(.snapshot(snapshot))
        return news()
    }

    /// What the screen that is open says.
    package var screen: [String] { [LinearText.head(model)] + LinearText.body(model) }

    /// Does what a line asks for: a command with what belongs to it, or a key by its name. An empty one asks for the
    /// screen again.
    package mutating func answer(_ line: String) -> [String] {
        let text = line.trimmingSpaces()
        let before = model.screen
        if !text.isEmpty {
            let name = text.prefix { $0 != " " }
            if Command.all.contains(where: { $0.name == name }) || Key.named(text) == nil {
                press([Key(.character(":"))] + text.map { Key(.character($0)) } + [Key(.enter)])
            } else if let key = Key.named(text) {
                press([key])
            }
        }
        let said = news()
        // What was only said needs no screen after it.
        let mustShow = text.isEmpty || said.isEmpty || model.screen != before
        return said + (mustShow && !isFinished ? screen : [])
    }

    private mutating func press(_ keys: [Key]) {
        for key in keys { tell(.input(.key(key))) }
    }

    private mutating func tell(_ event: Event) {
        var events = [event]
        while !events.isEmpty {
            for effect in update(&model, events.removeFirst()) {
                switch effect {
                case .quit: isFinished = true
                case .editConfig: model.say(.info, "editing needs the screen; kubectl edit does it without")
                default: if let event = EffectRunner.answer(to: effect, environment) { events.append(event) }
                }
            }
        }
    }

    /// The log's lines and the mesh's events that have not been told.
    private mutating func news() -> [String] {
        let entries = model.log.entries
        let total = entries.reduce(0) { $0 + $1.count }
        let fresh = entries.suffix(min(entries.count, max(0, total - toldEntries)))
        toldEntries = total
        let events = model.events.list
        let newEvents = events.prefix { $0 != lastEvent }
        let isFirst = lastEvent == nil && events.isEmpty
        lastEvent = events.first ?? lastEvent
        return fresh.map { "\($0.level.word): \($0.text)" }
            + (isFirst ? [] : newEvents.reversed().map { "\(Field.timeOfDay($0.time, model.utcOffset)): \($0.text)" })
    }
}
