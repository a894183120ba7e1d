import MeshModel
import Quantities
import TraceModel

extension Model {
    // MARK: Opening

    /// The trace that is open, or under the cursor of the list.
    private var traceAtHand: TraceID? {
        switch screen {
        case .waterfall(let id), .compare(let id, _), .flame(.one(let id)), .statistics(.one(let id)): id
        case .traces: traces?.selected?.id
        default: nil
        }
    }

    /// Compares the trace at hand with the one that is marked, or with others of its shape.
    mutating func compareTraces(_ effects: inout [Effect]) {
        guard let id = traceAtHand else { return }
        openAnalysis(.compare(id, with: markedTrace == id ? nil : markedTrace), &effects)
    }

    /// Of the trace that is open; of all listed ones on the list.
    mutating func showFlame(_ effects: inout [Effect]) {
        guard let set = traceSetAtHand else { return }
        openAnalysis(.flame(set), &effects)
    }

    mutating func showStatistics(_ effects: inout [Effect]) {
        guard let set = traceSetAtHand else { return }
        openAnalysis(.statistics(set), &effects)
    }

    /// Made anew, whatever it showed before: the list may be another one by now.
    private mutating func openAnalysis(_ next: Screen, _ effects: inout [Effect]) {
        guard next != screen else { return }
        analysis = nil
        show(next, &effects)
    }

    private var traceSetAtHand: TraceSet? {
        switch screen {
        case .traces: .listed
        case .waterfall(let id), .compare(let id, _): .one(id)
        case .flame(let set), .statistics(let set): set
        default: nil
        }
    }

    /// Asks for the traces that the screen is made of, unless they are here.
    mutating func enterAnalysis(_ effects: inout [Effect]) {
        guard analysis?.screen != screen else { return }
        loadAnalysis(&effects)
    }

    mutating func loadAnalysis(_ effects: inout [Effect]) {
        let listed = (traces?.shown ?? []).map(\.id)
        let wanted: [TraceID] =
            switch screen {
            case .compare(let id, with: let other?): [id, other]
            case .compare(let id, with: nil): [id] + listed.filter { $0 != id }
            case .flame(.one(let id)), .statistics(.one(let id)): [id]
            case .flame(.listed), .statistics(.listed): listed
            default: []
            }
        analysisQuestions += 1
        var state = AnalysisState(
            screen: screen, wanted: Array(wanted.prefix(TraceShelf.limit)), question: analysisQuestions)
        if screen.isStatistics {
            state.table = TableState(sortColumn: StatisticsColumn.share.rawValue, isDescending: true)
        }
        if state.wanted.isEmpty { state.answer = .failed("no trace is listed") }
        analysis = state
        guard !state.wanted.isEmpty else { return }
        effects.append(.loadTraces(state.wanted, question: -analysisQuestions))
    }

    /// Questions of these screens have negative numbers; those of the list's own traces positive ones.
    mutating func takeAnalysis(question: Int, _ result: Result<[Trace], ConsoleFailure>) {
        guard let state = analysis, question == -state.question else { return }
        switch result {
        case .success(let list):
            let answer = content(of: state, list)
            analysis?.answer = answer
        case .failure(let failure): analysis?.answer = .failed(failure.message)
        }
        revealRows()
    }

    private func content(of state: AnalysisState, _ list: [Trace]) -> AnalysisState.Answer {
        guard let first = state.wanted.first, !list.isEmpty else {
            return .failed("none of these traces is kept any more")
        }
        switch state.screen {
        case .compare(let id, let other):
            guard let trace = list.first(where: { $0.id == id }) else {
                return .failed("trace \(first) is not kept any more")
            }
            return compared(trace, with: other, list)
        case .flame: return .ready(.flame(FlameView(list, names: spanNames)))
        case .statistics: return .ready(.statistics(StatisticsView(TraceStatistics(list, names: spanNames))))
        default: return .failed("")
        }
    }

    private func compared(_ trace: Trace, with other: TraceID?, _ list: [Trace]) -> AnalysisState.Answer {
        if let other {
            guard let base = list.first(where: { $0.id == other }) else {
                return .failed("the marked trace is not kept any more")
            }
            return .ready(.comparison(CompareView(trace, with: base, names: spanNames)))
        }
        guard let view = CompareView(trace, among: list, names: spanNames) else {
            return .failed("no other listed trace begins like it; m marks one to compare with")
        }
        return .ready(.comparison(view))
    }

    // MARK: Moving

    mutating func moveInAnalysis(by step: Int) {
        guard let state = analysis else { return }
        if state.flame != nil { return }
        analysis?.table.move(by: step, rows: state.rowCount)
    }

    mutating func moveInFlame(_ direction: Direction) {
        guard var state = analysis, var flame = state.flame else { return }
        flame.move(direction)
        state.answer = .ready(.flame(flame))
        analysis = state
    }

    mutating func selectInFlame(_ box: Int) {
        guard var state = analysis, var flame = state.flame else { return }
        flame.select(box)
        state.answer = .ready(.flame(flame))
        analysis = state
    }

    /// Zooms to the box under the cursor, or out again.
    mutating func zoomFlame(out: Bool = false) {
        guard var state = analysis, var flame = state.flame else { return }
        if out { flame.zoomOut() } else { flame.zoomIn() }
        state.answer = .ready(.flame(flame))
        analysis = state
    }

    /// Opens the span of a comparison's row, or the slowest of an operation, in its waterfall.
    mutating func openAnalysisRow(_ effects: inout [Effect]) {
        guard let state = analysis else { return }
        let row = state.table.cursor
        if let view = state.comparison, view.rows.indices.contains(row) {
            guard let span = view.rows[row].span else { return say(.info, "this span is missing here") }
            open(SpanPlace(trace: view.trace, span: span), &effects)
        } else if let view = state.statistics, view.rows.indices.contains(row) {
            open(view.rows[row].slowest, &effects)
        }
    }

    private mutating func open(_ place: SpanPlace, _ effects: inout [Effect]) {
        spanToOpen = place
        show(.waterfall(place.trace), &effects)
        goToWantedSpan()
    }

    /// Puts the cursor on the span that was wanted, once its trace is here.
    mutating func goToWantedSpan() {
        guard let place = spanToOpen, screen == .waterfall(place.trace), let loaded = waterfall?.waterfall else {
            return
        }
        spanToOpen = nil
        if let row = loaded.rows.firstIndex(where: { $0.span.id == place.span }) { waterfall?.go(to: row) }
        revealRows()
    }

    mutating func sortStatistics(byColumn column: Int) {
        guard var state = analysis, var view = state.statistics, let chosen = StatisticsColumn(rawValue: column) else {
            return
        }
        state.table.sort(by: column, descendingFirst: chosen.isNumeric)
        view.sort(by: chosen, isDescending: state.table.isDescending)
        state.answer = .ready(.statistics(view))
        analysis = state
    }
}
