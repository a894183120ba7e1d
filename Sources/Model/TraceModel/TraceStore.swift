import Quantities

/// What a ``TraceStore`` holds and what it has let go of.
package struct TraceStoreCounts: Hashable, Sendable {
    package var traces = 0
    package var spans = 0
    /// Estimated.
    package var bytes = 0
    /// Traces that gave way to newer ones.
    package var evictedTraces = 0
    /// Spans that went with them.
    package var evictedSpans = 0
    /// Spans that were not taken: late ones of an evicted trace, and those beyond the limit of one trace.
    package var refusedSpans = 0
    /// Spans that were here already; an exporter that got no answer sends again.
    package var repeatedSpans = 0

    package init() {}
}

/// The newest traces within a budget of memory.
///
/// When the budget is spent, the traces that arrived first go first: those without errors before those with, which
/// are what one looks for – but only while the latter take no more than half the budget, or a broken mesh would show
/// nothing but its first errors. Adding a span is O(1), amortised.
package struct TraceStore: Sendable {
    package let byteBudget: Int
    package private(set) var counts = TraceStoreCounts()

    private var entries: [TraceID: TraceEntry] = [:]
    private var errorBytes = 0
    private var arrivals = ArrivalQueue()
    private var errorArrivals = ArrivalQueue()
    private var nextArrival: UInt64 = 0
    private var evicted = EvictedTraces()

    /// - Parameter byteBudget: Estimated bytes of all spans; the process takes somewhat more.
    package init(byteBudget: Int = 64 << 20) {
        self.byteBudget = max(0, byteBudget)
    }

    /// Joins every span to its trace, whenever it comes, and lets old traces go until the budget holds.
    package mutating func insert(_ spans: some Sequence<Span>) {
        for span in spans { insert(span) }
        while counts.bytes > byteBudget, evictOne() {}
        arrivals.compact(keeping: entries.count) { entries[$0.id]?.arrival == $0.number }
        errorArrivals.compact(keeping: entries.count) { entries[$0.id]?.arrival == $0.number }
    }

    private mutating func insert(_ span: Span) {
        if evicted.contains(span.trace) {
            counts.refusedSpans += 1
            return
        }
        if entries[span.trace] == nil {
            entries[span.trace] = TraceEntry(arrival: nextArrival)
            arrivals.append(Arrival(id: span.trace, number: nextArrival))
            nextArrival += 1
            counts.traces += 1
            counts.bytes += TraceEntry.overhead
        }
        let wasError = entries[span.trace]?.hasError ?? false
        let before = entries[span.trace]?.bytes ?? 0
        switch entries[span.trace]?.insert(span) {
        case .added:
            counts.spans += 1
        case .repeated, nil:
            counts.repeatedSpans += 1
            return
        case .refused:
            counts.refusedSpans += 1
            return
        }
        guard let entry = entries[span.trace] else { return }
        counts.bytes += entry.bytes - before
        if entry.hasError {
            errorBytes += wasError ? entry.bytes - before : entry.bytes
            if !wasError { errorArrivals.append(Arrival(id: span.trace, number: entry.arrival)) }
        }
    }

    /// The trace, from the spans that have arrived.
    package func trace(_ id: TraceID) -> Trace? {
        entries[id].flatMap { Trace(id: id, spans: $0.spans) }
    }

    /// Newest start first, at most `query.limit`.
    package func find(_ query: TraceQuery) -> [TraceSummary] {
        traces(query).map(\.summary)
    }

    /// The traces themselves, in the order of ``find(_:)``.
    package func traces(_ query: TraceQuery) -> [Trace] {
        // Places to sort, not the entries: a full store has tens of thousands.
        var candidates: [(start: WallTime, arrival: Arrival)] = []
        for (id, entry) in entries where entry.mayMatch(query) {
            candidates.append((entry.start, Arrival(id: id, number: entry.arrival)))
        }
        candidates.sort { ($0.start, $0.arrival.number) > ($1.start, $1.arrival.number) }
        var found: [Trace] = []
        for (_, arrival) in candidates {
            guard found.count < query.limit else { break }
            if let trace = trace(arrival.id), query.matches(trace) { found.append(trace) }
        }
        return found
    }

    /// Every service that has a span here, sorted.
    package var services: [String] {
        entries.values.reduce(into: Set<String>()) { $0.formUnion($1.services) }.sorted()
    }

    /// Lets one trace go; false when there is none.
    private mutating func evictOne() -> Bool {
        let errorsFirst = errorBytes > byteBudget / 2
        guard let id = errorsFirst ? oldestError() ?? oldestPlain() : oldestPlain() ?? oldestError(),
            let entry = entries.removeValue(forKey: id)
        else { return false }
        counts.traces -= 1
        counts.spans -= entry.spans.count
        counts.bytes -= entry.bytes
        if entry.hasError { errorBytes -= entry.bytes }
        counts.evictedTraces += 1
        counts.evictedSpans += entry.spans.count
        evicted.insert(id)
        return true
    }

    private mutating func oldestPlain() -> TraceID? {
        while let next = arrivals.popFirst() {
            // A trace that has failed since is in the other queue too, and one that is gone is in neither.
            if let entry = entries[next.id], entry.arrival == next.number, !entry.hasError { return next.id }
        }
        return nil
    }

    private mutating func oldestError() -> TraceID? {
        while let next = errorArrivals.popFirst() {
            if let entry = entries[next.id], entry.arrival == next.number { return next.id }
        }
        return nil
    }
}
