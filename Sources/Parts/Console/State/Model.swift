package import MeshModel
package import Quantities
package import TerminalUI
import TraceModel

/// Everything the console knows. Only ``update(_:_:)`` changes it; ``view(_:theme:)`` only reads it.
package struct Model: Sendable {
    // The outside.
    package internal(set) var size: Size
    /// The terminal's characters.
    package let glyphs: GlyphSet
    package internal(set) var now: WallTime
    package internal(set) var isFocused = true
    /// What the header calls the mesh.
    package let source: String
    /// What is to be added to UTC for the person's own clock.
    package let utcOffset: Duration

    // The mesh.
    package internal(set) var mesh: MeshIndex?
    /// Which moment is shown.
    package internal(set) var time = TimeState()
    /// The newest snapshot while another moment is shown.
    var heldSnapshot: MeshSnapshot?
    package internal(set) var trouble: String?

    // Where we are.
    package internal(set) var screens: [Screen] = [.graph]
    var previousScreen: Screen?
    package internal(set) var selection: Selection?
    /// True until the person selects something: the console then shows what is worst.
    var selectionIsAutomatic = true
    package internal(set) var prompt: Prompt?
    var commandHistory: [String] = []
    var filterHistory: [String] = []
    var timeHistory: [String] = []
    /// The filter before the prompt opened: Esc goes back to it.
    var filterBeforePrompt = ""
    package internal(set) var toast: Toast?
    package internal(set) var log = ConsoleLog()

    /// Which key stands for which command.
    package let keyMap: KeyMap

    // Changing the mesh.
    package internal(set) var access: ChangeAccess
    /// The change for which the mesh's name has just been typed.
    var confirmed: ConfirmedChange?

    // The themes.
    /// The name of the one that is shown.
    package internal(set) var themeName: String
    /// What there is to choose from, once somebody wanted to.
    package internal(set) var themes: [ThemeEntry] = []
    package internal(set) var themePicker: ThemePicker?

    // The graph.
    package internal(set) var scene: GraphScene?
    package internal(set) var graphFilter = GraphFilter()
    package internal(set) var graphFold = GraphFold()
    package internal(set) var graphFocus: GraphFocus?
    /// What the graph is compared with, when it is.
    package internal(set) var graphDiff: GraphDiff?
    /// The style that the person chose, whether it fits or not.
    var graphZoom: Int?
    /// What the graph shows of the mesh.
    package internal(set) var graphMesh: MeshIndex?
    package internal(set) var edgeLabel = EdgeLabel.none
    package internal(set) var graphType: GraphType
    /// The picture of the last run, until this one has its own.
    var keptPicture: KeptConsole.Picture?
    /// The room that the scene was made for.
    var fittedRoom = Size.zero
    package internal(set) var pan = Point.zero
    /// The box whose edges Tab walks.
    var edgeRingCenter: MeshNode.ID?
    /// Whether this is a recorded mesh: its newest moment is the recording's end, and nothing is ever live.
    let isRecording: Bool
    /// The moment to go to as soon as there is something to see.
    var firstMoment: WallTime?
    /// Whether something else than the newest is shown.
    package var isPaused: Bool { !time.isLive }
    package internal(set) var isAnimated: Bool
    /// Whether the way to the terminal is too slow for what moves.
    var isLinkSlow = false
    package internal(set) var animationStep: UInt64 = 0
    package internal(set) var showsPane = true
    /// Whether a graph that is larger than the screen has a map.
    package internal(set) var showsMinimap = true
    /// What the mouse holds while its button is down.
    var grip: Grip?
    /// Whether the list of traces has its points above.
    package internal(set) var showsScatter = true

    // The tables.
    package internal(set) var tables = MeshTables()
    /// The rates of the last minutes, for the curves in the tables.
    var trends = TrendMemory()
    /// Which column is marked while the person chooses columns; nothing when they do not.
    package internal(set) var columnCursor: Int?
    package internal(set) var detail: DetailState?
    /// How far back the charts reach.
    package internal(set) var historySpan = SubjectHistory.Span.minutes5
    var historyQuestions = 0
    package internal(set) var traces: TracesState?
    package internal(set) var waterfall: WaterfallState?
    var traceQuestions = 0
    /// How the person sorted traces last; until they did, the way they came decides.
    var traceSort: TraceSort?
    /// The traces of the list, whole.
    var shelf = TraceShelf()
    var shelfQuestions = 0
    /// The trace whose way the graph is to show as soon as it is here.
    var traceToLight: TraceID?
    /// What the comparison, flame graph or statistics that are open are made of.
    var analysis: AnalysisState?
    var analysisQuestions = 0
    /// The span to go to as soon as its trace is open.
    var spanToOpen: SpanPlace?
    /// The trace that others are compared with.
    var markedTrace: TraceID?
    /// The span that the last jump to a slow one reached.
    var lastSlowest: Int?
    package internal(set) var helpOffset = 0

    // The configuration.
    var config = ConfigState()
    // The mesh as a whole.
    /// Its lists, as they were sorted and filtered last.
    var sights = SightState()
    /// What the control planes said last.
    package internal(set) var control = ControlState()
    /// What this process uses, while somebody looks.
    package internal(set) var cost: ConsoleCost?
    var events = MeshEvents()
    var movers = MoverMemory()
    /// Until the person does something.
    var mayOpenOverview = true

    // The canary.
    package internal(set) var canary: CanaryState?
    /// The last change that was stored from here, by service.
    package internal(set) var stored: [ServiceName: StoredChange] = [:]
    package internal(set) var guards: [ServiceName: CanaryGuard] = [:]
    /// Why a guard has sent a change that is not answered yet.
    var guardChanges: [ServiceName: String] = [:]

    /// - Parameters:
    ///   - source: what the mesh is called, `demo` or an address.
    ///   - utcOffset: what the person's clock shows more than UTC.
    ///   - isAnimated: whether dots move at the start.
    ///   - isRecording: whether this is a recorded mesh, of which every moment is past.
    ///   - moment: the one to begin with; the newest when there is none.
    ///   - access: whether the mesh may be changed from here.
    ///   - keyMap: a person's own keys.
    package init(
        source: String, size: Size, now: WallTime, utcOffset: Duration = .zero, glyphs: GlyphSet = .braille,
        themeName: String = "harbor", isAnimated: Bool = true, graphType: GraphType = .versionedApp,
        isRecording: Bool = false, moment: WallTime? = nil, access: ChangeAccess = ChangeAccess(mayChange: true),
        keyMap: KeyMap = KeyMap()
    ) {
        self.keyMap = keyMap
        self.access = access
        self.graphType = graphType
        self.source = source
        self.isRecording = isRecording
        firstMoment = moment
        self.utcOffset = utcOffset
        self.size = size
        self.glyphs = glyphs
        self.now = now
        self.themeName = themeName
        self.isAnimated = isAnimated
    }

    package var screen: Screen { screens.last ?? .graph }

    package var context: Context {
        if themePicker != nil { return .themes }
        return switch screen {
        case .graph: .graph
        case .services: columnCursor == nil ? .services : .columns
        case .workloads: columnCursor == nil ? .workloads : .columns
        case .edges: columnCursor == nil ? .edges : .columns
        case .detail: .detail
        case .traces: .traces
        case .waterfall: .waterfall
        case .compare: .compare
        case .flame: .flame
        case .statistics: .statistics
        case .canary: if case .asking? = canary?.phase { .question } else { .canary }
        case .config(.list): .config
        case .config(.object): .configObject
        case .config(.history): .configHistory
        case .config(.change): .configQuestion
        case .help: .help
        case .overview: .overview
        case .security: .security
        case .mesh: .mesh
        case .log: .log
        }
    }

    /// How old the data is; nothing before there is any.
    package var age: Duration? {
        mesh.map { max(.zero, $0.snapshot.time.duration(to: now)) }
    }

    /// Five missed looks. What is held on purpose is not stale.
    package var isStale: Bool { time.isLive && (age.map { $0 >= .seconds(5) } ?? false) }

    /// Whether a picture every eighth of a second is worth drawing.
    package var wantsAnimation: Bool {
        guard isAnimated, isFocused, !isPaused, !isStale, screen == .graph, let mesh else { return false }
        return mesh.snapshot.edges.contains { $0.traffic.rate.value > 0 }
    }

    var selectedNode: MeshNode? {
        guard case .node(let id)? = selection else { return nil }
        return mesh?.node(id) ?? graphMesh?.node(id)
    }

    var selectedEdge: MeshEdge? {
        guard case .edge(let id)? = selection else { return nil }
        return mesh?.edge(id) ?? graphMesh?.edge(id)
    }

    /// The weights of `service` as they are stored: what the last snapshot says, or what we stored ourselves until a
    /// snapshot has caught up.
    package func split(of service: ServiceName) -> TrafficSplit? {
        guard let seen = mesh?.snapshot.splits.first(where: { $0.service == service }) else { return nil }
        if let own = stored[service], own.superseded.contains(seen.resourceVersion) { return own.after }
        return seen
    }
}
