package import Quantities

/// Traces within a budget of memory, the telling ones longest.
///
/// A new trace is *recent*. When an eighth of the budget has come after it, what it is worth is known, most likely, for
/// its spans have arrived: it has an *error*, or it was *slow* – above the 95th percentile of its route so far –, or it
/// becomes part of a *sample*. When the budget is spent, the oldest trace goes of
///
/// 1. errors, while they take more than half the budget: a broken mesh must show more than its errors;
/// 2. slow ones, while they take more than a quarter;
/// 3. the sample, of the route that takes most of it: a route that is called a thousand times as often as another has
///    no more of the sample than that;
/// 4. slow ones, then errors, then recent ones.
///
/// A trace whose error or length shows only later moves up. Adding a span is O(1), amortised; letting a trace go is
/// O(routes), of which there are at most ``RouteTable/capacity``.
package struct TraceStore: Sendable {
    package let byteBudget: Int
    package private(set) var counts = TraceStoreCounts()

    private var entries: [TraceID: TraceEntry] = [:]
    private var texts = SpanTexts()
    private var routes = RouteTable()
    /// Of traces that are not part of the sample.
    private var recent = Class()
    private var slow = Class()
    private var errors = Class()
    /// How many traces have a span of each service.
    private var tracesOfService: [SpanTexts.Number: Int] = [:]
    private var nextArrival: UInt64 = 0
    private var evicted = EvictedTraces()

    /// Traces that are kept for one reason, oldest first.
    private struct Class {
        var queue = ArrivalQueue()
        var count = 0
        var bytes = 0
    }

    /// - Parameter byteBudget: Estimated bytes of all spans; the process takes somewhat more.
    package init(byteBudget: Int = 64 << 20) {
        self.byteBudget = max(0, byteBudget)
    }

    /// Joins every span to its trace, whenever it comes, and lets old traces go until the budget holds.
    ///
    /// - Parameter receivedAt: marks spans that ended after it by more than a minute. Nothing marks none.
    package mutating func insert(_ spans: some Sequence<Span>, receivedAt: WallTime? = nil) {
        let latest = receivedAt?.advanced(by: .seconds(60))
        for span in spans { insert(span, latest: latest) }
        settle()
        while counts.bytes > byteBudget, evictOne() {}
        compact()
    }

    /// Counts spans that did not get as far as this store.
    package mutating func noteRejected(spans: Int) {
        counts.rejectedSpans += spans
    }

    /// Counts a request that was put off.
    package mutating func noteDeferred() {
        counts.deferredRequests += 1
    }

    /// The trace, from the spans that have arrived.
    package func trace(_ id: TraceID) -> Trace? {
        entries[id]?.trace(texts)
    }

    /// Newest start first, at most `query.limit`.
    package func find(_ query: TraceQuery) -> [TraceSummary] {
        search(query) { $0.summary }
    }

    /// The traces themselves, in the order of ``find(_:)``.
    ///
    /// - Parameter maximumSpans: the first trace that would make more of them, and all after it, are left out; the very
    ///   first is not. What is packed here takes several times as much outside.
    package func traces(_ query: TraceQuery, maximumSpans: Int = .max) -> [Trace] {
        var spans = 0
        return search(query) { found -> Trace? in
            spans += found.spans.count
            return spans <= maximumSpans || spans == found.spans.count ? trace(found.id) : nil
        }
    }

    /// What `result` makes of the traces that `query` asks for, until it makes nothing or there are enough. It is given
    /// them as far as a search looks at them.
    private func search<Result>(_ query: TraceQuery, _ result: (Trace) -> Result?) -> [Result] {
        // Places to sort, not the entries: a full store has tens of thousands.
        var candidates: [(start: WallTime, arrival: Arrival)] = []
        for (id, entry) in entries where entry.mayMatch(query, texts) {
            candidates.append((entry.start, Arrival(id: id, number: entry.arrival)))
        }
        let detail: PackedSpan.Detail = query.tags.isEmpty ? .calls : .everything
        candidates.sort { ($0.start, $0.arrival.number) > ($1.start, $1.arrival.number) }
        var found: [Result] = []
        for (_, arrival) in candidates {
            guard found.count < query.limit else { break }
            guard let trace = entries[arrival.id]?.trace(texts, detail), query.matches(trace) else { continue }
            guard let result = result(trace) else { break }
            found.append(result)
        }
        return found
    }

    /// Every service that has a span here, sorted.
    package var services: [String] { tracesOfService.keys.map { texts[$0] }.sorted() }

    // MARK: Taking spans

    private mutating func insert(_ span: Span, latest: WallTime?) {
        if evicted.contains(span.trace) {
            counts.lateSpans += 1
            return
        }
        if entries[span.trace] == nil {
            entries[span.trace] = TraceEntry(span.trace, arrival: nextArrival)
            recent.queue.append(Arrival(id: span.trace, number: nextArrival))
            nextArrival += 1
            counts.traces += 1
            count(TraceEntry.overhead, traces: 1, at: .recent)
        }
        let before = entries[span.trace]?.bytes ?? 0
        let knownServices = entries[span.trace]?.services.count ?? 0
        let textBytes = texts.bytes
        defer { counts.bytes += texts.bytes - textBytes }
        switch entries[span.trace]?.insert(span, latest: latest, &texts) {
        case .added: counts.spans += 1
        case .repeated, nil:
            counts.repeatedSpans += 1
            return
        case .refused:
            counts.excessSpans += 1
            return
        }
        guard let entry = entries[span.trace] else { return }
        for service in entry.services.dropFirst(knownServices) { tracesOfService[service, default: 0] += 1 }
        count(entry.bytes - before, traces: 0, at: entry.place)
        reconsider(span.trace, entry.place)
    }

    /// Moves a trace up that has turned out to be worth more.
    private mutating func reconsider(_ id: TraceID, _ place: TraceEntry.Place) {
        guard let entry = entries[id] else { return }
        switch place {
        case .recent, .errors: return
        case .slow: if entry.hasError { move(id, to: .errors) }
        case .sample(let route):
            if entry.hasError {
                move(id, to: .errors)
            } else if routes[route].latency.isSlow(entry.duration) {
                move(id, to: .slow)
            }
        }
    }

    /// Takes the oldest out of the recent ones, until those are an eighth of the budget or one trace.
    private mutating func settle() {
        while recent.bytes > byteBudget / 8, recent.count > 1, let id = oldestRecent(), let entry = entries[id] {
            let route = routes.position(of: entry.route(texts))
            let isSlow = routes[route].latency.isSlow(entry.duration)
            routes[route].latency.record(entry.duration)
            move(id, to: entry.hasError ? .errors : isSlow ? .slow : .sample(route: route))
        }
    }

    private mutating func move(_ id: TraceID, to place: TraceEntry.Place) {
        guard let entry = entries[id] else { return }
        count(-entry.bytes, traces: -1, at: entry.place)
        count(entry.bytes, traces: 1, at: place)
        entries[id]?.place = place
        let arrival = Arrival(id: id, number: entry.arrival)
        switch place {
        case .recent: recent.queue.append(arrival)
        case .slow: slow.queue.append(arrival)
        case .errors: errors.queue.append(arrival)
        case .sample(let route):
            routes[route].sample.append(arrival)
            routes[route].sample.compact(keeping: routes[route].sampleCount) {
                entries[$0.id]?.isHere($0, .sample(route: route)) == true
            }
        }
    }

    private mutating func count(_ bytes: Int, traces: Int, at place: TraceEntry.Place) {
        // Moving takes and gives the same, so that the sum stands.
        counts.bytes += bytes
        switch place {
        case .recent:
            recent.bytes += bytes
            recent.count += traces
        case .slow:
            slow.bytes += bytes
            slow.count += traces
        case .errors:
            errors.bytes += bytes
            errors.count += traces
        case .sample(let route):
            routes[route].sampleBytes += bytes
            routes[route].sampleCount += traces
        }
    }

    // MARK: Letting traces go

    /// Lets one trace go; false when there is none.
    private mutating func evictOne() -> Bool {
        if errors.bytes > byteBudget / 2, let id = oldestError() { return evict(id, \.evictedErrors) }
        if slow.bytes > byteBudget / 4, let id = oldestSlow() { return evict(id, \.evictedSlow) }
        if let route = routes.heaviest, let id = oldestSample(of: route) { return evict(id, \.evictedSamples) }
        if let id = oldestSlow() { return evict(id, \.evictedSlow) }
        if let id = oldestError() { return evict(id, \.evictedErrors) }
        if let id = oldestRecent() { return evict(id, \.evictedRecent) }
        return false
    }

    private mutating func evict(_ id: TraceID, _ reason: WritableKeyPath<TraceStoreCounts, Int>) -> Bool {
        guard let entry = entries.removeValue(forKey: id) else { return false }
        count(-entry.bytes, traces: -1, at: entry.place)
        for service in entry.services {
            let left = (tracesOfService[service] ?? 0) - 1
            tracesOfService[service] = left > 0 ? left : nil
        }
        let textBytes = texts.bytes
        entry.drop(from: &texts)
        counts.bytes += texts.bytes - textBytes
        counts.traces -= 1
        counts.spans -= entry.spanCount
        counts[keyPath: reason] += 1
        counts.evictedSpans += entry.spanCount
        evicted.insert(id)
        return true
    }

    // A trace that has moved stands in its old queue until somebody looks.

    private mutating func oldestRecent() -> TraceID? {
        while let next = recent.queue.popFirst() {
            if entries[next.id]?.isHere(next, .recent) == true { return next.id }
        }
        return nil
    }

    private mutating func oldestSlow() -> TraceID? {
        while let next = slow.queue.popFirst() {
            if entries[next.id]?.isHere(next, .slow) == true { return next.id }
        }
        return nil
    }

    private mutating func oldestError() -> TraceID? {
        while let next = errors.queue.popFirst() {
            if entries[next.id]?.isHere(next, .errors) == true { return next.id }
        }
        return nil
    }

    private mutating func oldestSample(of route: Int) -> TraceID? {
        while let next = routes[route].sample.popFirst() {
            if entries[next.id]?.isHere(next, .sample(route: route)) == true { return next.id }
        }
        return nil
    }

    private mutating func compact() {
        recent.queue.compact(keeping: recent.count) { entries[$0.id]?.isHere($0, .recent) == true }
        slow.queue.compact(keeping: slow.count) { entries[$0.id]?.isHere($0, .slow) == true }
        errors.queue.compact(keeping: errors.count) { entries[$0.id]?.isHere($0, .errors) == true }
    }
}
