import JSONWire

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
