import Collector
import Console
import Glibc
import JSONWire
import MeshModel
import Quantities
import Steering
import Synchronization
import SystemIO
import TerminalUI
import TraceModel

extension Command {
    static let console = Command(
        name: "", summary: "the console",
        options: Source.options + ConsoleSession.options + OneScreen.options + TraceSession.options
            + RecordedObservation.options
            + HistoryPlace.options
    ) { invocation in
        let once = try OneScreen(invocation)
        if once == nil, !invocation.has("--linear") { try ConsoleSession.requireTerminal() }
        if let recorded = try RecordedObservation(invocation) { return try ConsoleSession.run(recorded, invocation) }
        let source = try Source(invocation)
        let traces = try TraceSession.open(
            invocation, elsewhere: source.traces, receive: source.receive, countsSpans: source.onlyReceives)
        defer { traces.stop() }
        try ConsoleSession.requireMesh(source)
        return try ConsoleSession.run(source, traces: traces, invocation, name: source.name)
    }
}

/// Joins the console to the world: snapshots from the collector, weights through the control plane, traces.
enum ConsoleSession {
    static let options =
        GlyphOptions.options + [
            Option(
                name: "--theme", value: "NAME|PATH",
                summary: "colours: the name of a theme or the path of one (default: what was kept with T, else by the "
                    + "terminal's background)"),
            Option(name: "--transparent", summary: "leave the background to the terminal, whatever the theme says"),
            HealthRules.option,
            Option(name: "--refresh", value: "DURATION", summary: "how often the proxies are looked at (default 1s)"),
            Option(name: "--window", value: "DURATION", summary: "what rates and quantiles cover (default 60s)"),
            Option(name: "--mono", summary: "no colours"),
            Option(name: "--no-mouse", summary: "leave the mouse to the terminal"),
            Option(name: "--no-animation", summary: "no moving dots"),
            Option(
                name: "--slow", summary: "for a slow link: no moving dots, two pictures a second beside those for keys"),
            Option(
                name: "--linear",
                summary: "no screen: commands in, sentences out, for screen readers; an empty line tells what is new"),
            Option(name: "--write", summary: "allow changes from the start; without it :write does"),
        ]

    static func requireTerminal() throws(CommandFailure) {
        guard isatty(0) == 1, isatty(1) == 1 else {
            throw CommandFailure(
                "the console needs a terminal on its input and output; for scripts there are meshtop --once graph and meshtop graph -o json"
            )
        }
    }

    /// A console on nothing would only show an empty screen: better to say where a mesh was looked for.
    static func requireMesh(_ source: Source) throws(CommandFailure) {
        guard let control = source.control, source.targets.isEmpty, source.prometheus == nil, source.receive == nil
        else { return }
        do {
            _ = try MeshAPI(address: control).targets()
        } catch .unreachable(_, let reason) {
            throw Source.nothingFound(control, reason)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    static func run(
        _ source: Source, traces: TraceSession, _ invocation: Invocation, name: String, access: ChangeAccess? = nil
    ) throws -> ExitCode {
        let feed = ConsoleFeed()
        let splits = SplitWatch(source.control)
        let once = try OneScreen(invocation)
        let mailbox = once != nil || invocation.has("--linear") ? try Mailbox<MeshSnapshot>() : nil
        var configuration = CollectorConfiguration(
            control: source.control, sources: source.targets, prometheus: source.prometheus,
            interval: try invocation.duration("--refresh", default: source.interval ?? .seconds(1)),
            window: try invocation.duration(
                "--window", default: once == nil ? source.window ?? .seconds(60) : OneScreen.window))
        configuration.health = try HealthRules(invocation)
        configuration.view.boxes = [.namespace]
        configuration.inbox = traces.inbox
        let (window, view) = (configuration.window, configuration.view)
        let history = try source.openHistory()
        defer { _ = history?.stop() }
        let collector = try Collector(configuration, history: history) { snapshot in
            var snapshot = snapshot
            snapshot.splits = splits.newest()
            if !snapshot.splits.isEmpty { history?.record(snapshot.splits) }
            snapshot.notices += traces.notices
            feed.publish(snapshot)
            mailbox?.put(snapshot)
        }
        defer { collector.stop() }
        try splits.start()
        defer { splits.stop() }
        let environment = ConsoleEnvironment(
            findTraces: { query in
                do throws(TraceSourceFailure) {
                    return .success(try traces.source.find(query))
                } catch {
                    return .failure(ConsoleFailure(message: error.message))
                }
            },
            loadTrace: { id in
                do throws(TraceSourceFailure) {
                    if let trace = try traces.source.trace(id) { return .success(trace) }
                    return .failure(ConsoleFailure(message: "the collector no longer holds trace \(id)"))
                } catch {
                    return .failure(ConsoleFailure(message: error.message))
                }
            },
            changeWeights: { change, isTrial in
                guard let control = source.control else {
                    return .unreachable(reason: "weights live in a control plane; name one with --control")
                }
                defer { splits.refresh() }
                return MeshAPI(address: control).apply(change, dryRun: isTrial)
            },
            past: PastWithSplits(past: collector, splits: splits),
            config: source.control.map { ControlConfig(api: MeshAPI(address: $0)) } ?? NoConfigSource(),
            showGraph: { type in
                var view = view
                view.grouping = GraphGrouping(rawValue: type.rawValue) ?? .versionedApp
                collector.show(window: window, view: view)
            },
            askControl: {
                guard let control = source.control else { return [] }
                var silent = ControlPlaneReport(address: control.description)
                do throws(SteeringError) {
                    return [try MeshAPI(address: control).report(address: silent.address, at: SystemClock.wall())]
                } catch .unreachable(_, let reason) {
                    silent.trouble = reason
                } catch {
                    silent.trouble = error.description
                }
                return [silent]
            })
        var options = try consoleOptions(invocation, name: name)
        options.access =
            access ?? ChangeAccess(mayChange: invocation.has("--write"), isProduction: source.isProduction)
        if let once, let mailbox {
            let snapshot = once.wait(for: window, in: mailbox, atMost: source.patience)
            return try once.show(snapshot, options, environment)
        }
        if let mailbox { return Conversation.run(options, environment) { mailbox.take() } }
        return ExitCode(value: try runKept(options, environment, feed))
    }

    /// The console on a recording, at the moment that was asked for; its keys for time go to the others.
    static func run(_ recorded: RecordedObservation, _ invocation: Invocation) throws -> ExitCode {
        let window = try invocation.duration("--window", default: .seconds(60))
        recorded.replay.health = HealthJudge(try HealthRules(invocation))
        let end = try recorded.replay.span().upperBound
        let past = RecordedPast(recorded.replay, window: window)
        let traces = try RecordedTraces(recorded.replay.recording)
        let feed = ConsoleFeed()
        feed.publish(try past.snapshot(ending: end, window: nil))
        let environment = ConsoleEnvironment(
            findTraces: { query in
                do throws(TraceSourceFailure) {
                    return .success(try traces.find(query))
                } catch {
                    return .failure(ConsoleFailure(message: error.message))
                }
            },
            loadTrace: { id in
                do throws(TraceSourceFailure) {
                    if let trace = try traces.trace(id) { return .success(trace) }
                    return .failure(ConsoleFailure(message: "the recording holds no trace \(id)"))
                } catch {
                    return .failure(ConsoleFailure(message: error.message))
                }
            },
            changeWeights: { _, _ in .unreachable(reason: "this is a recording; nothing can be changed in it") },
            past: past, config: NoConfigSource("no configuration here: a recording holds traffic only"))
        var options = try consoleOptions(invocation, name: recorded.file)
        options.isRecording = true
        if let once = try OneScreen(invocation) {
            return try once.show(try past.snapshot(ending: recorded.time, window: nil), options, environment)
        }
        if invocation.has("--linear") {
            let snapshot = try past.snapshot(ending: recorded.time, window: nil)
            return Conversation.run(options, environment) { snapshot }
        }
        if recorded.time < end { options.moment = recorded.time }
        return ExitCode(value: try runKept(options, environment, feed))
    }

    /// Runs the console as it was left the last time.
    private static func runKept(
        _ options: ConsoleOptions, _ environment: ConsoleEnvironment, _ feed: ConsoleFeed
    ) throws -> CInt {
        var options = options
        if let path = StateFile.usual() {
            let mesh = options.source
            let known = StateFile.read(path).meshes
            options.kept = known.first { $0.source == mesh }?.console
            // The very first time.
            if known.isEmpty, options.complaints.isEmpty {
                options.greeting = "arrows select, Enter opens, w moves weights, : takes commands, ? lists all keys"
            }
            options.keep = { StateFile.keep($0, of: mesh, in: path) }
        }
        return try runConsole(options: options, environment: environment, feed: feed)
    }

    /// What the commands for scripts print.
    private static let words = MeshWords(
        graph: { snapshot, format in
            switch format {
            case .json: GraphJSON.document(snapshot).text
            case .dot: GraphDOT.document(snapshot)
            case .mermaid: GraphMermaid.document(snapshot)
            }
        },
        json: { selection, snapshot in
            switch selection {
            case .node(let id): snapshot.nodes.first { $0.id == id }.map { GraphJSON.node($0).text }
            case .edge(let id): snapshot.edges.first { $0.id == id }.map { GraphJSON.edge($0).text }
            }
        })

    private static func consoleOptions(_ invocation: Invocation, name: String) throws -> ConsoleOptions {
        var terminal = TerminalOptions()
        terminal.glyphs = try GlyphOptions.asked(invocation).map { .of($0) }
        if invocation.has("--mono") { terminal.colorDepth = .mono }
        terminal.mouse = !invocation.has("--no-mouse")
        if invocation.has("--slow") { terminal.framesPerSecond = 2 }
        let themes: ThemeOptions
        do throws(ThemeError) {
            themes = try ThemeOptions(
                asked: invocation.value("--theme"), library: ThemeFiles.library, memory: ThemeFiles.memory(),
                colorFGBG: ThemeFiles.variable("COLORFGBG"), isTransparent: invocation.has("--transparent"))
        } catch {
            throw CommandFailure("\(error)")
        }
        var options = ConsoleOptions(
            source: name, themes: themes,
            animation: !invocation.has("--no-animation") && !invocation.has("--slow"), terminal: terminal)
        options.words = words
        let keys = KeyFile.read(ThemeFiles.configurationDirectory().map { $0 + "/keys.yaml" })
        options.keyMap = keys.map
        options.complaints = keys.complaints
        return options
    }
}

/// The past as a collector remembers it. Its memory knows no weights: beside it stand those in force now.
private struct PastWithSplits: MeshPast {
    let past: any MeshPast
    let splits: SplitWatch

    func snapshot(ending time: WallTime, window: Duration?) throws(MeshPastFailure) -> MeshSnapshot {
        var snapshot = try past.snapshot(ending: time, window: window)
        // A history on disk knows those of that time.
        if snapshot.splits.isEmpty { snapshot.splits = splits.newest() }
        return snapshot
    }
}

/// Keeps the weighted routes of the control plane at hand, asked for once a second on a thread of its own.
final class SplitWatch: Sendable {
    private let control: SocketAddress?
    private let splits = Mutex<[TrafficSplit]>([])
    private let loop = Mutex<(handle: EventLoopHandle, thread: ThreadHandle)?>(nil)

    init(_ control: SocketAddress?) {
        self.control = control
    }

    func newest() -> [TrafficSplit] { splits.withLock { $0 } }

    /// Asks now: somebody has just changed them.
    func refresh() {
        guard let control, let found = try? MeshAPI(address: control).splits() else { return }
        splits.withLock { $0 = found }
    }

    func start() throws {
        guard control != nil else { return }
        // Handed over to the thread below: nothing here touches it again.
        nonisolated(unsafe) let loop = try EventLoop()
        let handle = loop.handle
        let thread = try Threads.spawn(name: "weights") {
            self.ask(on: loop)
            loop.run()
        }
        self.loop.withLock { $0 = (handle, thread) }
    }

    func stop() {
        guard let running = loop.withLock({ $0 }) else { return }
        running.handle.stop()
        running.thread.join()
    }

    /// While the control plane is away the last weights stay: they are still in force.
    private func ask(on loop: EventLoop) {
        refresh()
        loop.schedule(after: .seconds(1)) { self.ask(on: loop) }
    }
}
