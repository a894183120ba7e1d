/// How much of one request is taken. What a sender may cost is bounded here and not by its good manners.
package struct SpanLimits: Hashable, Sendable {
    /// Spans beyond it are rejected. Exporters send 512 at a time (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`).
    package var spans: Int
    /// Attributes that are kept of a span, of a resource and of an event, and events that are kept of a span; SDKs keep
    /// 128 of each (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, `OTEL_SPAN_EVENT_COUNT_LIMIT`).
    package var attributes: Int
    /// UTF-8 bytes that are kept of a name or a value.
    package var textBytes: Int

    package init(spans: Int = 10_000, attributes: Int = 128, textBytes: Int = 4096) {
        self.spans = max(0, spans)
        self.attributes = max(0, attributes)
        self.textBytes = max(0, textBytes)
    }

    package static let `default` = SpanLimits()
}

/// Why a body does not hold spans in the format that it should, and where.
package struct SpanPayloadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place in the message: `resourceSpans[0].scopeSpans[2]`; empty for the message itself.
    package let place: String
    package let message: String

    init(place: String, message: String) {
        self.place = place
        self.message = message
    }

    package var description: String { place.isEmpty ? message : "\(place): \(message)" }
}

/// What one request brought.
package struct SpanBatch: Hashable, Sendable {
    package private(set) var spans: [Span] = []
    /// Spans that make no sense by themselves – no ids – or are over the limit; the rest of the request stands.
    package private(set) var rejectedCount = 0
    /// Why the first of them was rejected.
    package private(set) var firstRejection: String?

    mutating func append(_ span: Span, limits: SpanLimits) {
        if spans.count < limits.spans {
            spans.append(span)
        } else {
            reject("a request may bring \(limits.spans) spans; export in smaller batches")
        }
    }

    mutating func reject(_ reason: String) {
        rejectedCount += 1
        firstRejection = firstRejection ?? reason
    }
}

extension String {
    /// The longest prefix of at most `maximum` UTF-8 bytes that cuts no scalar in two.
    func clipped(toUTF8 maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: maximum)
        // A byte 10xxxxxx continues the scalar before it.
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
