import Quantities
package import TraceModel

/// Which traces something is told about.
package enum TraceSet: Hashable, Sendable {
    case one(TraceID)
    /// All that the list shows.
    case listed
}

/// A screen that is made of whole traces: a comparison, a flame graph or statistics.
struct AnalysisState: Sendable {
    enum Answer: Sendable {
        case asking
        case ready(Content)
        case failed(String)
    }

    enum Content: Sendable {
        case comparison(CompareView)
        case flame(FlameView)
        case statistics(StatisticsView)
    }

    /// The screen that it belongs to.
    let screen: Screen
    /// The traces that it needs, in the order in which they were asked for.
    let wanted: [TraceID]
    let question: Int
    var answer: Answer = .asking
    var table = TableState(sortColumn: 0, isDescending: true)

    var comparison: CompareView? { if case .ready(.comparison(let view)) = answer { view } else { nil } }
    var flame: FlameView? { if case .ready(.flame(let view)) = answer { view } else { nil } }
    var statistics: StatisticsView? { if case .ready(.statistics(let view)) = answer { view } else { nil } }

    /// Rows that the cursor moves over.
    var rowCount: Int { comparison?.rows.count ?? statistics?.rows.count ?? 0 }
}
