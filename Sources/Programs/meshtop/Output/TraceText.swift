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
    static func dependencies(_ links: [TraceDependency]) -> String {
        var table = TextTable([
            .init("SOURCE"), .init("TARGET"), .init("CALLS", .right), .init("ERRORS", .right),
        ])
        for link in links {
            table.append([link.caller, link.called, String(link.callCount), link.errorCount.map(String.init) ?? "-"])
        }
        return table.text
    }

    /// Traces of one shape – the same spans below the same ones – in one row.
    static func shapes(_ shapes: [TraceShape]) -> String {
        var table = TextTable([
            .init("TRACES", .right), .init("FAILED", .right), .init("P50", .right), .init("P95", .right),
            .init("SPANS", .right), .init("ROOT"), .init("THROUGH"),
        ])
        for shape in shapes {
            table.append([
                String(shape.count), Humane.percent(shape.failedShare),
                Humane.milliseconds(shape.quantile(0.5).milliseconds),
                Humane.milliseconds(shape.quantile(0.95).milliseconds), String(shape.spans),
                "\(shape.service) \(shape.operation)", shape.services.joined(separator: " "),
            ])
        }
        return table.text
    }

    /// Spans by service and operation, what held up the answers most first.
    static func statistics(_ statistics: TraceStatistics) -> String {
        var table = TextTable([
            .init("SERVICE"), .init("OPERATION"), .init("SPANS", .right), .init("FAILED", .right), .init("P50", .right),
            .init("P95", .right), .init("TOTAL", .right), .init("SELF", .right), .init("CRITICAL", .right),
        ])
        for row in statistics.rows {
            table.append([
                row.service, row.operation, String(row.count), String(row.errors),
                Humane.milliseconds(row.p50.milliseconds), Humane.milliseconds(row.p95.milliseconds),
                Humane.milliseconds(row.total.milliseconds), Humane.milliseconds(row.own.milliseconds),
                Humane.percent(row.critical),
            ])
        }
        return "\(statistics.traces) traces  \(statistics.spans) spans\n" + table.text
    }

    /// What the whole duration hung on, stretch by stretch.
    static func criticalPath(_ trace: Trace) -> String {
        let tree = TraceTree(trace)
        var table = TextTable([
            .init("START", .right), .init("TIME", .right), .init("SHARE", .right), .init("SERVICE"), .init("SPAN"),
            .init(""),
        ])
        for stretch in tree.criticalPath {
            let row = tree.rows[stretch.row]
            let share = tree.duration > .zero ? stretch.duration.inSeconds / tree.duration.inSeconds : 0
            table.append([
                "+" + Humane.milliseconds(stretch.offset.milliseconds),
                Humane.milliseconds(stretch.duration.milliseconds), Humane.fixed(100 * share, decimals: 0) + " %",
                row.span.service, row.span.name, row.span.status == .error ? "!" : "",
            ])
        }
        return "critical path of trace \(trace.id)  \(Humane.milliseconds(tree.duration.milliseconds))\n" + table.text
    }

    /// One line of `meshtop tail`, in columns of fixed width as far as names allow.
    static func line(_ trace: TraceSummary) -> String {
        let root = printable("\(trace.rootService) \(trace.rootName)")
        let clock = trace.start.rfc3339.dropFirst(11).prefix(12)
        let errors = trace.errorCount == 0 ? "" : "\(trace.errorCount) errors"
        return [
            String(clock), padded(left: Humane.milliseconds(trace.duration.milliseconds), to: 9),
            Help.padded(root, to: 44),
            padded(left: "\(trace.spanCount) spans", to: 10), padded(left: errors, to: 9), trace.id.description,
        ].joined(separator: "  ")
    }

    /// Without what moves a terminal's cursor or changes its colours: names come from anybody.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
    }

    private static func padded(left text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The trace as an indented tree with times; `*` marks what the whole duration hangs on, `!` what failed, and `?`
    /// what cannot be right, with what is wrong with it.
    static func waterfall(_ trace: Trace) -> String {
        let calls = CallTree(trace)
        let tree = calls.tree
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
        let reason = TraceReason(calls, names: SpanNames()).map { printable($0.sentence) + "\n" } ?? ""
        return "trace \(trace.id)  \(Humane.milliseconds(tree.duration.milliseconds))  \(summary.spanCount) spans"
            + "  \(summary.errorCount) errors  \(summary.start.rfc3339)\n" + reason + table.text
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
