import MeshModel

extension Model {
    private static let deepestScreens = 12

    /// Opens `next` on top, or goes back to it when it is already open below.
    mutating func show(_ next: Screen, _ effects: inout [Effect]) {
        guard next != screen else { return }
        let leaving = screen
        if let index = screens.firstIndex(of: next) {
            screens.removeSubrange((index + 1)...)
        } else {
            // Help is about the screen below it and never stays under another one.
            if case .help = leaving { screens.removeLast() }
            // One list after the other is no way in: they take each other's place above the graph.
            if next.isList { screens.removeSubrange(1...) }
            screens.append(next)
            // From page to page to page: the way back is as long as anybody remembers it.
            if screens.count > Model.deepestScreens { screens.remove(at: 1) }
        }
        if case .help = leaving {} else { previousScreen = leaving }
        helpOffset = 0
        columnCursor = nil
        enter(&effects)
    }

    /// Brings the state of the screen that is now open up to date.
    private mutating func enter(_ effects: inout [Effect]) {
        switch screen {
        case .graph:
            reveal()
        case .services, .workloads, .edges: refreshTable(following: true)
        case .detail(let subject): enterDetail(subject, &effects)
        case .traces: if traces == nil { showTraces(&effects) }
        case .waterfall(let id):
            if waterfall?.id != id {
                waterfall = WaterfallState(id: id)
                effects.append(.loadTrace(id))
            }
        case .compare, .flame, .statistics: enterAnalysis(&effects)
        case .canary(let service):
            if canary?.service != service, let split = split(of: service) { canary = CanaryState(split) }
        case .config(let place): enterConfig(place, &effects)
        case .overview, .security, .mesh, .log:
            refreshSights()
            followControl(&effects)
        case .help: break
        }
    }

    /// One level out. At the graph there is nothing left to leave, and Esc never quits.
    mutating func back(_ effects: inout [Effect]) {
        toast = nil
        if columnCursor != nil {
            columnCursor = nil
            return
        }
        if screen.isDetail, detail?.cell != nil {
            detail?.cell = nil
            return
        }
        if case .flame = screen, analysis?.flame?.isZoomed ?? false { return zoomFlame(out: true) }
        if clearGraphFilter() { return }
        if !currentFilter.isEmpty {
            setFilter("")
            return
        }
        if leaveShape() { return }
        guard screens.count > 1 else { return }
        previousScreen = screen
        screens.removeLast()
        if case .help? = previousScreen { previousScreen = nil }
        enter(&effects)
    }
}
