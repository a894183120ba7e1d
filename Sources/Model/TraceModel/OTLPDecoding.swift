import Quantities

/// How much of one export request is taken. What a sender may cost is bounded here and not by its good manners.
package struct OTLPLimits: Hashable, Sendable {
    /// Spans beyond it are rejected. Exporters send 512 at a time (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`).
    package var spans: Int
    /// Attributes that are kept of a span, and of a resource; SDKs keep 128 (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`).
    package var attributes: Int
    /// UTF-8 bytes that are kept of a name or a value.
    package var textBytes: Int

    package init(spans: Int = 10_000, attributes: Int = 128, textBytes: Int = 4096) {
        self.spans = max(0, spans)
        self.attributes = max(0, attributes)
        self.textBytes = max(0, textBytes)
    }

    package static let `default` = OTLPLimits()
}

/// Why a body is no `ExportTraceServiceRequest`, and where.
package struct OTLPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place in the message: `resourceSpans[0].scopeSpans[2]`; empty for the message itself.
    package let place: String
    package let message: String

    package var description: String { place.isEmpty ? message : "\(place): \(message)" }
}

/// What one export request brought.
package struct OTLPBatch: Hashable, Sendable {
    package private(set) var spans: [Span] = []
    /// Spans that make no sense by themselves – no ids – or are over the limit; the rest of the request stands.
    package private(set) var rejectedCount = 0
    /// Why the first of them was rejected.
    package private(set) var firstRejection: String?

    mutating func append(_ span: Span, limits: OTLPLimits) {
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

/// Reads `ExportTraceServiceRequest`, in protobuf and in
/// [OTLP/JSON](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
///
/// Unknown fields are passed over. Events, links, the trace state and the scope are not kept.
package enum OTLPDecoding {
    /// The service of a resource that has no `service.name`, in the words of OpenTelemetry's resource conventions.
    package static let unknownService = "unknown_service"
}

/// What the two encodings have in common: raw fields in, a span out.
struct OTLPSpanFields {
    var trace: [UInt8] = []
    var id: [UInt8] = []
    var parent: [UInt8] = []
    var name = ""
    var kind = 0
    var start: UInt64 = 0
    var end: UInt64 = 0
    var attributes: [Span.Attribute] = []
    var status = 0
    var statusMessage = ""
}

struct OTLPResource {
    var service = OTLPDecoding.unknownService
    /// Without `service.name`.
    var attributes: [Span.Attribute] = []

    mutating func add(_ attribute: Span.Attribute, limits: OTLPLimits) {
        if attribute.key == "service.name" {
            if !attribute.value.isEmpty { service = attribute.value }
        } else if attributes.count < limits.attributes {
            attributes.append(attribute)
        }
    }
}

extension OTLPBatch {
    /// Appends the span that `fields` describe, or counts it as rejected.
    mutating func append(_ fields: OTLPSpanFields, of resource: OTLPResource, limits: OTLPLimits) {
        guard let trace = TraceID(bytes: fields.trace) else {
            return reject("a trace id is 16 bytes that are not all zero; one has \(described(fields.trace))")
        }
        guard let id = SpanID(bytes: fields.id) else {
            return reject("a span id is 8 bytes that are not all zero; one has \(described(fields.id))")
        }
        let start = WallTime(nanosecondsSinceEpoch: Int64(clamping: fields.start))
        let end = WallTime(nanosecondsSinceEpoch: Int64(clamping: fields.end))
        append(
            Span(
                trace: trace, id: id, parent: SpanID(bytes: fields.parent), name: fields.name,
                // A kind or status of a later version of the protocol is as good as none.
                kind: Span.Kind(rawValue: fields.kind) ?? .unspecified, service: resource.service, start: start,
                // An end before the start is a clock that was set back.
                duration: max(.zero, start.duration(to: end)), status: Span.Status(rawValue: fields.status) ?? .unset,
                statusMessage: fields.statusMessage,
                attributes: fields.attributes.isEmpty ? resource.attributes : fields.attributes + resource.attributes),
            limits: limits)
    }
}

private func described(_ bytes: [UInt8]) -> String {
    bytes.allSatisfy { $0 == 0 } && !bytes.isEmpty ? "only zeros" : "\(bytes.count) bytes"
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
