import HTTPTransport
import JSONWire
import Quantities
import TraceModel

/// A ``TraceQuery`` as the query of `GET /api/traces`, both ways.
///
/// Jaeger's parameters `service`, `operation`, `limit`, `minDuration` and `maxDuration` (Go's spelling: `10ms`, `1.5s`),
/// `start` and `end` (microseconds since 1970) and `tags` (a JSON object of texts), and `calledService`, which is ours.
/// The tag `error` stands for a trace with an error in any span.
enum TraceSearch {
    /// Why a query makes no sense, for whoever sent it.
    struct Refusal: Error, Hashable {
        let message: String
    }

    /// Traces of one answer, as many as Jaeger's own page may ask for.
    static let maximumLimit = 1500

    static func query(in request: HTTPRequest) throws(Refusal) -> TraceQuery {
        var query = TraceQuery(limit: 20)
        for (name, value) in request.query where !value.isEmpty {
            switch name {
            case "service": query.service = value
            case "calledService": query.calledService = value
            case "limit":
                guard let limit = Int(value), (1...maximumLimit).contains(limit) else {
                    throw Refusal(message: "limit is \"\(value.prefix(64))\"; give a number from 1 to \(maximumLimit)")
                }
                query.limit = limit
            case "operation": query.operation = value
            case "minDuration": query.minimumDuration = try duration(value, of: name)
            case "maxDuration": query.maximumDuration = try duration(value, of: name)
            case "start": query.since = try time(value, of: name)
            case "end": query.until = try time(value, of: name)
            case "tags": try read(tags: value, into: &query)
            default: continue
            }
        }
        return query
    }

    /// What to ask a collector for; ``query(in:)`` reads it back.
    /// Times are rounded to microseconds, outwards.
    static func target(for query: TraceQuery) -> String {
        "/api/traces?"
            + parameters(for: query).map { "\($0.name)=\(PercentCoding.encode($0.value))" }
            .joined(separator: "&")
    }

    /// The same, not yet joined.
    static func parameters(for query: TraceQuery) -> [(name: String, value: String)] {
        var items = [(name: "limit", value: "\(min(query.limit, maximumLimit))")]
        func add(_ name: String, _ value: String?) {
            if let value { items.append((name, value)) }
        }
        add("service", query.service)
        add("calledService", query.calledService)
        add("operation", query.operation)
        add("minDuration", query.minimumDuration.map { "\($0.nanoseconds)ns" })
        add("maxDuration", query.maximumDuration.map { "\($0.nanoseconds)ns" })
        add("start", query.since.map { "\($0.nanosecondsSinceEpoch / 1000)" })
        add("end", query.until.map { "\($0.nanosecondsSinceEpoch / 1000 + 1)" })
        var tags = JSONObject()
        for tag in query.tags { tags[tag.key] = .string(tag.value) }
        if query.errorsOnly { tags["error"] = "true" }
        if !tags.isEmpty { add("tags", JSONValue.object(tags).text) }
        return items
    }

    private static func read(tags text: String, into query: inout TraceQuery) throws(Refusal) {
        guard let tags = (try? JSONValue(parsing: text))?.object else {
            throw Refusal(message: #"tags is no JSON object; give {"error":"true"} or leave it out"#)
        }
        for (name, value) in tags {
            if name == "error", value.string == "true" || value.bool == true {
                query.errorsOnly = true
                continue
            }
            switch value {
            case .array, .object, .null:
                throw Refusal(
                    message: #"the tag "\#(name.prefix(64))" is \#(value.kindInWords); give its value as text"#)
            case .string(let text): query.tags.append(Span.Attribute(key: name, value: text))
            default: query.tags.append(Span.Attribute(key: name, value: value.text))
            }
        }
    }

    private static func duration(_ text: String, of name: String) throws(Refusal) -> Duration {
        guard let duration = duration(text) else {
            throw Refusal(message: "\(name) is \"\(text.prefix(64))\"; give one such as 10ms or 1.5s")
        }
        return duration
    }

    private static func time(_ text: String, of name: String) throws(Refusal) -> WallTime {
        guard let microseconds = Int64(text) else {
            throw Refusal(message: "\(name) is \"\(text.prefix(64))\"; give microseconds since 1970")
        }
        let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
        return WallTime(nanosecondsSinceEpoch: overflow ? (microseconds > 0 ? .max : .min) : nanoseconds)
    }

    /// One number and one unit.
    private static func duration(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let nanoseconds: [String: Double] = [
            "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
        ]
        guard let count = Double(number), let unit = nanoseconds[String(text[number.endIndex...])] else { return nil }
        return Int64(exactly: (count * unit).rounded()).map { .nanoseconds($0) }
    }
}
