package import Quantities

/// The listed traces of one shape: the same spans below the same ones, however often each.
package struct TraceShape: Sendable {
    package private(set) var service: String
    package private(set) var operation: String
    /// Shortest first.
    package private(set) var durations: [Duration]
    package private(set) var failed: Int
    /// Of one trace, the most.
    package private(set) var spans: Int
    /// Sorted.
    package private(set) var services: [String]
    package private(set) var ids: Set<TraceID>

    package var count: Int { durations.count }
    package var failedShare: Ratio { Ratio(Double(failed), of: Double(count)) ?? .none }

    /// The duration that this share of the traces did not exceed, 0…1.
    package func quantile(_ share: Double) -> Duration {
        let rank = Int((Double(durations.count) * share).rounded(.up)) - 1
        return durations.indices.contains(rank) ? durations[rank] : durations.last ?? .zero
    }

    /// All shapes in `list`, the most common first.
    package static func all(in list: [Trace], names: SpanNames) -> [TraceShape] {
        var places = SpanPlaces(countsRepeats: false)
        var shapes: [Set<Int>: TraceShape] = [:]
        for trace in list {
            let rows = TraceTree(trace).rows
            guard let root = rows.first?.span else { continue }
            let shape = Set(places.numbers(of: rows))
            var known =
                shapes[shape]
                ?? TraceShape(
                    service: names.service(root.service),
                    operation: names.operation(of: root), durations: [], failed: 0, spans: 0,
                    services: Array(Set(rows.map { names.service($0.span.service) })).sorted(),
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
