import MeshModel
import Quantities
import TerminalUI
import Testing
import TraceModel

@testable import Console

/// A person at the console: presses keys, waits a second, reads the screen. Effects are answered at once, by a mesh
/// that keeps its weights in a variable.
struct Driver {
    private(set) var model: Model
    var theme = Theme.dark
    /// What the mesh stores.
    private(set) var weights: (v1: Int, v2: Int) = (90, 10)
    var themes = [Theme.dark, .light]
    private(set) var keptTheme: String?
    private var version = 17
    private var seconds = 0
    private(set) var effects: [Effect] = []
    /// What the mesh answers to a change, instead of storing it.
    var refusal: WeightChangeOutcome?
    /// Since when the mesh is remembered.
    var memoryBegins = SampleMesh.start
    /// Whether questions about the past wait until somebody lets them go.
    var holdsPast = false
    var remembersNothing = false
    /// What the mesh is configured with.
    var config = SampleConfig()
    /// What the person does in the editor.
    var editor: @Sendable (String) -> String = { $0 }
    /// Whether the editor stays open.
    var holdsEditor = false
    private(set) var discarded: [String] = []
    private(set) var openQuestions: [Effect] = []
    /// What the control planes say.
    var control: [ControlPlaneReport] = [SampleMesh.controlPlane]
    var traces: Result<[Trace], ConsoleFailure> = .success(SampleTraces.all)

    init(
        width: Int = 120, height: Int = 40, glyphs: GlyphSet = .braille, withData: Bool = true,
        access: ChangeAccess = ChangeAccess(mayChange: true), keyMap: KeyMap = KeyMap()
    ) {
        model = Model(
            source: "shop demo", size: Size(width: width, height: height), now: SampleMesh.start, glyphs: glyphs,
            access: access, keyMap: keyMap)
        if withData { wait(seconds: 0) }
    }

    /// Starts as the last run ended.
    mutating func restore(_ kept: KeptConsole) { model.restore(kept, mayAnimate: true) }

    // MARK: What a person does

    mutating func press(_ keys: String...) {
        for key in keys { send(.input(.key(Key(named: key)))) }
    }

    mutating func type(_ text: String) {
        for character in text { send(.input(.key(Key(.character(character))))) }
    }

    /// Types `:command` and Enter.
    mutating func run(_ command: String) {
        press(":")
        type(command)
        press("enter")
    }

    mutating func click(_ x: Int, _ y: Int) {
        send(.input(.mouse(Mouse(.press(.left), at: Point(x: x, y: y)))))
    }

    /// Clicks the first place where `text` stands.
    mutating func click(on text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for (y, line) in frame.lines.enumerated() {
            guard let range = line.firstRange(of: text) else { continue }
            click(line[..<range.lowerBound].unicodeScalars.count, y)
            return
        }
        Issue.record("“\(text)” is not on the screen:\n\(screen)", sourceLocation: sourceLocation)
    }

    mutating func resize(_ width: Int, _ height: Int) {
        send(.input(.resize(Size(width: width, height: height))))
    }

    /// Time passes, and the mesh is looked at again.
    mutating func wait(seconds: Int) {
        self.seconds += seconds
        send(.clock(SampleMesh.start.advanced(by: .seconds(self.seconds))))
        send(
            .snapshot(
                SampleMesh.snapshot(weights: weights, secondsLater: self.seconds, resourceVersion: String(version))))
    }

    /// Time passes, and nobody looks.
    mutating func waitBlindly(seconds: Int) {
        self.seconds += seconds
        send(.clock(SampleMesh.start.advanced(by: .seconds(self.seconds))))
    }

    /// Changes the model where no key does.
    mutating func change(_ body: (inout Model) -> Void) { body(&model) }

    // MARK: What a person sees

    var frame: Frame { view(model, theme: theme) }
    var screen: String { frame.plainText }

    func sees(_ text: String) -> Bool { screen.contains(text) }

    // MARK: The world

    mutating func send(_ event: Event) {
        var queue = [event]
        while !queue.isEmpty {
            let asked = update(&model, queue.removeFirst())
            effects += asked
            queue += asked.compactMap { answer($0) }
        }
    }

    private mutating func answer(_ effect: Effect) -> Event? {
        switch effect {
        case .findTraces(let query, let question):
            return .tracesFound(
                question: question,
                traces.map { list in
                    list.filter { query.matches($0) }.map(\.summary)
                })
        case .loadTrace(let id):
            return .traceLoaded(
                id,
                traces.flatMap { list in
                    list.first { $0.id == id }.map { .success($0) }
                        ?? .failure(ConsoleFailure(message: "no trace of that name is kept any more"))
                })
        case .loadTraces(let ids, let question):
            return .tracesLoaded(
                question: question, traces.map { list in ids.compactMap { id in list.first { $0.id == id } } })
        case .seePast(let time, let question):
            if holdsPast {
                openQuestions.append(effect)
                return nil
            }
            return .pastSeen(question: question, past(time))
        case .askHistory(let question):
            return .historyFound(
                question, remembersNothing ? .failure(MeshPastFailure("nobody remembers")) : .success(history(question))
            )
        case .changeWeights(let change, let dryRun):
            return .weightsAnswered(change, dryRun: dryRun, outcome(of: change, dryRun: dryRun))
        case .askControl: return .controlAnswered(control)
        case .listThemes: return .themes(themes.map(ThemeEntry.init))
        case .showTheme(let name), .keepTheme(let name):
            guard let wanted = themes.first(where: { $0.name == name }) else { return .themeFailed("no \(name)") }
            theme = wanted.adapted(to: theme.depth)
            if case .keepTheme = effect { keptTheme = name }
            return .themeShown(name, isKept: keptTheme == name)
        case .readConfig(let known): return .configRead(config.read(unless: known))
        case .readConfigHistory(let key): return .configHistoryRead(key, config.history(of: key))
        case .writeConfig(let write, let dryRun):
            return .configAnswered(write, dryRun: dryRun, config.write(write, dryRun: dryRun))
        case .editConfig(let draft):
            guard !holdsEditor else { return nil }
            var edited = draft
            edited.path = draft.path ?? "/tmp/meshtop-1/draft.yaml"
            edited.text = editor(draft.text)
            return .configEdited(.success(edited))
        case .discardDraft(let path):
            discarded.append(path)
            return nil
        case .showGraph, .save, .copy, .copyJSON, .repaint, .ring, .suspend, .quit: return nil
        }
    }

    private func past(_ time: WallTime) -> Result<MeshSnapshot, MeshPastFailure> {
        guard time >= memoryBegins else {
            return .failure(MeshPastFailure("nothing is remembered of that time", earliest: memoryBegins))
        }
        let seconds = Int(SampleMesh.start.duration(to: time).inSeconds)
        var snapshot = SampleMesh.snapshot(weights: weights, secondsLater: seconds, structureVersion: 1 << 63)
        snapshot.time = time
        return .success(snapshot)
    }

    /// Waves of traffic, with a bad minute a while ago.
    private func history(_ question: HistoryQuestion) -> [TrafficSummary?] {
        question.ends.map { end in
            let age = end.duration(to: model.now).inSeconds
            guard end >= memoryBegins, let now = question.subject.traffic(in: SampleMesh.snapshot(weights: weights))
            else {
                return nil
            }
            return SampleMesh.wave(now, secondsAgo: age)
        }
    }

    /// Answers the questions that were held up.
    mutating func letPastAnswer() {
        holdsPast = false
        let open = openQuestions
        openQuestions = []
        for case .seePast(let time, let question) in open { send(.pastSeen(question: question, past(time))) }
    }

    private mutating func outcome(of change: WeightChange, dryRun: Bool) -> WeightChangeOutcome {
        if let refusal { return refusal }
        guard change.split.resourceVersion == String(version) else { return .stale }
        guard !dryRun else { return .validated }
        weights = (change.weights["v1"] ?? weights.v1, change.weights["v2"] ?? weights.v2)
        version += 1
        return .applied(resourceVersion: String(version))
    }
}

extension Key {
    /// The key that is called `name`, as ``Key/name`` spells it.
    init(named name: String) {
        self = Key.named(name) ?? Key(.character(" "))
    }
}
