import Quantities
import TraceModel

extension StatisticsView {
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

    /// All spans of `list` by service and operation, what held up the answers most first.
    init(_ list: [Trace], mesh: MeshIndex?, signs: Signs) {
        var sums: [Operation: Sum] = [:]
        for trace in list {
            for row in TraceTree(trace).rows {
                let operation = Operation(
                    service: mesh?.shortService(row.span.service) ?? row.span.service,
                    name: OperationName.of(row.span, in: mesh, arrow: signs.arrow))
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
        let rows = sums.compactMap { operation, sum -> Row? in
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
        }
        self.init(rows: rows, traces: list.count, spans: list.reduce(0) { $0 + $1.spans.count })
        sort(by: .share, isDescending: true)
    }
}
