import MeshModel
import Quantities
package import TraceModel

/// The list of traces for what was selected when it was opened.
package struct TracesState: Sendable {
    package enum Answer: Sendable {
        case asking
        case found([TraceSummary])
        case failed(String)
    }

    /// Whose traces: nothing for the whole mesh.
    package var scope: Selection?
    /// The scope in words.
    package var title: String
    package var query: TraceQuery
    /// Counts the questions, so that a late answer to an old one is not shown.
    package var question: Int
    package var answer: Answer = .asking
    package var table = TableState(sortColumn: 0, isDescending: true)
    /// Rows as shown: positions in the found list, sorted and filtered.
    package var rows: [Int] = []

    package var summaries: [TraceSummary] {
        if case .found(let list) = answer { list } else { [] }
    }
}

/// One trace being read.
package struct WaterfallState: Sendable {
    package enum Answer: Sendable {
        case asking
        case loaded(Waterfall)
        case failed(String)
    }

    package let id: TraceID
    package var answer: Answer = .asking
    package var cursor = 0
    package var offset = 0

    package var waterfall: Waterfall? {
        if case .loaded(let waterfall) = answer { waterfall } else { nil }
    }
}
