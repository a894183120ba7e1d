import Glibc
import MeshModel
import Quantities
import SystemIO
package import TerminalUI

/// Runs the console on this process's terminal until the person leaves.
///
/// One thread owns the model and the terminal; snapshots and answers come through `feed`, questions run on threads of
/// their own.
///
/// - Returns: the exit code: 0, or 128 and the signal that ended it.
/// - Throws: why there is no terminal to draw on.
package func runConsole(
    options: ConsoleOptions, environment: ConsoleEnvironment, feed: ConsoleFeed
) throws(TerminalError) -> CInt {
    let terminal = try Terminal(options.terminal)
    let waker = terminal.waker
    feed.attach { waker.wake() }
    defer { feed.attach(nil) }
    var loop = ConsoleLoop(
        model: Model(
            source: options.source, size: terminal.size, now: SystemClock.wall(), utcOffset: utcOffset(),
            glyphs: terminal.glyphs, themeName: options.themes.start.theme.name, isAnimated: options.animation,
            isRecording: options.isRecording, moment: options.moment, access: options.access,
            keyMap: options.keyMap),
        effects: EffectRunner(environment: environment, feed: feed), feed: feed,
        themes: ThemeKeeper(options.themes, depth: terminal.depth), words: options.words)
    if let kept = options.kept { loop.restore(kept, mayAnimate: options.animation) }
    loop.greet(options.greeting, options.complaints)
    let end = terminal.run { turn in
        loop.turn(turn, wall: SystemClock.wall(), output: terminal.output)
    } draw: { _ in
        view(loop.model, theme: loop.themes.theme)
    }
    var kept = loop.model.kept
    // What was asked for this time only is no wish for the next.
    if !options.animation { kept.isAnimated = options.kept?.isAnimated ?? true }
    options.keep?(kept)
    return switch end {
    case .finished: 0
    case .signal(let number): 128 + number
    // As after SIGHUP: whoever started us is gone, too.
    case .hangUp: 129
    }
}

/// How far the machine's time zone is ahead of UTC now.
func utcOffset() -> Duration {
    var now = time(nil)
    var local = tm()
    guard localtime_r(&now, &local) != nil else { return .zero }
    return .seconds(local.tm_gmtoff)
}

/// The loop's own state: the model, and when the next picture of moving dots is due.
private struct ConsoleLoop {
    private(set) var model: Model
    private let effects: EffectRunner
    private let feed: ConsoleFeed
    private(set) var themes: ThemeKeeper
    private let editor = TextEditor { name in getenv(name).map { String(cString: $0) } }
    private let words: MeshWords?
    private let file: ScreenFile
    private var nextStep: MonotonicTime?
    private var meter = CostMeter()

    init(model: Model, effects: EffectRunner, feed: ConsoleFeed, themes: ThemeKeeper, words: MeshWords?) {
        self.model = model
        self.effects = effects
        self.feed = feed
        self.themes = themes
        self.words = words
        file = ScreenFile(words: words, home: getenv("HOME").map { String(cString: $0) })
    }

    /// Goes on where the last run ended.
    mutating func restore(_ kept: KeptConsole, mayAnimate: Bool) {
        let type = model.graphType
        model.restore(kept, mayAnimate: mayAnimate)
        if model.graphType != type { effects.start(.showGraph(model.graphType)) }
    }

    mutating func greet(_ greeting: String?, _ complaints: [String]) {
        if let greeting { model.say(.info, greeting) }
        for complaint in complaints { model.say(.warning, complaint) }
    }

    mutating func turn(_ turn: LoopTurn, wall: WallTime, output: OutputCount) -> LoopRequest {
        var asked = update(&model, .clock(wall))
        if turn.isLinkSlow { asked += update(&model, .slowLink) }
        if let due = nextStep, due <= turn.now {
            asked += update(&model, .animate)
            nextStep = nil
        }
        if let event = themes.look(turn.now) { asked += update(&model, event) }
        for input in turn.events {
            if case .background(let color) = input, let event = themes.suit(background: color) {
                asked += update(&model, event)
            }
            asked += update(&model, .input(input))
        }
        for event in feed.take() { asked += update(&model, event) }
        if model.screen == .mesh, let cost = meter.look(at: turn.now, output) { asked += update(&model, .cost(cost)) }

        var request = LoopRequest(needsFrame: true, timer: nextTurn(turn.now, wall))
        var next = 0
        while next < asked.count {
            defer { next += 1 }
            switch asked[next] {
            case .save(let export): asked += update(&model, file.write(export, model, themes.theme))
            case .copy(let text): request.clipboard = text
            case .copyJSON(let selection):
                asked += update(&model, .worded(model.mesh.flatMap { words?.json(selection, $0.snapshot) }))
            case .quit: request.action = .finish
            case .repaint: request.action = .repaint
            case .ring: request.rings = true
            case .suspend: request.action = .suspend
            // Small files of this machine: sooner read than handed to a thread. None of these asks for more.
            case .listThemes: _ = update(&model, themes.list())
            case .showTheme(let name): _ = update(&model, themes.show(name))
            case .keepTheme(let name): _ = update(&model, themes.keep(name))
            case .editConfig(let draft):
                let (editor, feed) = (editor, feed)
                request.borrower = { feed.answer(.configEdited(editor.edit(draft))) }
            case .readConfig, .readConfigHistory, .writeConfig, .discardDraft: effects.start(asked[next])
            case .findTraces, .loadTrace, .loadTraces, .changeWeights, .seePast, .askHistory, .showGraph, .askControl:
                effects.start(asked[next])
            }
            if request.action == .finish { return request }
        }
        return request
    }

    /// An eighth of a second while dots move; otherwise when the age of the data, in seconds, changes.
    private mutating func nextTurn(_ now: MonotonicTime, _ wall: WallTime) -> MonotonicTime? {
        guard model.wantsAnimation else {
            nextStep = nil
            if model.isFollowingChange { return now.advanced(by: Model.followInterval) }
            guard let mesh = model.mesh else { return model.toast == nil ? nil : now.advanced(by: .seconds(1)) }
            let age = max(0, mesh.snapshot.time.duration(to: wall).nanoseconds)
            return now.advanced(by: .nanoseconds(1_000_000_000 - age % 1_000_000_000))
        }
        if nextStep == nil {
            nextStep = now.advanced(by: .nanoseconds(1_000_000_000 / Int64(TrafficDots.stepsPerSecond)))
        }
        return nextStep
    }
}
