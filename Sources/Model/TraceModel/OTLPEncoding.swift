import ProtobufWire
import Quantities

/// Spans as OpenTelemetry's exporters send them: `ExportTraceServiceRequest` in protobuf.
///
/// See `opentelemetry/proto/collector/trace/v1/trace_service.proto` and `…/trace/v1/trace.proto` in
/// <https://github.com/open-telemetry/opentelemetry-proto>.
package enum OTLPEncoding {
    /// The message for `spans`, grouped into one resource per service in the order of first sight. Attribute values
    /// leave as strings; every attribute is the span's own but `service.name`, which is the resource's.
    package static func exportRequest(_ spans: [Span], scope: String) -> [UInt8] {
        var order: [String] = []
        var byService: [String: [Span]] = [:]
        for span in spans {
            if byService[span.service] == nil { order.append(span.service) }
            byService[span.service, default: []].append(span)
        }
        var request = ProtobufWriter()
        for service in order {
            let own = byService[service] ?? []
            request.message(field: 1) { resourceSpans in
                resourceSpans.message(field: 1) { resource in
                    attribute(field: 1, key: "service.name", value: service, to: &resource)
                }
                resourceSpans.message(field: 2) { scopeSpans in
                    scopeSpans.message(field: 1) { $0.string(field: 1, scope) }
                    for span in own {
                        scopeSpans.message(field: 2) { write(span, to: &$0) }
                    }
                }
            }
        }
        return request.bytes
    }

    private static func write(_ span: Span, to message: inout ProtobufWriter) {
        message.bytes(field: 1, bigEndian(span.trace.high) + bigEndian(span.trace.low))
        message.bytes(field: 2, bigEndian(span.id.value))
        if let parent = span.parent { message.bytes(field: 4, bigEndian(parent.value)) }
        message.string(field: 5, span.name)
        message.varint(field: 6, UInt64(span.kind.rawValue))
        message.fixed64(field: 7, UInt64(clamping: span.start.nanosecondsSinceEpoch))
        message.fixed64(field: 8, UInt64(clamping: span.end.nanosecondsSinceEpoch))
        for item in span.attributes { attribute(field: 9, key: item.key, value: item.value, to: &message) }
        for event in span.events {
            message.message(field: 11) { inner in
                inner.fixed64(field: 1, UInt64(clamping: event.time.nanosecondsSinceEpoch))
                inner.string(field: 2, event.name)
                for item in event.attributes { attribute(field: 3, key: item.key, value: item.value, to: &inner) }
            }
        }
        if span.status != .unset || !span.statusMessage.isEmpty {
            message.message(field: 15) { status in
                if !span.statusMessage.isEmpty { status.string(field: 2, span.statusMessage) }
                status.varint(field: 3, UInt64(span.status.rawValue))
            }
        }
    }

    private static func attribute(field: Int, key: String, value: String, to message: inout ProtobufWriter) {
        message.message(field: field) { pair in
            pair.string(field: 1, key)
            pair.message(field: 2) { $0.string(field: 1, value) }
        }
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
    }
}
