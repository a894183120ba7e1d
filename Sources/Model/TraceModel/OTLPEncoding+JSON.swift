package import JSONWire
import Quantities

extension OTLPEncoding {
    /// `TracesData` in [OTLP/JSON](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids in
    /// hexadecimal digits, 64-bit numbers as text, enumerations as numbers. One line of it is a line of the
    /// OpenTelemetry Collector's file exporter.
    ///
    /// Spans are grouped as in ``exportRequest(_:scope:)``. What is odd about a span is not said: the format has no place
    /// for it.
    package static func document(_ spans: [Span], scope: String) -> JSONValue {
        var order: [String] = []
        var byService: [String: [Span]] = [:]
        for span in spans {
            if byService[span.service] == nil { order.append(span.service) }
            byService[span.service, default: []].append(span)
        }
        let groups = order.map { service -> JSONValue in
            [
                "resource": ["attributes": attributes([Span.Attribute(key: "service.name", value: service)])],
                "scopeSpans": [
                    [
                        "scope": ["name": .string(scope)],
                        "spans": .array((byService[service] ?? []).map(json)),
                    ]
                ],
            ]
        }
        return ["resourceSpans": .array(groups)]
    }

    private static func json(_ span: Span) -> JSONValue {
        var object: JSONObject = [
            "traceId": .string(span.trace.description), "spanId": .string(span.id.description),
        ]
        object["parentSpanId"] = span.parent.map { .string($0.description) }
        object["name"] = .string(span.name)
        object["kind"] = .integer(Int64(span.kind.rawValue))
        object["startTimeUnixNano"] = nanoseconds(span.start)
        object["endTimeUnixNano"] = nanoseconds(span.end)
        if !span.attributes.isEmpty { object["attributes"] = attributes(span.attributes) }
        if !span.events.isEmpty {
            object["events"] = .array(
                span.events.map {
                    [
                        "timeUnixNano": nanoseconds($0.time), "name": .string($0.name),
                        "attributes": attributes($0.attributes),
                    ]
                })
        }
        var status = JSONObject()
        if span.status != .unset { status["code"] = .integer(Int64(span.status.rawValue)) }
        if !span.statusMessage.isEmpty { status["message"] = .string(span.statusMessage) }
        object["status"] = .object(status)
        return .object(object)
    }

    private static func nanoseconds(_ time: WallTime) -> JSONValue {
        .string(String(UInt64(clamping: time.nanosecondsSinceEpoch)))
    }

    private static func attributes(_ attributes: [Span.Attribute]) -> JSONValue {
        .array(attributes.map { ["key": .string($0.key), "value": ["stringValue": .string($0.value)]] })
    }
}
