import MeshModel
package import Quantities
package import TraceModel

/// The list of traces for what was selected when it was opened.
package struct TracesState: Sendable {
    package enum Answer: Sendable {
        case asking
        case found([TraceSummary])
        case failed(String)
    }

    /// One row for each trace, or for all traces of one shape.
    package enum Mode: Hashable, Sendable {
        case list, shapes
    }

    /// Whose traces: nothing for the whole mesh.
    package var scope: Selection?
    /// The scope in words.
    package var title: String
    /// Without what the filter asks for.
    package var query: TraceQuery
    /// Only those that began then and took so long, when they were opened from a chart; in words, too.
    package var cut: TraceCut?
    /// Counts the questions, so that a late answer to an old one is not shown.
    package var question: Int
    /// What was asked last.
    var askedQuery: TraceQuery?
    /// Whether the newest question is still open.
    package var isAsking = false
    package var answer: Answer = .asking
    package var mode = Mode.list
    /// Whether new traces come by themselves.
    package var isFollowing = false
    package var table = TableState(sortColumn: 0, isDescending: true)
    /// Rows as shown: positions in the found list, sorted and filtered.
    package var rows: [Int] = []
    /// The shapes of what is listed, when the rows are those.
    var shapes: [TraceShape] = []
    /// Only traces of this shape, when one was opened.
    var shape: TraceShape?

    package var summaries: [TraceSummary] {
        if case .found(let list) = answer { list } else { [] }
    }

    var filter: TraceFilter { TraceFilter(table.filter) }

    /// The trace under the cursor.
    package var selected: TraceSummary? {
        mode == .list && rows.indices.contains(table.cursor) ? summaries[rows[table.cursor]] : nil
    }

    /// The traces that are shown, in their order on the screen.
    var shown: [TraceSummary] {
        let summaries = summaries
        return rows.map { summaries[$0] }
    }
}

/// A piece of time and of latency, as a cell of a heatmap or a point of a chart is.
package struct TraceCut: Hashable, Sendable {
    package var from: WallTime
    package var until: WallTime
    /// Longer than this, and no longer than that; nothing where there is no bound.
    package var longerThan: Duration?
    package var atMost: Duration?

    /// `14:03:20 to 14:03:25, 100 ms to 250 ms`
    func words(_ utcOffset: Duration) -> String {
        let time = "\(Field.timeOfDay(from, utcOffset)) to \(Field.timeOfDay(until, utcOffset))"
        let bounds =
            switch (longerThan, atMost) {
            case (nil, nil): ""
            case (nil, let most?): ", up to \(Field.duration(most))"
            case (let least?, nil): ", over \(Field.duration(least))"
            case (let least?, let most?): ", \(Field.duration(least)) to \(Field.duration(most))"
            }
        return time + bounds
    }

    func contains(_ trace: TraceSummary) -> Bool {
        guard trace.start >= from, trace.start <= until else { return false }
        if let longerThan, trace.duration <= longerThan { return false }
        return atMost.map { trace.duration <= $0 } ?? true
    }
}
