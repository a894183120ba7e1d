import MeshModel
import Quantities
import TraceModel

extension Model {
    /// Opens the list of traces of what is selected.
    mutating func showTraces(_ effects: inout [Effect]) {
        chooseRowUnderCursor()
        prepareTraces(&effects)
        show(.traces, &effects)
    }

    /// Asks for the traces of what is selected.
    mutating func prepareTraces(_ effects: inout [Effect]) {
        if traces == nil || traces?.scope != selection || traces?.cut != nil { traces = freshTraces(of: selection) }
        askForTraces(&effects)
    }

    /// Opens the traces behind a cell of a heatmap or a point of a chart: what failed first.
    mutating func showTraces(in cut: TraceCut, _ effects: inout [Effect]) {
        var state = freshTraces(of: selection)
        state.cut = cut
        (state.table.sortColumn, state.table.isDescending) = (TraceColumn.errors.rawValue, true)
        traces = state
        askForTraces(&effects)
        show(.traces, &effects)
    }

    private func freshTraces(of scope: Selection?) -> TracesState {
        let (query, title) = traceQuery(of: scope)
        var table = TableState(sortColumn: TraceColumn.start.rawValue, isDescending: true)
        if let sort = traceSort {
            (table.sortColumn, table.isDescending) = (sort.column, sort.isDescending)
        } else if isFailing(scope) {
            // Whoever comes from a red edge looks for what failed.
            table.sortColumn = TraceColumn.errors.rawValue
        }
        return TracesState(scope: scope, title: title, query: query, question: 0, table: table)
    }

    private func isFailing(_ scope: Selection?) -> Bool {
        switch scope {
        case .node(let id): (mesh?.node(id)?.health ?? .unknown) >= .degraded
        case .edge(let id): (mesh?.edge(id)?.health ?? .unknown) >= .degraded
        case nil: false
        }
    }

    // MARK: Asking

    mutating func askForTraces(_ effects: inout [Effect]) {
        guard let query = traceQueryAsked else { return }
        traceQuestions += 1
        traces?.question = traceQuestions
        traces?.isAsking = true
        traces?.askedQuery = query
        // What is on the screen stays until the answer is there; only an empty list says that it is asking.
        if traces?.summaries.isEmpty ?? true { traces?.answer = .asking }
        effects.append(.findTraces(query, question: traceQuestions))
    }

    /// The query as it is put: with what the filter wants, and no later than the moment that is shown.
    private var traceQueryAsked: TraceQuery? {
        guard let state = traces else { return nil }
        var query = state.query
        let filter = state.filter
        query.errorsOnly = query.errorsOnly || filter.errorsOnly
        if query.calledService == nil { query.service = filter.service ?? query.service }
        query.operation = filter.operation
        query.tags = filter.tags
        query.minimumDuration = [filter.minimum, state.cut?.longerThan].compactMap(\.self).max()
        query.maximumDuration = [filter.maximum, state.cut?.atMost].compactMap(\.self).min()
        query.since = state.cut?.from
        query.until = [state.cut?.until, time.isLive ? nil : mesh?.snapshot.time].compactMap(\.self).min()
        return query
    }

    /// Asks again when what is to be asked has changed: another moment is shown, or the filter's line is finished.
    mutating func askForOtherTraces(_ effects: inout [Effect]) {
        guard let traces, showsTraces, traces.askedQuery != traceQueryAsked else { return }
        askForTraces(&effects)
    }

    /// New traces come with new snapshots, one question at a time.
    mutating func followTraces(_ effects: inout [Effect]) {
        guard screen == .traces, let traces, traces.isFollowing, !traces.isAsking, time.isLive else { return }
        askForTraces(&effects)
    }

    private var showsTraces: Bool {
        if case .detail = screen { return true }
        return screen == .traces
    }

    mutating func toggleErrorsOnly(_ effects: inout [Effect]) {
        guard screen == .traces else { return }
        traces?.query.errorsOnly.toggle()
        askForTraces(&effects)
    }

    mutating func toggleFollowing(_ effects: inout [Effect]) {
        guard screen == .traces, let state = traces else { return }
        traces?.isFollowing.toggle()
        guard !state.isFollowing else { return say(.info, "the list stays as it is") }
        // What is new stands on top.
        traces?.table.sortColumn = TraceColumn.start.rawValue
        traces?.table.isDescending = true
        traces?.table.cursor = 0
        traces?.table.offset = 0
        traces?.mode = .list
        refreshTraceRows()
        say(.info, time.isLive ? "new traces come by themselves" : "new traces come when this is live again: L")
        askForTraces(&effects)
    }

    mutating func takeTraces(question: Int, _ result: Result<[TraceSummary], ConsoleFailure>, _ effects: inout [Effect])
    {
        guard let state = traces, state.question == question else { return }
        let id = state.selected?.id
        traces?.isAsking = false
        switch result {
        case .success(let list): traces?.answer = .found(state.cut.map { cut in list.filter(cut.contains) } ?? list)
        case .failure(let failure): traces?.answer = .failed(failure.message)
        }
        refreshTraceRows()
        // The cursor stays on its trace; at the top of a list that is followed it stays at the top.
        if !(state.isFollowing && state.table.cursor == 0), let id { moveTraceCursor(to: id) }
        if traces?.mode == .shapes { fetchListed(&effects) }
    }

    /// Puts the cursor on a trace, if it is in the list.
    mutating func moveTraceCursor(to id: TraceID) {
        guard let state = traces, state.mode == .list else { return }
        let summaries = state.summaries
        guard let row = state.rows.firstIndex(where: { summaries[$0].id == id }) else { return }
        traces?.table.cursor = row
        revealTraces()
    }

    // MARK: Moving

    /// To the trace that began before, or after, the one under the cursor.
    mutating func moveInTime(_ step: Int) {
        guard let state = traces, state.mode == .list, let selected = state.selected else { return }
        let shown = state.shown
        let order = shown.indices.sorted { (shown[$0].start, $0) < (shown[$1].start, $1) }
        guard let place = order.firstIndex(where: { shown[$0].id == selected.id }) else { return }
        let next = order[min(max(0, place + step), order.count - 1)]
        traces?.table.cursor = next
        revealTraces()
    }

    /// How many rows the list has.
    var traceRowCount: Int { (traces?.mode == .shapes ? traces?.shapes.count : traces?.rows.count) ?? 0 }

    // MARK: Marks and modes

    mutating func markTrace() {
        let id = screen.isWaterfall ? waterfall?.id : traces?.selected?.id
        guard let id else { return }
        markedTrace = markedTrace == id ? nil : id
        say(.info, markedTrace == nil ? "no trace is marked" : "marked; = on another trace compares the two")
    }

    /// From one row for each trace to one for each shape, and back.
    mutating func changeTraceMode(_ effects: inout [Effect]) {
        guard screen == .traces, let state = traces else { return }
        traces?.mode = state.mode == .list ? .shapes : .list
        traces?.table.cursor = 0
        traces?.table.offset = 0
        if state.mode == .list {
            traces?.shape = nil
            refreshTraceRows()
            fetchListed(&effects)
            refreshShapes()
        }
    }

    /// Groups what is listed and here.
    mutating func refreshShapes() {
        guard let state = traces, state.mode == .shapes else { return }
        let shown = Set(state.shown.map(\.id))
        let names = spanNames
        traces?.shapes = TraceShape.all(
            in: shelf.traces.filter { shown.contains($0.id) }, names: names)
        revealTraces()
    }

    /// Opens a shape: the list of its traces.
    private mutating func openShape() {
        guard let state = traces, state.shapes.indices.contains(state.table.cursor) else { return }
        traces?.shape = state.shapes[state.table.cursor]
        traces?.mode = .list
        traces?.table.cursor = 0
        traces?.table.offset = 0
        refreshTraceRows()
    }

    /// Goes from the traces of a shape, or from the shapes, back to all; tells whether there was a way.
    mutating func leaveShape() -> Bool {
        guard screen == .traces, let state = traces, state.mode == .shapes || state.shape != nil else { return false }
        traces?.mode = state.shape == nil ? .list : .shapes
        traces?.shape = nil
        traces?.table.cursor = 0
        traces?.table.offset = 0
        refreshTraceRows()
        refreshShapes()
        return true
    }

    // MARK: Opening

    mutating func openSelectedTrace(_ effects: inout [Effect]) {
        if traces?.mode == .shapes { return openShape() }
        guard let selected = traces?.selected else { return }
        show(.waterfall(selected.id), &effects)
        // What its spans are compared with.
        fetchListed(&effects)
    }

    /// Which traces tell about `scope`, and how a person says that.
    private func traceQuery(of scope: Selection?) -> (TraceQuery, title: String) {
        switch scope {
        case .node(let id):
            guard let node = mesh?.node(id) else { break }
            return (TraceQuery(service: node.traceName), node.title)
        case .edge(let id):
            guard let edge = mesh?.edge(id), let source = mesh?.node(edge.source), let target = mesh?.node(edge.target)
            else { break }
            return (
                TraceQuery(service: source.traceName, calledService: target.traceName),
                "\(source.title) → \(target.title)"
            )
        case nil: break
        }
        return (TraceQuery(), "the whole mesh")
    }
}

extension MeshNode {
    /// The name that spans carry for it.
    var traceName: String? {
        switch kind {
        case .unknown: nil
        case .external: service ?? app ?? title
        case .app, .service, .workload, .operation: app ?? service ?? workload
        }
    }
}
