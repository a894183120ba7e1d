import Quantities
import TerminalUI
package import TraceModel

/// A trace ready to be drawn: the rows of its tree, with the lines that lead to them and the pieces of time in which
/// everything waited for them.
package struct Waterfall: Sendable {
    package struct Row: Sendable {
        package let row: TraceTree.Row
        /// The span's service as the graph names it.
        let service: String
        /// What it did, in few words.
        let operation: String
        /// For every level above the parent's: whether that level's line goes on below this row.
        let guides: [Bool]
        /// When the trace waited for this span itself and not for one of its children, from the start of the trace.
        let waits: [Range<Duration>]

        package var span: Span { row.span }
    }

    /// Lines are drawn for so many levels; the names of a deeper tree stay readable because its indent ends here.
    static let shownDepth = 12

    package let trace: Trace
    package let rows: [Row]
    package let duration: Duration

    init(_ trace: Trace, mesh: MeshIndex? = nil, arrow: String = Signs(.unicode).arrow) {
        let tree = TraceTree(trace)
        self.trace = trace
        duration = tree.duration
        var open: [Bool] = []
        rows = tree.rows.enumerated().map { index, row in
            // `open[level]` says whether more siblings come at that level.
            open.removeSubrange(min(row.depth, open.count)...)
            let guides = Array(open.dropFirst().suffix(Waterfall.shownDepth))
            open.append(!row.isLastSibling)
            let service = mesh?.shortService(row.span.service) ?? row.span.service
            return Row(
                row: row, service: service, operation: OperationName.of(row.span, in: mesh, arrow: arrow),
                guides: guides, waits: Waterfall.waits(for: index, in: tree.rows))
        }
    }

    /// The span's time without that of its children on the critical path, which follow it in the tree.
    private static func waits(for index: Int, in rows: [TraceTree.Row]) -> [Range<Duration>] {
        let row = rows[index]
        guard row.isOnCriticalPath else { return [] }
        var waits: [Range<Duration>] = []
        var moment = row.offset
        let end = row.offset + max(.zero, row.span.duration)
        let children = rows[(index + 1)...].prefix { $0.depth > row.depth }
        for child in children where child.depth == row.depth + 1 && child.isOnCriticalPath {
            if moment < child.offset { waits.append(moment..<min(child.offset, end)) }
            moment = max(moment, child.offset + max(.zero, child.span.duration))
            if moment >= end { return waits }
        }
        waits.append(moment..<end)
        return waits
    }
}
