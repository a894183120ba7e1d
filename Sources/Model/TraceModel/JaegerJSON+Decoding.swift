package import JSONWire
import Quantities

/// Why a document is no answer of Jaeger's query API.
package enum JaegerJSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server says so itself.
    case refused(code: Int?, message: String)
    /// Something is not what it must be, and where: `data[0].spans[2].spanID`.
    case malformed(place: String, message: String)

    package var description: String {
        switch self {
        case .refused(let code, let message): code.map { "\($0): \(message)" } ?? message
        case .malformed(let place, let message): "\(place): \(message)"
        }
    }
}

extension JaegerJSON {
    /// The traces of an answer to `GET /api/traces` or `/api/traces/{id}`, in its order. A trace without spans, and a
    /// span of another trace than the one it stands in, are left out. Process tags become attributes after the span's.
    package static func traces(in document: JSONValue) throws(JaegerJSONError) -> [Trace] {
        try traces(list: try data(of: document), at: "data")
    }

    /// The same of an answer that may be partial: where there are traces beside errors, both are given.
    package static func answer(
        in document: JSONValue
    ) throws(JaegerJSONError) -> (traces: [Trace], errors: [String]) {
        let errors = document["errors"]?.array ?? []
        guard let list = document["data"]?.array, !list.isEmpty, !errors.isEmpty else {
            return (try traces(in: document), [])
        }
        return (
            try traces(list: list, at: "data"),
            errors.prefix(8).map { $0["msg"]?.string ?? "no reason given" }
        )
    }

    /// The links of an answer to `GET /api/dependencies`, in its order. Jaeger counts no errors.
    package static func dependencies(in document: JSONValue) throws(JaegerJSONError) -> [TraceDependency] {
        try data(of: document).compactMap { link in
            guard let parent = link["parent"]?.string, let child = link["child"]?.string else { return nil }
            return TraceDependency(caller: parent, called: child, callCount: max(0, link["callCount"]?.int ?? 0))
        }
    }

    /// Traces without their envelope, as `data` holds them.
    static func traces(list: [JSONValue], at root: String) throws(JaegerJSONError) -> [Trace] {
        var traces: [Trace] = []
        for (index, value) in list.enumerated() {
            let place = "\(root)[\(index)]"
            guard let id = value["traceID"]?.string.flatMap({ TraceID(hexadecimal: $0) }) else {
                throw .malformed(place: place + ".traceID", message: "expected 1 to 32 hexadecimal digits, not all 0")
            }
            let processes = value["processes"]?.object ?? JSONObject()
            var spans: [Span] = []
            for (index, value) in (value["spans"]?.array ?? []).enumerated() {
                spans.append(try span(value, processes: processes, of: id, at: "\(place).spans[\(index)]"))
            }
            if let trace = Trace(id: id, spans: spans) { traces.append(trace) }
        }
        return traces
    }

    /// The names of an answer to `GET /api/services`.
    package static func services(in document: JSONValue) throws(JaegerJSONError) -> [String] {
        try data(of: document).compactMap(\.string)
    }

    private static func data(of document: JSONValue) throws(JaegerJSONError) -> [JSONValue] {
        if let error = document["errors"]?[0] {
            throw .refused(code: error["code"]?.int, message: error["msg"]?.string ?? "no reason given")
        }
        guard let data = document["data"] else {
            throw .malformed(place: "data", message: "expected an array, found none")
        }
        guard let list = data.isNull ? [] : data.array else {
            throw .malformed(place: "data", message: "expected an array, found \(data.kindInWords)")
        }
        return list
    }

    private static func span(
        _ value: JSONValue, processes: JSONObject, of trace: TraceID, at place: String
    ) throws(JaegerJSONError) -> Span {
        guard let id = value["spanID"]?.string.flatMap({ SpanID(hexadecimal: $0) }) else {
            throw .malformed(place: place + ".spanID", message: "expected 1 to 16 hexadecimal digits, not all 0")
        }
        guard let own = value["traceID"]?.string.map({ TraceID(hexadecimal: $0) }) ?? trace else {
            throw .malformed(place: place + ".traceID", message: "expected 1 to 32 hexadecimal digits, not all 0")
        }
        guard let start = value["startTime"]?.int, let duration = value["duration"]?.int else {
            throw .malformed(place: place, message: "expected whole microseconds in \"startTime\" and \"duration\"")
        }
        let process = value["processID"]?.string.flatMap { processes[$0] } ?? value["process"]
        var span = Span(
            trace: own, id: id, parent: parent(of: value, in: own), name: value["operationName"]?.string ?? "",
            kind: .unspecified, service: process?["serviceName"]?.string ?? OTLPDecoding.unknownService,
            start: WallTime(nanosecondsSinceEpoch: 0), duration: .zero,
            oddities: SpanOddities(words: (value["warnings"]?.array ?? []).compactMap(\.string)))
        span.setTimes(
            start: WallTime(nanosecondsSinceEpoch: nanoseconds(microseconds: Int64(start))),
            duration: .nanoseconds(nanoseconds(microseconds: Int64(duration))))
        var tags = SpanTags()
        for tag in (value["tags"]?.array ?? []) + (process?["tags"]?.array ?? []) {
            if let key = tag["key"]?.string, let value = tag["value"] { tags.add(key, value, to: &span) }
        }
        span.events = (value["logs"]?.array ?? []).map(event)
        return span
    }

    private static func event(_ log: JSONValue) -> Span.Event {
        let fields = (log["fields"]?.array ?? []).compactMap { field in
            field["key"]?.string.map { (key: $0, value: field["value"]?.plainText ?? "") }
        }
        return Span.Event(
            microseconds: Int64(log["timestamp"]?.int ?? 0),
            logFields: Array(fields.prefix(SpanLimits.default.attributes)))
    }

    private static func parent(of value: JSONValue, in trace: TraceID) -> SpanID? {
        let references = (value["references"]?.array ?? []).filter { reference in
            reference["traceID"]?.string.map { TraceID(hexadecimal: $0) == trace } ?? true
        }
        let chosen = references.first { $0["refType"]?.string == "CHILD_OF" } ?? references.first
        let id = chosen?["spanID"]?.string ?? value["parentSpanID"]?.string
        return id.flatMap { SpanID(hexadecimal: $0) }
    }
}
