import TerminalUI

/// Where everything goes for a screen of some size. Update and view both ask here, so a row that is clicked is the row
/// that was drawn.
struct ScreenGeometry: Hashable, Sendable {
    /// Below this there is one sentence only.
    static let minimum = (width: 40, height: 12)

    enum PanePlace: Hashable, Sendable {
        case beside, below
    }

    let header: Rect
    let body: Rect
    let footer: Rect
    /// Where the picture of the mesh goes: the body without its pane.
    let graph: Rect
    /// What explains the selection; nothing when there is no room or no wish for it.
    let pane: Rect?
    let panePlace: PanePlace
    /// The rows of the open table, without its column titles.
    let rows: Rect

    init(width: Int, height: Int, screen: Screen, showsPane: Bool) {
        let headerHeight = height >= 16 ? 2 : 1
        header = Rect(x: 0, y: 0, width: width, height: headerHeight)
        body = Rect(x: 0, y: headerHeight, width: width, height: height - headerHeight - 1)
        footer = Rect(x: 0, y: max(0, height - 1), width: width, height: 1)
        panePlace = width >= 150 ? .beside : .below

        let wantsPane =
            switch screen {
            case .graph, .waterfall: showsPane
            case .services, .workloads, .edges, .detail, .traces, .compare, .flame, .statistics, .canary, .help,
                .config, .overview, .security, .mesh, .log:
                false
            }
        var rest = body
        if !wantsPane || body.height < 13 {
            pane = nil
        } else if panePlace == .beside {
            let paneWidth = min(48, max(40, width / 5))
            pane = Rect(x: width - paneWidth, y: body.y, width: paneWidth, height: body.height)
            rest = body.inset(right: paneWidth + 1)
        } else {
            let paneHeight = min(12, max(6, body.height / 4 + 1))
            pane = Rect(x: 0, y: body.maxY - paneHeight, width: width, height: paneHeight)
            rest = body.inset(bottom: paneHeight)
        }
        graph = rest
        // The waterfall has its ruler, the tables their column titles, and help nothing above the rows.
        let titles: Int =
            switch screen {
            case .services, .workloads, .edges: 1
            case .traces: 1 + TracesScreen.scatterHeight(bodyHeight: body.height, isShown: showsPane)
            case .waterfall: WaterfallScreen.titles(bodyHeight: body.height)
            case .compare: CompareScreen.titles
            case .flame: FlameScreen.titles
            case .statistics: StatisticsScreen.titles
            case .config(let place): ConfigScreen.titles(place)
            case .graph, .detail, .canary, .help, .overview, .security, .mesh, .log: 0
            }
        var margins = (right: 0, bottom: 0)
        if let place = screen.configPlace { margins = ConfigScreen.margins(place, body: body) }
        rows = rest.inset(top: titles, right: margins.right, bottom: margins.bottom)
    }
}

extension Model {
    var geometry: ScreenGeometry {
        ScreenGeometry(
            width: size.width, height: size.height, screen: screen,
            showsPane: screen == .traces ? showsScatter : showsPane)
    }

    /// Whether there is room for more than a sentence.
    var isTooSmall: Bool { size.width < ScreenGeometry.minimum.width || size.height < ScreenGeometry.minimum.height }
}
