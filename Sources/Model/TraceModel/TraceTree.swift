package import Quantities

/// A trace as the rows of a waterfall: every span once, each below its parent, siblings by start.
///
/// Spans whose parent has not arrived stand at the left edge. A circle of parents, which only a broken sender makes,
/// is cut above its earliest span. Where client and server share an id, as Zipkin's do, the server's half stands below
/// the client's and has the children; of other spans that share one, the first by start has them. Times are corrected
/// for clocks that differ; see ``ClockSkew``. What is odd about a span is told beside it.
package struct TraceTree: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        /// With its corrected start, and all of its oddities.
        package let span: Span
        /// What was added to its start, since its host's clock and its parent's differ.
        package let skew: Duration
        /// 0 at the left edge.
        package let depth: Int
        /// From the start of the trace to the start of the span; never negative.
        package let offset: Duration
        /// What the span took by itself: its duration without the time that any child was running.
        package let selfTime: Duration
        /// Whether the trace would have been shorter, had this span been.
        package let isOnCriticalPath: Bool
        /// How much of ``selfTime`` the answer was held up by; the sum of its stretches of the critical path.
        package let criticalTime: Duration
        package let hasChildren: Bool
        /// Whether no sibling comes below; the last stroke of a drawn tree bends.
        package let isLastSibling: Bool
    }

    /// A part of the critical path: what was waited for in that time was the span of the row itself.
    package struct CriticalStretch: Hashable, Sendable {
        /// Position in ``rows``.
        package let row: Int
        /// From the start of the trace.
        package let offset: Duration
        package let duration: Duration
    }

    package let rows: [Row]
    /// By time. Stretches never overlap; under one root they add up to its duration.
    package let criticalPath: [CriticalStretch]
    package let start: WallTime
    /// From the first start to the last end.
    package let duration: Duration

    package init(_ trace: Trace) {
        let family = SpanFamily(trace.spans)
        let spans = family.spans
        let start = spans.lazy.map(\.start).min() ?? trace.start
        let end = spans.reduce(start) { max($0, $1.end) }
        self.start = start
        duration = start.duration(to: end)
        let critical = CriticalPath(of: family, until: end)
        var criticalTimes = Array(repeating: Duration.zero, count: spans.count)
        for stretch in critical.stretches {
            criticalTimes[stretch.span] += stretch.start.duration(to: stretch.end)
        }
        var positions = Array(repeating: 0, count: spans.count)
        var rows: [Row] = []
        rows.reserveCapacity(spans.count)
        // An explicit stack: a sender may nest spans deeper than ours is.
        var stack: [(index: Int, depth: Int, isLast: Bool)] = []
        func push(_ siblings: [Int], depth: Int) {
            for (offset, index) in siblings.enumerated().reversed() {
                stack.append((index, depth, offset == siblings.count - 1))
            }
        }
        push(family.roots, depth: 0)
        while let next = stack.popLast() {
            let span = spans[next.index]
            positions[next.index] = rows.count
            rows.append(
                Row(
                    span: span, skew: family.skews[next.index], depth: next.depth,
                    offset: start.duration(to: span.start),
                    selfTime: family.selfTime(of: next.index), isOnCriticalPath: critical.spans.contains(next.index),
                    criticalTime: criticalTimes[next.index],
                    hasChildren: !family.children[next.index].isEmpty, isLastSibling: next.isLast))
            push(family.children[next.index], depth: next.depth + 1)
        }
        self.rows = rows
        criticalPath = critical.stretches.map {
            CriticalStretch(
                row: positions[$0.span], offset: start.duration(to: $0.start), duration: $0.start.duration(to: $0.end))
        }
    }
}
