package import JSONWire
import Quantities

extension ZipkinJSON {
    /// A list of spans in Zipkin's second form, as `POST /api/v2/spans` takes it.
    ///
    /// The words of ``ZipkinJSON``'s table are written back as endpoints. Times lose what is below a microsecond, and a
    /// span shorter than one takes one; events lose their attributes, the kind `internal` is not said, and of two
    /// attributes with one key the first stays.
    package static func document(_ traces: [Trace]) -> JSONValue {
        .array(
            traces.flatMap { trace in
                let ids = trace.spans.reduce(into: [SpanID: Int]()) { $0[$1.id, default: 0] += 1 }
                return trace.spans.map { json($0, isShared: $0.kind == .server && ids[$0.id] ?? 0 > 1) }
            })
    }

    private static func json(_ span: Span, isShared: Bool) -> JSONValue {
        var object: JSONObject = ["traceId": .string(span.trace.description)]
        object["parentId"] = span.parent.map { .string($0.description) }
        object["id"] = .string(span.id.description)
        switch span.kind {
        case .client: object["kind"] = "CLIENT"
        case .server: object["kind"] = "SERVER"
        case .producer: object["kind"] = "PRODUCER"
        case .consumer: object["kind"] = "CONSUMER"
        case .internal, .unspecified: break
        }
        if !span.name.isEmpty { object["name"] = .string(span.name) }
        if span.hasStart { object["timestamp"] = .integer(span.start.nanosecondsSinceEpoch / 1000) }
        // Zipkin reads none as not known, and 0 nowhere.
        if span.duration > .zero { object["duration"] = .integer(max(1, span.duration.nanoseconds / 1000)) }
        if isShared { object["shared"] = true }
        if span.attribute("debug") == "true" { object["debug"] = true }
        let service = span.service == OTLPDecoding.unknownService ? nil : span.service
        object["localEndpoint"] = endpoint(of: span, service, "local")
        object["remoteEndpoint"] = endpoint(of: span, span.attribute("peer.service"), "peer")
        if !span.events.isEmpty {
            object["annotations"] = .array(
                span.events.map {
                    ["timestamp": .integer($0.time.nanosecondsSinceEpoch / 1000), "value": .string($0.name)]
                })
        }
        let tags = tags(of: span)
        if !tags.isEmpty { object["tags"] = .object(tags) }
        return .object(object)
    }

    private static let endpointKeys: Set<String> = [
        "peer.service", "network.local.address", "network.local.port", "network.peer.address", "network.peer.port",
    ]

    private static func endpoint(of span: Span, _ service: String?, _ side: String) -> JSONValue? {
        var endpoint = JSONObject()
        endpoint["serviceName"] = service.map { .string($0) }
        if let address = span.attribute("network.\(side).address") {
            endpoint[address.utf8.contains(UInt8(ascii: ":")) ? "ipv6" : "ipv4"] = .string(address)
        }
        endpoint["port"] = span.attribute("network.\(side).port").flatMap { Int64($0) }.map { .integer($0) }
        return endpoint.isEmpty ? nil : .object(endpoint)
    }

    private static func tags(of span: Span) -> JSONObject {
        var tags = JSONObject()
        switch span.status {
        case .unset: break
        case .ok: tags["otel.status_code"] = "OK"
        case .error: tags["error"] = .string(span.statusMessage.isEmpty ? "true" : span.statusMessage)
        }
        for attribute in span.attributes where tags[attribute.key] == nil {
            if endpointKeys.contains(attribute.key) || attribute.key == "debug" && attribute.value == "true" {
                continue
            }
            tags[attribute.key] = .string(attribute.value)
        }
        return tags
    }
}
