import JSONWire
import Quantities

/// Jaeger's tags: each sets the field of the model that it means, or becomes an attribute.
///
/// Kind and status travel as tags there, as
/// [OpenTelemetry](https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/) and OpenTracing lay down. The
/// first tag of such a name counts; a second one is the sender's own.
struct SpanTags {
    private var seen: Set<String> = []

    mutating func add(_ key: String, _ value: JSONValue, to span: inout Span) {
        let isFirst = seen.insert(key).inserted
        switch (key, value) {
        case ("error", .bool(let isError)) where isFirst: if isError { span.status = .error }
        case ("otel.status_code", .string(let code)) where isFirst:
            if code == "ERROR" { span.status = .error }
            if code == "OK" { span.status = .ok }
        case ("otel.status_description", .string(let message)) where isFirst: span.statusMessage = message
        case ("span.kind", .string(let name)) where isFirst:
            span.kind = JaegerJSON.kindNames.first { $0.name == name }?.kind ?? .unspecified
        default: span.attributes.append(Span.Attribute(key: key, value: value.plainText))
        }
    }
}

extension Span.Event {
    /// A log of Jaeger. OpenTracing names it in the field `event`; OpenTelemetry's exporter for Python does in `message`,
    /// which in OpenTracing says more about the event. The other fields are its attributes.
    init(microseconds: Int64, logFields: [(key: String, value: String)]) {
        let name = logFields.firstIndex { $0.key == "event" } ?? logFields.firstIndex { $0.key == "message" }
        self.init(
            time: WallTime(nanosecondsSinceEpoch: nanoseconds(microseconds: microseconds)),
            name: name.map { logFields[$0].value } ?? "",
            attributes: logFields.indices.filter { $0 != name }.map {
                Span.Attribute(key: logFields[$0].key, value: logFields[$0].value)
            })
    }
}
