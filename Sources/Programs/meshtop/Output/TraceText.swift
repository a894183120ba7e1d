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
    /// The trace as an indented tree with times; `*` marks what the whole duration hangs on, `!` what failed.
    static func waterfall(_ trace: Trace) -> String {
        var table = TextTable([
            .init("SPAN"), .init("SERVICE"), .init("KIND"), .init("START", .right), .init("DURATION", .right),
            .init("SELF", .right), .init(""),
        ])
        for row in TraceTree(trace).rows {
            let marks = (row.isOnCriticalPath ? "*" : " ") + (row.span.status == .error ? "!" : "")
            table.append([
                String(repeating: "  ", count: min(row.depth, 32)) + row.span.name, row.span.service,
                "\(row.span.kind)", "+" + Humane.milliseconds(row.offset.milliseconds),
                Humane.milliseconds(row.span.duration.milliseconds), Humane.milliseconds(row.selfTime.milliseconds),
                marks,
            ])
        }
        let summary = trace.summary
        return "trace \(trace.id)  \(Humane.milliseconds(summary.duration.milliseconds))  \(summary.spanCount) spans"
            + "  \(summary.errorCount) errors  \(summary.start.rfc3339)\n" + table.text
    }
}
