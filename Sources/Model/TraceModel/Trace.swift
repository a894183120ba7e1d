package import Quantities

/// All spans of one request that have arrived.
package struct Trace: Hashable, Sendable {
    package let id: TraceID
    /// At least one, by start.
    package let spans: [Span]

    /// Nothing when `spans` is empty. Spans of other traces are left out.
    package init?(id: TraceID, spans: [Span]) {
        let own = spans.filter { $0.trace == id }.sorted { ($0.start, $0.id.value) < ($1.start, $1.id.value) }
        guard !own.isEmpty else { return nil }
        self.id = id
        self.spans = own
    }

    /// The traces of `spans`, in the order of their first spans there.
    package static func grouped(_ spans: [Span]) -> [Trace] {
        var order: [TraceID] = []
        var own: [TraceID: [Span]] = [:]
        for span in spans {
            if own[span.trace] == nil { order.append(span.trace) }
            own[span.trace, default: []].append(span)
        }
        return order.compactMap { Trace(id: $0, spans: own[$0] ?? []) }
    }

    /// The first start; spans that were sent without one do not count, unless there are no others.
    package var start: WallTime { (spans.first(where: \.hasStart) ?? spans[0]).start }

    /// From the first start to the last end.
    package var duration: Duration {
        start.duration(to: spans.reduce(start) { $1.hasStart ? max($0, $1.end) : $0 })
    }

    package var hasError: Bool { spans.contains { $0.status == .error } }

    /// The first span without a parent that is here.
    package var root: Span {
        let ids = Set(spans.map(\.id))
        return spans.first { span in span.parent.map { !ids.contains($0) } ?? true } ?? spans[0]
    }

    package var summary: TraceSummary {
        TraceSummary(
            id: id, rootService: root.service, rootName: root.name, start: start, duration: duration,
            spanCount: spans.count, errorCount: spans.reduce(0) { $0 + ($1.status == .error ? 1 : 0) },
            services: Array(Set(spans.map(\.service))).sorted())
    }
}

extension Span {
    var hasStart: Bool { !oddities.contains(.startIsMissing) }
}

/// A trace in a list.
package struct TraceSummary: Hashable, Sendable, Identifiable {
    package var id: TraceID
    package var rootService: String
    package var rootName: String
    package var start: WallTime
    package var duration: Duration
    package var spanCount: Int
    package var errorCount: Int
    /// Sorted.
    package var services: [String]

    package init(
        id: TraceID, rootService: String, rootName: String, start: WallTime, duration: Duration, spanCount: Int,
        errorCount: Int, services: [String]
    ) {
        self.id = id
        self.rootService = rootService
        self.rootName = rootName
        self.start = start
        self.duration = duration
        self.spanCount = spanCount
        self.errorCount = errorCount
        self.services = services
    }
}
