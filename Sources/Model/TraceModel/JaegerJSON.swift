package import JSONWire
import Quantities

/// Traces as Jaeger's query API has them: `GET /api/traces`, which Grafana and others read too.
///
/// Times are whole microseconds there, so a round trip loses the nanoseconds. Kind and status travel as the tags
/// `span.kind`, `error`, `otel.status_code` and `otel.status_description`, as
/// [OpenTelemetry](https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/) lays down.
package enum JaegerJSON {
    /// `{"data": […], "total": …, "limit": 0, "offset": 0, "errors": null}`.
    package static func document(_ traces: [Trace]) -> JSONValue {
        envelope(data: .array(traces.map(trace)), total: traces.count)
    }

    /// The answer of `GET /api/services`.
    package static func document(services: [String]) -> JSONValue {
        envelope(data: .array(services.map(JSONValue.string)), total: services.count)
    }

    /// What a request that failed is answered with; `code` is the HTTP status.
    package static func failure(code: Int, message: String) -> JSONValue {
        [
            "data": .null, "total": 0, "limit": 0, "offset": 0,
            "errors": [["code": .integer(Int64(code)), "msg": .string(message)]],
        ]
    }

    private static func envelope(data: JSONValue, total: Int) -> JSONValue {
        ["data": data, "total": .integer(Int64(total)), "limit": 0, "offset": 0, "errors": .null]
    }

    private static func trace(_ trace: Trace) -> JSONValue {
        var processes = JSONObject()
        var processIDs: [String: String] = [:]
        var spans: [JSONValue] = []
        for item in trace.spans {
            let processID = processIDs[item.service] ?? "p\(processIDs.count + 1)"
            if processIDs.updateValue(processID, forKey: item.service) == nil {
                processes[processID] = ["serviceName": .string(item.service), "tags": []]
            }
            spans.append(span(item, processID: processID))
        }
        return [
            "traceID": .string(trace.id.description), "spans": .array(spans), "processes": .object(processes),
            "warnings": .null,
        ]
    }

    private static func span(_ span: Span, processID: String) -> JSONValue {
        let trace = JSONValue.string(span.trace.description)
        let references: [JSONValue] =
            span.parent.map { parent in
                [["refType": "CHILD_OF", "traceID": trace, "spanID": .string(parent.description)]]
            } ?? []
        return [
            "traceID": trace, "spanID": .string(span.id.description), "flags": 1,
            "operationName": .string(span.name), "references": .array(references),
            "startTime": .integer(span.start.nanosecondsSinceEpoch / 1000),
            "duration": .integer(span.duration.nanoseconds / 1000), "tags": .array(tags(of: span)),
            "logs": .array(span.events.map(log)), "processID": .string(processID),
            "warnings": span.oddities.isEmpty ? .null : .array(span.oddities.words.map { .string($0) }),
        ]
    }

    private static func log(_ event: Span.Event) -> JSONValue {
        var fields: [JSONValue] = [["key": "event", "type": "string", "value": .string(event.name)]]
        for attribute in event.attributes {
            fields.append(["key": .string(attribute.key), "type": "string", "value": .string(attribute.value)])
        }
        return ["timestamp": .integer(event.time.nanosecondsSinceEpoch / 1000), "fields": .array(fields)]
    }

    /// First what Jaeger has no field for, then the attributes.
    private static func tags(of span: Span) -> [JSONValue] {
        var tags: [JSONValue] = []
        func add(_ key: String, _ type: JSONValue, _ value: JSONValue) {
            tags.append(["key": .string(key), "type": type, "value": value])
        }
        if let kind = kindNames.first(where: { $0.kind == span.kind }) {
            add("span.kind", "string", .string(kind.name))
        }
        switch span.status {
        case .unset: break
        case .ok: add("otel.status_code", "string", "OK")
        case .error:
            add("otel.status_code", "string", "ERROR")
            add("error", "bool", true)
        }
        if !span.statusMessage.isEmpty { add("otel.status_description", "string", .string(span.statusMessage)) }
        for attribute in span.attributes { add(attribute.key, "string", .string(attribute.value)) }
        return tags
    }

    static let kindNames: [(kind: Span.Kind, name: String)] = [
        (.internal, "internal"), (.server, "server"), (.client, "client"), (.producer, "producer"),
        (.consumer, "consumer"),
    ]
}
