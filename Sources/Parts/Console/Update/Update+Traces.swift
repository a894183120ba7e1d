import MeshModel
import TraceModel

extension Model {
    /// Opens the list of traces of what is selected; asks only when it is about something else than before.
    mutating func showTraces(_ effects: inout [Effect]) {
        chooseRowUnderCursor()
        prepareTraces(&effects)
        show(.traces, &effects)
    }

    /// Asks for the traces of what is selected.
    mutating func prepareTraces(_ effects: inout [Effect]) {
        let scope = selection
        if traces == nil || traces?.scope != scope {
            let (query, title) = traceQuery(of: scope)
            var table = TableState(sortColumn: TraceColumn.start.rawValue, isDescending: true)
            if let old = traces?.table { (table.sortColumn, table.isDescending) = (old.sortColumn, old.isDescending) }
            traces = TracesState(scope: scope, title: title, query: query, question: 0, table: table)
            askForTraces(&effects)
        } else {
            askForTraces(&effects)
        }
    }

    mutating func askForTraces(_ effects: inout [Effect]) {
        guard traces != nil else { return }
        traceQuestions += 1
        traces?.question = traceQuestions
        // What is on the screen stays until the answer is there; only an empty list says that it is asking.
        if traces?.summaries.isEmpty ?? true { traces?.answer = .asking }
        if let query = traces?.query { effects.append(.findTraces(query, question: traceQuestions)) }
    }

    mutating func toggleErrorsOnly(_ effects: inout [Effect]) {
        guard screen == .traces else { return }
        traces?.query.errorsOnly.toggle()
        askForTraces(&effects)
    }

    mutating func takeTraces(question: Int, _ result: Result<[TraceSummary], ConsoleFailure>) {
        guard traces?.question == question else { return }
        switch result {
        case .success(let list): traces?.answer = .found(list)
        case .failure(let failure): traces?.answer = .failed(failure.message)
        }
        refreshTraceRows()
    }

    mutating func openSelectedTrace(_ effects: inout [Effect]) {
        guard let traces, traces.rows.indices.contains(traces.table.cursor) else { return }
        show(.waterfall(traces.summaries[traces.rows[traces.table.cursor]].id), &effects)
    }

    mutating func takeTrace(_ id: TraceID, _ result: Result<Trace, ConsoleFailure>) {
        guard waterfall?.id == id else { return }
        switch result {
        case .success(let trace): waterfall?.answer = .loaded(Waterfall(trace, mesh: mesh, arrow: Signs(glyphs).arrow))
        case .failure(let failure): waterfall?.answer = .failed(failure.message)
        }
        waterfall?.cursor = 0
        waterfall?.offset = 0
        revealRows()
    }

    /// Which traces tell about `scope`, and how a person says that.
    private func traceQuery(of scope: Selection?) -> (TraceQuery, title: String) {
        switch scope {
        case .node(let id):
            guard let node = mesh?.node(id) else { break }
            return (TraceQuery(service: traceName(of: node)), node.title)
        case .edge(let id):
            guard let edge = mesh?.edge(id), let source = mesh?.node(edge.source), let target = mesh?.node(edge.target)
            else { break }
            return (
                TraceQuery(service: traceName(of: source), calledService: traceName(of: target)),
                "\(source.title) → \(target.title)"
            )
        case nil: break
        }
        return (TraceQuery(), "the whole mesh")
    }

    /// The name that spans carry for `node`.
    private func traceName(of node: MeshNode) -> String? {
        switch node.kind {
        case .unknown: nil
        case .external: node.service ?? node.app ?? node.title
        case .app, .service, .workload, .operation: node.app ?? node.service ?? node.workload
        }
    }
}
