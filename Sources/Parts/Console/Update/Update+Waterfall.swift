import MeshModel
import TerminalUI
import TraceModel

extension Model {
    mutating func takeTrace(_ id: TraceID, _ result: Result<Trace, ConsoleFailure>) {
        guard waterfall?.id == id else { return }
        switch result {
        case .success(let trace):
            let before = waterfall?.selected
            let isAnew = waterfall?.waterfall == nil
            let loaded = Waterfall(trace, names: spanNames)
            waterfall?.load(loaded)
            // Whoever opens a trace that failed looks for what failed; the deepest has the cause.
            if let row = isAnew ? loaded.culprit : before { waterfall?.go(to: row) }
        case .failure(let failure): waterfall?.answer = .failed(failure.message)
        }
        revealRows()
        goToWantedSpan()
    }

    // MARK: Jumps

    mutating func jump(_ target: SpanJump, step: Int) {
        guard screen.isWaterfall, let state = waterfall, let loaded = state.waterfall else { return }
        let next: Int?
        switch target {
        case .error: next = state.next(of: loaded.errors, step: step)
        case .critical: next = state.next(of: loaded.critical, step: step)
        case .match: next = state.next(of: state.matches, step: step)
        case .slowest:
            let place = state.selected.flatMap { row in loaded.slowest.firstIndex(of: row) }
            // The first press goes to the very slowest; from there on to the next slower ones.
            let isWalking = place.map { loaded.slowest[$0] == lastSlowest } ?? false
            let wanted = isWalking ? (place ?? 0) + step : 0
            next = loaded.slowest.indices.contains(wanted) ? loaded.slowest[wanted] : loaded.slowest.first
            lastSlowest = next
        }
        guard let next else { return say(.info, target.absence) }
        waterfall?.go(to: next)
        revealRows()
    }

    // MARK: Folds

    mutating func fold(_ change: SpanFold) {
        guard screen.isWaterfall, let state = waterfall, let row = state.selected, let loaded = state.waterfall else {
            return
        }
        switch change {
        case .toggle: waterfall?.fold(row)
        case .all: waterfall?.foldAll()
        case .close:
            // What has nothing to fold leads to what it stands below.
            let isOpen = loaded.rows[row].row.hasChildren && !state.isFolded(row)
            if isOpen {
                waterfall?.fold(row, true)
            } else if let above = loaded.rows[row].parent {
                waterfall?.go(to: above)
            }
        case .open:
            if state.isFolded(row) {
                waterfall?.fold(row, false)
            } else if loaded.rows[row].row.hasChildren {
                waterfall?.go(to: row + 1)
            }
        }
        revealRows()
    }

    // MARK: Time

    mutating func zoom(_ change: SpanZoom) {
        guard screen.isWaterfall else { return }
        switch change {
        case .closer: waterfall?.zoom(by: 0.5)
        case .wider: waterfall?.zoom(by: 2)
        case .earlier: waterfall?.pan(by: -0.25)
        case .later: waterfall?.pan(by: 0.25)
        case .all: waterfall?.showAll()
        case .span: waterfall?.zoomToSelected()
        }
    }
}

/// Where to jump in a waterfall.
package enum SpanJump: Hashable, Sendable {
    case error, critical, slowest, match

    var absence: String {
        switch self {
        case .error: "no span of this trace failed"
        case .critical: "no span held up the answer"
        case .slowest: "there is no span"
        case .match: "nothing is looked for; / does"
        }
    }
}

package enum SpanFold: Hashable, Sendable {
    case toggle, all, close, open
}

package enum SpanZoom: Hashable, Sendable {
    case closer, wider, earlier, later, all, span
}

extension Screen {
    var isWaterfall: Bool { if case .waterfall = self { true } else { false } }
    var isStatistics: Bool { if case .statistics = self { true } else { false } }
    var isFlame: Bool { if case .flame = self { true } else { false } }
    var isDetail: Bool { if case .detail = self { true } else { false } }
}
