import JSONWire
import Quantities

extension ZipkinJSON {
    /// Reads the list that `POST /api/v2/spans` brings, as `zipkin2-api.yaml` of
    /// <https://github.com/openzipkin/zipkin-api> describes it.
    ///
    /// One span that makes no sense makes the whole list an error, as in Zipkin; only spans over the limit are
    /// rejected by themselves.
    package static func batch(
        v2 bytes: [UInt8], limits: SpanLimits = .default
    ) throws(SpanPayloadError) -> SpanBatch {
        let fields = ZipkinFields(limits: limits)
        var batch = SpanBatch()
        try elements(of: bytes) { (value, place) throws(SpanPayloadError) in
            try readV2(value, at: place, fields, into: &batch)
        }
        return batch
    }

    static func batch(v2Document list: JSONValue, limits: SpanLimits) throws(SpanPayloadError) -> SpanBatch {
        let fields = ZipkinFields(limits: limits)
        var batch = SpanBatch()
        try elements(of: list) { (value, place) throws(SpanPayloadError) in
            try readV2(value, at: place, fields, into: &batch)
        }
        return batch
    }

    private static func readV2(
        _ value: JSONValue, at place: String, _ fields: ZipkinFields, into batch: inout SpanBatch
    ) throws(SpanPayloadError) {
        batch.append(try span(value, at: place, fields), limits: fields.limits)
    }

    private static let kinds: [String: Span.Kind] = [
        "CLIENT": .client, "SERVER": .server, "PRODUCER": .producer, "CONSUMER": .consumer,
    ]

    private static func span(
        _ value: JSONValue, at place: String, _ fields: ZipkinFields
    ) throws(SpanPayloadError) -> Span {
        let local = try fields.endpoint(value, "localEndpoint", in: place)
        let isShared = try fields.flag(value, "shared", in: place)
        let kind = try fields.text(value, "kind", in: place)
        var span = Span(
            trace: try fields.traceID(value, in: place), id: try fields.spanID(value, in: place),
            parent: try fields.parentID(value, in: place), name: try fields.text(value, "name", in: place) ?? "",
            // Only a server joins a span that another began.
            kind: kind.flatMap { kinds[$0.uppercased()] } ?? (isShared ? .server : .unspecified),
            service: local?.service ?? OTLPDecoding.unknownService, start: WallTime(nanosecondsSinceEpoch: 0),
            duration: .zero)
        for (place, annotation) in try fields.elements(value, "annotations", in: place) {
            let time = try fields.microseconds(annotation, "timestamp", in: place) ?? 0
            let name = try fields.text(annotation, "value", in: place) ?? ""
            guard span.events.count < fields.limits.attributes else { continue }
            span.events.append(Span.Event(time: WallTime(nanosecondsSinceEpoch: time), name: name))
        }
        // A span that was reported unfinished may have nothing but annotations.
        let start = try fields.microseconds(value, "timestamp", in: place).map(WallTime.init(nanosecondsSinceEpoch:))
        span.setTimes(
            start: start ?? span.events.map(\.time).min(),
            duration: .nanoseconds(try fields.microseconds(value, "duration", in: place) ?? 0))
        try readTags(of: value, at: place, into: &span, fields)
        if let remote = try fields.endpoint(value, "remoteEndpoint", in: place) {
            if let peer = remote.service { span.attributes.append(.init(key: "peer.service", value: peer)) }
            span.attributes += remote.attributes(of: "peer")
        }
        span.attributes += local?.attributes(of: "local") ?? []
        if try fields.flag(value, "debug", in: place) { span.attributes.append(.init(key: "debug", value: "true")) }
        return span
    }

    private static func readTags(
        of value: JSONValue, at place: String, into span: inout Span, _ fields: ZipkinFields
    ) throws(SpanPayloadError) {
        guard let member = fields.present(value, "tags") else { return }
        guard let tags = member.object else { throw fields.unexpected(member, "an object", at: place, "tags") }
        for (key, value) in tags {
            // Values should be text; a number is understood all the same.
            span.add(
                zipkinTag: key.clipped(toUTF8: fields.limits.textBytes),
                value.plainText.clipped(toUTF8: fields.limits.textBytes), limits: fields.limits)
        }
    }
}
