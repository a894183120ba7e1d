import Quantities

/// Reads `ExportTraceServiceRequest`, in protobuf and in
/// [OTLP/JSON](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
///
/// Unknown fields are passed over. Links, the trace state and the scope are not kept.
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
    var events: [Span.Event] = []
    var status = 0
    var statusMessage = ""
}

struct OTLPResource {
    var service = OTLPDecoding.unknownService
    /// Without `service.name`.
    var attributes: [Span.Attribute] = []

    mutating func add(_ attribute: Span.Attribute, limits: SpanLimits) {
        if attribute.key == "service.name" {
            if !attribute.value.isEmpty { service = attribute.value }
        } else if attributes.count < limits.attributes {
            attributes.append(attribute)
        }
    }
}

extension SpanBatch {
    /// Appends the span that `fields` describe, or counts it as rejected.
    mutating func append(_ fields: OTLPSpanFields, of resource: OTLPResource, limits: SpanLimits) {
        guard let trace = TraceID(bytes: fields.trace) else {
            return reject("a trace id is 16 bytes that are not all zero; one has \(described(fields.trace))")
        }
        guard let id = SpanID(bytes: fields.id) else {
            return reject("a span id is 8 bytes that are not all zero; one has \(described(fields.id))")
        }
        let start = WallTime(nanosecondsSinceEpoch: Int64(clamping: fields.start))
        let end = WallTime(nanosecondsSinceEpoch: Int64(clamping: fields.end))
        var span = Span(
            trace: trace, id: id, parent: SpanID(bytes: fields.parent), name: fields.name,
            // A kind or status of a later version of the protocol is as good as none.
            kind: Span.Kind(rawValue: fields.kind) ?? .unspecified, service: resource.service, start: start,
            duration: .zero, status: Span.Status(rawValue: fields.status) ?? .unset,
            statusMessage: fields.statusMessage,
            attributes: fields.attributes.isEmpty ? resource.attributes : fields.attributes + resource.attributes,
            events: fields.events)
        span.setTimes(start: start, duration: start.duration(to: end))
        append(span, limits: limits)
    }
}

private func described(_ bytes: [UInt8]) -> String {
    bytes.allSatisfy { $0 == 0 } && !bytes.isEmpty ? "only zeros" : "\(bytes.count) bytes"
}
