import Quantities
import TraceModel

/// The listed traces of one shape: the same spans below the same ones, however often each.
struct TraceShape: Sendable {
    var service: String
    var operation: String
    /// Shortest first.
    var durations: [Duration]
    var failed: Int
    /// Of one trace, the most.
    var spans: Int
    /// Sorted.
    var services: [String]
    var ids: Set<TraceID>

    var count: Int { durations.count }
    var failedShare: Ratio { Ratio(Double(failed), of: Double(count)) ?? .none }

    func quantile(_ share: Double) -> Duration {
        let rank = Int((Double(durations.count) * share).rounded(.up)) - 1
        return durations.indices.contains(rank) ? durations[rank] : durations.last ?? .zero
    }

    /// All shapes in `list`, the most common first.
    static func all(in list: [Trace], mesh: MeshIndex?, signs: Signs) -> [TraceShape] {
        var places = SpanPlaces(countsRepeats: false)
        var shapes: [Set<Int>: TraceShape] = [:]
        for trace in list {
            let rows = TraceTree(trace).rows
            guard let root = rows.first?.span else { continue }
            let shape = Set(places.numbers(of: rows))
            var known =
                shapes[shape]
                ?? TraceShape(
                    service: mesh?.shortService(root.service) ?? root.service,
                    operation: OperationName.of(root, in: mesh, arrow: signs.arrow), durations: [], failed: 0, spans: 0,
                    services: Array(Set(rows.map { mesh?.shortService($0.span.service) ?? $0.span.service })).sorted(),
                    ids: [])
            known.durations.append(trace.duration)
            known.failed += trace.hasError ? 1 : 0
            known.spans = max(known.spans, rows.count)
            known.ids.insert(trace.id)
            shapes[shape] = known
        }
        return shapes.values.map { shape in
            var shape = shape
            shape.durations.sort()
            return shape
        }.sorted { ($1.count, $0.service, $0.operation, $0.spans) < ($0.count, $1.service, $1.operation, $1.spans) }
    }
}
