/// Something a person can do: by key, by `:name`, or by a click in the footer.
///
/// The list in ``Command/all`` is the only place that knows keys, names and help; everything that shows or reads
/// them is made from it.
package struct Command: Sendable {
    /// What is typed after `:`, lower case with dashes.
    package let name: String
    /// As ``KeyName`` spells them; the first is shown.
    package let keys: [String]
    /// One line for the help screen.
    package let help: String
    package let contexts: Set<Context>
    /// The word for the footer, when it belongs there at all.
    package let label: String?
    package let action: Action
    /// What may follow the name in the prompt.
    package let argument: Argument

    /// What a command takes after its name.
    package enum Argument: Sendable {
        case none
        /// The title of a node.
        case node
        /// The name of a column of the open table.
        case column
        /// A moment: `5m`, `14:03`. Without one the command asks for it.
        case time
        /// The name or path of a theme; without one the picker opens.
        case theme
        /// An expression of the find language. Without one the command asks for it.
        case expression
        /// What to write on lines.
        case label
        /// Free text, shown to people as `hint`.
        case text(hint: String)
    }

    init(
        _ name: String, _ keys: [String], _ action: Action, in contexts: Set<Context>, label: String? = nil,
        argument: Argument = .none, _ help: String
    ) {
        self.name = name
        self.keys = keys
        self.help = help
        self.contexts = contexts
        self.label = label
        self.action = action
        self.argument = argument
    }
}

/// Where a key is pressed: the screen, and on the canary screen whether a question stands open.
package enum Context: String, Hashable, Sendable, CaseIterable {
    case graph, services, workloads, edges, columns, detail, traces, waterfall, compare, flame, statistics, canary,
        question, help, themes, config, overview, security, mesh, log
    case configObject = "configuration object"
    case configHistory = "history"
    case configQuestion = "change"
}

extension Set<Context> {
    /// Everywhere but in front of an open question, which must be answered first, and in the list of themes.
    static let screens: Set<Context> = Set(Context.allCases).subtracting([.question, .themes, .configQuestion])
    static let tables: Set<Context> = [.services, .workloads, .edges]
    static let lists: Set<Context> = [
        .services, .workloads, .edges, .columns, .detail, .traces, .waterfall, .compare, .statistics, .help,
        .config, .configObject, .configHistory,
        .overview, .security, .mesh, .log,
    ]
    /// Where a moment can be chosen.
    static let timed: Set<Context> = browsing.subtracting([.help]).union([.canary])
    /// Where one looks around and changes nothing.
    static let browsing: Set<Context> = [
        .graph, .services, .workloads, .edges, .detail, .traces, .waterfall, .compare, .flame, .statistics, .help,
        .config, .configObject, .configHistory,
        .overview, .security, .mesh, .log,
    ]
    static let everywhere = Set(Context.allCases)
}

/// What a command does. The update logic is an exhaustive switch over these.
package enum Action: Hashable, Sendable {
    case move(Direction)
    case pan(Direction)
    case page(Direction)
    case goToStart, goToEnd
    case nextEdge, previousEdge
    case open
    case back, previousScreen
    case showGraph, showDetail, showTraces, showCanary, showHelp
    case showTable(TableKind)
    case showSight(Sight)
    /// So many lists on, or back.
    case nextList(Int)
    case promptCommand, promptFilter
    case find, hide, toggleUnhealthyOnly, toggleIdle
    case changeLabels(Int)
    case setLabels, nextGraphType
    case nextSort, reverseSort, sort
    case sortBy(TableColumn)
    case chooseColumns, toggleMarkedColumn, toggleColumn
    case toggleErrorsOnly, nextFailingEdge, previousFailingEdge
    case enterHeatmap
    case compareTraces, showFlame, showStatistics, zoomFlame
    case toggleFollowing, nextTraceMode, markTrace, lightTrace
    /// So many steps on, or back with a negative number.
    case jump(SpanJump, Int)
    case showConfig, showConfigOfSubject, showConfigHistory, showConfigOnGraph, editConfig, undoConfig
    case markReference(Int)
    case fold(SpanFold)
    case zoom(SpanZoom)
    case nextSpan
    case togglePause, goLive, goToTime
    /// So many seconds on, or back.
    case stepTime(Int)
    case togglePane, toggleAnimation, toggleMinimap
    case center, layOut
    case toggleFold, toggleAllFolds, changeFocus, toggleDiff
    /// Larger boxes with -1, smaller ones with 1, those that fit with 0.
    case zoomGraph(Int)
    case refresh, repaint
    case nextVersion, previousVersion
    case moveWeight(Int)
    case setWeight(Int)
    case equalWeights
    case resetWeights
    case undo
    case setGuard
    case allowChanges(Bool)
    case answerYes, answerNo, otherAnswer
    case select, filter
    case save, copyName, copyJSON
    case theme
    case suspend
    case quit
}

package enum Direction: Hashable, Sendable, CaseIterable {
    case up, down, left, right
}
