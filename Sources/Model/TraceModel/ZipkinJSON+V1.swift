import JSONWire
import Quantities

extension ZipkinJSON {
    /// Reads the list that `POST /api/v1/spans` brings, the older form, as `zipkin-api.yaml` of
    /// <https://github.com/openzipkin/zipkin-api> describes it.
    ///
    /// There, what a span is shows in its annotations: `cs` and `cr` are the client's, `sr` and `ss` the server's, `ms`
    /// and `mr` those of a message. One span may hold both halves of a call; it becomes two that share an id, as two
    /// reporters would have sent them.
    package static func batch(
        v1 bytes: [UInt8], limits: SpanLimits = .default
    ) throws(SpanPayloadError) -> SpanBatch {
        let fields = ZipkinFields(limits: limits)
        var batch = SpanBatch()
        try elements(of: bytes) { (value, place) throws(SpanPayloadError) in
            try readV1(value, at: place, fields, into: &batch)
        }
        return batch
    }

    static func batch(v1Document list: JSONValue, limits: SpanLimits) throws(SpanPayloadError) -> SpanBatch {
        let fields = ZipkinFields(limits: limits)
        var batch = SpanBatch()
        try elements(of: list) { (value, place) throws(SpanPayloadError) in
            try readV1(value, at: place, fields, into: &batch)
        }
        return batch
    }

    private static func readV1(
        _ value: JSONValue, at place: String, _ fields: ZipkinFields, into batch: inout SpanBatch
    ) throws(SpanPayloadError) {
        let reading = try ZipkinV1Span(value, at: place, fields)
        for span in reading.spans() { batch.append(span, limits: fields.limits) }
    }
}

/// One span of the older form, taken apart.
private struct ZipkinV1Span {
    private struct Annotation {
        let time: WallTime
        let value: String
        let endpoint: ZipkinEndpoint?
    }

    private struct Tag {
        let key: String
        let value: String
        let endpoint: ZipkinEndpoint?
    }

    /// Annotations with a meaning; the rest are events.
    private static let core = ["cs", "cr", "sr", "ss", "ms", "mr"]
    /// Annotations whose value is `true` and whose endpoint is the other side: server, client, message broker.
    private static let addresses = ["sa", "ca", "ma"]

    private let limits: SpanLimits
    private let trace: TraceID
    private let id: SpanID
    private let parent: SpanID?
    private let name: String
    private let start: WallTime?
    private let duration: Duration?
    private let isDebug: Bool
    /// The first of each.
    private var coreAnnotations: [String: Annotation] = [:]
    private var events: [Annotation] = []
    private var tags: [Tag] = []
    private var remote: [String: ZipkinEndpoint] = [:]

    init(_ value: JSONValue, at place: String, _ fields: ZipkinFields) throws(SpanPayloadError) {
        limits = fields.limits
        trace = try fields.traceID(value, in: place)
        id = try fields.spanID(value, in: place)
        parent = try fields.parentID(value, in: place)
        name = try fields.text(value, "name", in: place) ?? ""
        // 0 was written for "not known".
        start = try fields.microseconds(value, "timestamp", in: place)
            .flatMap { $0 == 0 ? nil : WallTime(nanosecondsSinceEpoch: $0) }
        duration = try fields.microseconds(value, "duration", in: place).map { .nanoseconds($0) }
        isDebug = try fields.flag(value, "debug", in: place)
        for (place, annotation) in try fields.elements(value, "annotations", in: place) {
            let reading = Annotation(
                time: WallTime(
                    nanosecondsSinceEpoch: try fields.microseconds(annotation, "timestamp", in: place) ?? 0),
                value: try fields.text(annotation, "value", in: place) ?? "",
                endpoint: try fields.endpoint(annotation, "endpoint", in: place))
            if Self.core.contains(reading.value) {
                coreAnnotations[reading.value] = coreAnnotations[reading.value] ?? reading
            } else if events.count < limits.attributes {
                events.append(reading)
            }
        }
        for (place, item) in try fields.elements(value, "binaryAnnotations", in: place) {
            let key = try fields.text(item, "key", in: place) ?? ""
            let endpoint = try fields.endpoint(item, "endpoint", in: place)
            let value = fields.present(item, "value") ?? .null
            if Self.addresses.contains(key), value.bool == true || value.string == "true" {
                remote[key] = endpoint
            } else if tags.count < limits.attributes {
                tags.append(Tag(key: key, value: value.plainText.clipped(toUTF8: limits.textBytes), endpoint: endpoint))
            }
        }
    }

    /// One, or two when client and server are both here.
    func spans() -> [Span] {
        let isClient = has("cs") || has("cr")
        let isServer = has("sr") || has("ss")
        var halves: [Span] = []
        if isClient { halves.append(half(.client, from: "cs", to: "cr", remote: "sa", isOwner: true)) }
        // Where the client is here too, or no time was written, the span's own times are the client's.
        if isServer { halves.append(half(.server, from: "sr", to: "ss", remote: "ca", isOwner: !isClient)) }
        if halves.isEmpty {
            if has("ms") {
                halves.append(half(.producer, from: "ms", to: "ms", remote: "ma", isOwner: true))
            } else if has("mr") {
                halves.append(half(.consumer, from: "mr", to: "mr", remote: "ma", isOwner: true))
            } else if remote["sa"] != nil {
                halves.append(half(.client, from: "cs", to: "cr", remote: "sa", isOwner: true))
            } else {
                halves.append(half(.unspecified, from: "", to: "", remote: "", isOwner: true))
            }
        }
        distribute(among: &halves)
        return halves
    }

    private func has(_ annotation: String) -> Bool { coreAnnotations[annotation] != nil }

    private func half(
        _ kind: Span.Kind, from begin: String, to end: String, remote side: String, isOwner: Bool
    ) -> Span {
        let began = coreAnnotations[begin]
        let ended = coreAnnotations[end]
        // Without a core annotation, whoever wrote something else is the reporter.
        let local =
            began?.endpoint ?? ended?.endpoint
            ?? (isOwner
                ? events.lazy.compactMap(\.endpoint).first ?? tags.lazy.compactMap(\.endpoint).first : nil)
        var span = Span(
            trace: trace, id: id, parent: parent, name: name, kind: kind,
            service: local?.service ?? OTLPDecoding.unknownService, start: WallTime(nanosecondsSinceEpoch: 0),
            duration: .zero)
        let begins = (isOwner ? start : nil) ?? began?.time ?? ended?.time ?? (isOwner ? events.first?.time : nil)
        let measured = began.flatMap { began in ended.map { began.time.duration(to: $0.time) } }
        span.setTimes(start: begins, duration: (isOwner ? duration : nil) ?? measured ?? .zero)
        if let peer = remote[side] {
            if let service = peer.service { span.attributes.append(.init(key: "peer.service", value: service)) }
            span.attributes += peer.attributes(of: "peer")
        }
        span.attributes += local?.attributes(of: "local") ?? []
        if isDebug { span.attributes.append(.init(key: "debug", value: "true")) }
        return span
    }

    /// Gives tags and events to the half whose service wrote them, and what nobody signed to the first.
    private func distribute(among halves: inout [Span]) {
        func owner(of endpoint: ZipkinEndpoint?) -> Int {
            halves.firstIndex { $0.service == endpoint?.service } ?? 0
        }
        for tag in tags {
            halves[owner(of: tag.endpoint)].add(zipkinTag: tag.key, tag.value, limits: limits)
        }
        for event in events {
            halves[owner(of: event.endpoint)].events.append(Span.Event(time: event.time, name: event.value))
        }
    }
}
