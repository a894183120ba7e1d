import Quantities
import TraceModel

/// What `meshtop traces` and `meshtop trace ID` print.
enum TraceText {
    static func list(_ traces: [TraceSummary]) -> String {
        var table = TextTable([
            .init("TRACE"), .init("START"), .init("DURATION", .right), .init("SPANS", .right), .init("ERRORS", .right),
            .init("ROOT"),
        ])
        for trace in traces {
            table.append([
                trace.id.description, trace.start.rfc3339, Humane.milliseconds(trace.duration.milliseconds),
                String(trace.spanCount), String(trace.errorCount), "\(trace.rootService) \(trace.rootName)",
            ])
        }
        return table.text
    }
}

extension TraceText {
    /// The trace as an indented tree with times; `*` marks what the whole duration hangs on, `!` what failed, and `?`
    /// what cannot be right, with what is wrong with it.
    static func waterfall(_ trace: Trace) -> String {
        let tree = TraceTree(trace)
        var table = TextTable([
            .init("SPAN"), .init("SERVICE"), .init("KIND"), .init("START", .right), .init("DURATION", .right),
            .init("SELF", .right), .init(""),
        ])
        for row in tree.rows {
            table.append([
                String(repeating: "  ", count: min(row.depth, 32)) + row.span.name, row.span.service,
                "\(row.span.kind)", "+" + Humane.milliseconds(row.offset.milliseconds),
                Humane.milliseconds(row.span.duration.milliseconds), Humane.milliseconds(row.selfTime.milliseconds),
                marks(row),
            ])
        }
        let summary = trace.summary
        return "trace \(trace.id)  \(Humane.milliseconds(tree.duration.milliseconds))  \(summary.spanCount) spans"
            + "  \(summary.errorCount) errors  \(summary.start.rfc3339)\n" + table.text
    }

    private static func marks(_ row: TraceTree.Row) -> String {
        let marks = (row.isOnCriticalPath ? "*" : " ") + (row.span.status == .error ? "!" : "")
        let oddities = row.span.oddities
        guard !oddities.isEmpty else { return marks }
        var words = oddities.subtracting(.isMoved).words
        if oddities.contains(.isMoved) {
            let sign = row.skew < .zero ? "-" : "+"
            words.append("clock corrected by \(sign)\(Humane.milliseconds(abs(row.skew.milliseconds)))")
        }
        return marks + "? " + words.joined(separator: ", ")
    }
}
