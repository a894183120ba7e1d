import Quantities

/// One trace in a ``TraceStore``, with what a search asks of it first.
struct TraceEntry: Sendable {
    enum Insertion {
        case added, repeated, refused
    }

    /// Spans that one trace may have: a sender that never changes its trace id must not take the whole budget.
    static let maximumSpans = 10_000
    /// Dictionary slots, arrays and queue places of a trace, roughly.
    static let overhead = 512

    /// Numbered through the life of the store.
    let arrival: UInt64
    private(set) var spans: [Span] = []
    private(set) var bytes = TraceEntry.overhead
    private(set) var hasError = false
    private(set) var services: Set<String> = []
    private(set) var start = WallTime(nanosecondsSinceEpoch: .max)
    private var end = WallTime(nanosecondsSinceEpoch: .min)
    /// How many spans have an id: one, or two where client and server share it as Zipkin's did.
    private var ids: [SpanID: Int] = [:]

    init(arrival: UInt64) {
        self.arrival = arrival
    }

    mutating func insert(_ span: Span) -> Insertion {
        let namesakes = ids[span.id, default: 0]
        // Only ever two are compared, or a thousand spans of one id would take a million looks.
        if namesakes > 1 || namesakes == 1 && spans.contains(where: { $0.id == span.id && $0 == span }) {
            return .repeated
        }
        guard spans.count < TraceEntry.maximumSpans else { return .refused }
        ids[span.id] = namesakes + 1
        spans.append(span)
        services.insert(span.service)
        start = min(start, span.start)
        end = max(end, span.end)
        hasError = hasError || span.status == .error
        bytes += span.estimatedBytes
        return .added
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
        if !attributes.isEmpty { bytes += 32 }
        for attribute in attributes {
            bytes += MemoryLayout<Attribute>.stride + block(attribute.key) + block(attribute.value)
        }
        return bytes
    }
}
