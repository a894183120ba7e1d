package import Quantities

/// A span, and the trace that it is in.
package struct SpanPlace: Hashable, Sendable {
    package var trace: TraceID
    package var span: SpanID

    package init(trace: TraceID, span: SpanID) {
        self.trace = trace
        self.span = span
    }
}

/// What the spans of one trace, or of many, come to, by service and operation; what held up the answers most comes first.
package struct TraceStatistics: Sendable {
    package struct Row: Sendable {
        package var service: String
        package var operation: String
        package var count: Int
        package var errors: Int
        package var p50: Duration
        package var p95: Duration
        package var longest: Duration
        package var total: Duration
        package var own: Duration
        /// What of the time of all traces was held up by these spans themselves.
        package var critical: Ratio
        /// The one that took longest, and where it is.
        package var slowest: SpanPlace
    }

    package let rows: [Row]
    package let traces: Int
    package let spans: Int

    private struct Operation: Hashable {
        let service: String
        let name: String
    }

    private struct Sum {
        var durations: [Duration] = []
        var errors = 0
        var own = Duration.zero
        var critical = Duration.zero
        var slowest: (duration: Duration, place: SpanPlace)?
    }

    /// All spans of `list`.
    package init(_ list: [Trace], names: SpanNames) {
        var sums: [Operation: Sum] = [:]
        for trace in list {
            for row in TraceTree(trace).rows {
                let operation = Operation(
                    service: names.service(row.span.service),
                    name: names.operation(of: row.span))
                sums[operation, default: Sum()].durations.append(row.span.duration)
                sums[operation]?.errors += row.span.status == .error ? 1 : 0
                sums[operation]?.own += row.selfTime
                sums[operation]?.critical += row.criticalTime
                if row.span.duration > sums[operation]?.slowest?.duration ?? .seconds(-1) {
                    sums[operation]?.slowest = (row.span.duration, SpanPlace(trace: trace.id, span: row.span.id))
                }
            }
        }
        let all = list.reduce(0.0) { $0 + $1.duration.inSeconds }
        rows = sums.compactMap { operation, sum -> Row? in
            guard let slowest = sum.slowest else { return nil }
            let sorted = sum.durations.sorted()
            func quantile(_ share: Double) -> Duration {
                let rank = Int((Double(sorted.count) * share).rounded(.up)) - 1
                return sorted.indices.contains(rank) ? sorted[rank] : sorted.last ?? .zero
            }
            return Row(
                service: operation.service, operation: operation.name, count: sorted.count, errors: sum.errors,
                p50: quantile(0.5), p95: quantile(0.95), longest: sorted.last ?? .zero,
                total: sorted.reduce(.zero, +), own: sum.own,
                critical: Ratio(sum.critical.inSeconds, of: all) ?? .none, slowest: slowest.place)
        }.sorted { ($1.critical, $0.service, $0.operation) < ($0.critical, $1.service, $1.operation) }
        traces = list.count
        spans = list.reduce(0) { $0 + $1.spans.count }
    }
}
