import Quantities

/// One trace in a ``TraceStore``, with what a search asks of it first.
struct TraceEntry: Sendable {
    enum Insertion {
        case added, repeated, refused
    }

    /// What a trace is kept for.
    enum Place: Hashable {
        case recent, slow, errors
        /// By the route's position in the table.
        case sample(route: Int)
    }

    /// Spans that one trace may have: a sender that never changes its trace id must not take the whole budget.
    static let maximumSpans = 10_000
    /// Spans of one id that are kept: client and server may share it, and what else has it is shown as a fault.
    private static let maximumNamesakes = 4
    /// Dictionary slots, arrays and queue places of a trace, roughly.
    static let overhead = 512

    /// Numbered through the life of the store.
    let arrival: UInt64
    var place = Place.recent
    private(set) var spans: [Span] = []
    private(set) var bytes = TraceEntry.overhead
    private(set) var hasError = false
    private(set) var services: Set<String> = []
    private(set) var start = WallTime(nanosecondsSinceEpoch: .max)
    private var end = WallTime(nanosecondsSinceEpoch: .min)
    private var hasStart = false
    /// How many spans have an id.
    private var ids: [SpanID: Int] = [:]
    /// The position of the first span without a parent; of the first that came while there is none.
    private var root = 0

    init(arrival: UInt64) {
        self.arrival = arrival
    }

    /// - Parameter latest: when a span may have ended; nothing means any time.
    mutating func insert(_ span: Span, latest: WallTime?) -> Insertion {
        let namesakes = ids[span.id, default: 0]
        var span = span
        if namesakes > 0 {
            // Only so many are compared, or a thousand spans of one id would take a million looks.
            guard namesakes < Self.maximumNamesakes else { return .repeated }
            // The mark below says when a span came, and not what it is.
            let isHere = spans.contains { here in
                guard here.id == span.id else { return false }
                var here = here
                if !span.oddities.contains(.isInFuture) { here.oddities.remove(.isInFuture) }
                return here == span
            }
            if isHere { return .repeated }
        }
        guard spans.count < TraceEntry.maximumSpans else { return .refused }
        if let latest, span.end > latest { span.oddities.insert(.isInFuture) }
        ids[span.id] = namesakes + 1
        if span.parent == nil, spans.isEmpty || spans[root].parent != nil || span.start < spans[root].start {
            root = spans.count
        }
        spans.append(span)
        services.insert(span.service)
        if span.hasStart || !hasStart {
            // The first that says when it was replaces those that do not.
            start = span.hasStart && !hasStart ? span.start : min(start, span.start)
            end = span.hasStart && !hasStart ? span.end : max(end, span.end)
            hasStart = span.hasStart
        }
        hasError = hasError || span.status == .error
        bytes += span.estimatedBytes
        return .added
    }

    /// From the first start to the last end, of the spans so far.
    var duration: Duration { max(.zero, start.duration(to: end)) }

    var route: TraceRoute {
        guard spans.indices.contains(root) else { return TraceRoute(service: "", name: "") }
        return TraceRoute(service: spans[root].service, name: spans[root].name)
    }

    /// Whether `arrival` is this trace's and it is kept for that reason.
    func isHere(_ arrival: Arrival, _ place: Place) -> Bool {
        self.arrival == arrival.number && self.place == place
    }

    /// What can be said without building the trace; the query decides about the rest.
    func mayMatch(_ query: TraceQuery) -> Bool {
        if query.errorsOnly, !hasError { return false }
        if let asked = query.service, !services.contains(where: { TraceQuery.isService($0, named: asked) }) {
            return false
        }
        if let minimum = query.minimumDuration, start.duration(to: end) < minimum { return false }
        return true
    }
}

extension Span {
    /// Bytes in memory: what the struct has in it, and a heap block for each array and each text over 15 bytes.
    var estimatedBytes: Int {
        func block(_ text: String) -> Int { text.utf8.count > 15 ? 32 + text.utf8.count : 0 }
        var bytes = MemoryLayout<Span>.stride + 32 + block(name) + block(service) + block(statusMessage)
        func list(_ attributes: [Attribute]) -> Int {
            attributes.reduce(attributes.isEmpty ? 0 : 32) {
                $0 + MemoryLayout<Attribute>.stride + block($1.key) + block($1.value)
            }
        }
        bytes += list(attributes) + (events.isEmpty ? 0 : 32)
        for event in events {
            bytes += MemoryLayout<Event>.stride + block(event.name) + list(event.attributes)
        }
        return bytes
    }
}
