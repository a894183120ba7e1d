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
    /// Slots in tables, heads of heap blocks and places in queues, roughly.
    static let overhead = 512

    /// Numbered through the life of the store.
    let arrival: UInt64
    var place = Place.recent
    private(set) var hasError = false
    private(set) var start = WallTime(nanosecondsSinceEpoch: .max)
    private let id: TraceID
    private var spans = PackedSpans()
    private(set) var services: [SpanTexts.Number] = []
    /// Whom clients say that they called; this, too, is a use of the text.
    private var peers: [SpanTexts.Number] = []
    private var end = WallTime(nanosecondsSinceEpoch: .min)
    private var hasStart = false
    private var root: Root?

    /// The first span without a parent; of the first that came while there is none.
    private struct Root {
        let span: SpanID
        let hasParent: Bool
        let start: WallTime
    }

    init(_ id: TraceID, arrival: UInt64) {
        self.id = id
        self.arrival = arrival
    }

    var spanCount: Int { spans.count }

    /// Estimated, without the texts that are shared.
    var bytes: Int { TraceEntry.overhead + spans.bytes + 8 * (services.count + peers.count) }

    /// - Parameter latest: when a span may have ended; nothing means any time.
    mutating func insert(_ span: Span, latest: WallTime?, _ texts: inout SpanTexts) -> Insertion {
        let namesakes = spans.spans(with: span.id, of: id, texts)
        // Only so many are compared, or a thousand spans of one id would take a million looks.
        guard namesakes.count < Self.maximumNamesakes else { return .repeated }
        let isHere = namesakes.contains { here in
            // The mark below says when a span came, and not what it is.
            var here = here
            if !span.oddities.contains(.isInFuture) { here.oddities.remove(.isInFuture) }
            return here == span
        }
        if isHere { return .repeated }
        guard spans.count < TraceEntry.maximumSpans else { return .refused }
        var span = span
        if let latest, span.end > latest { span.oddities.insert(.isInFuture) }
        spans.append(span, &texts)
        note(span, &texts)
        return .added
    }

    private mutating func note(_ span: Span, _ texts: inout SpanTexts) {
        let candidate = Root(span: span.id, hasParent: span.parent != nil, start: span.start)
        if let root {
            if !candidate.hasParent, root.hasParent || candidate.start < root.start { self.root = candidate }
        } else {
            root = candidate
        }
        // Its spans use it as well, so that it is here as long as they are.
        if let service = texts.number(of: span.service), !services.contains(service) { services.append(service) }
        if span.kind == .client {
            for peer in span.peerNames.map(String.init) {
                if let known = texts.number(of: peer), peers.contains(known) { continue }
                peers.append(texts.useAlways(peer))
            }
        }
        if span.hasStart || !hasStart {
            // The first that says when it was replaces those that do not.
            start = span.hasStart && !hasStart ? span.start : min(start, span.start)
            end = span.hasStart && !hasStart ? span.end : max(end, span.end)
            hasStart = span.hasStart
        }
        hasError = hasError || span.status == .error
    }

    /// Takes back every use of a shared text, before the entry goes.
    func drop(from texts: inout SpanTexts) {
        spans.drop(from: &texts)
        for peer in peers { texts.drop(peer) }
    }

    /// The trace, from the spans that have arrived.
    func trace(_ texts: SpanTexts, _ detail: PackedSpan.Detail = .everything) -> Trace? {
        Trace(id: id, spans: spans.spans(of: id, texts, detail))
    }

    /// From the first start to the last end, of the spans so far.
    var duration: Duration { max(.zero, start.duration(to: end)) }

    func route(_ texts: SpanTexts) -> TraceRoute {
        let span = root.flatMap { spans.spans(with: $0.span, of: id, texts).last }
        return TraceRoute(service: span?.service ?? "", name: span?.name ?? "")
    }

    /// Whether `arrival` is this trace's and it is kept for that reason.
    func isHere(_ arrival: Arrival, _ place: Place) -> Bool {
        self.arrival == arrival.number && self.place == place
    }

    /// What can be said without building the trace; the query decides about the rest.
    func mayMatch(_ query: TraceQuery, _ texts: SpanTexts) -> Bool {
        guard query.matches(start: start, duration: start.duration(to: end), hasError: hasError) else { return false }
        func names(_ numbers: [SpanTexts.Number], _ asked: String) -> Bool {
            numbers.contains { TraceQuery.isService(texts[$0], named: asked) }
        }
        if let asked = query.service, !names(services, asked) { return false }
        if let called = query.calledService, !names(services, called), !names(peers, called) { return false }
        return true
    }
}
