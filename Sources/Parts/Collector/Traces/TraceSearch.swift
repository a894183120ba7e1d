import HTTPTransport
import JSONWire
import Quantities
import TraceModel

/// A ``TraceQuery`` as the query of `GET /api/traces`, both ways.
///
/// Jaeger's parameters `service`, `limit`, `minDuration` (Go's spelling: `10ms`, `1.5s`) and `tags`, of which only
/// `{"error":"true"}` can be searched for, and `calledService`, which is ours. `start`, `end` and `lookback` narrow
/// nothing: the store holds the newest traces and no more.
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
            case "minDuration":
                guard let duration = duration(value) else {
                    throw Refusal(message: "minDuration is \"\(value.prefix(64))\"; give one such as 10ms or 1.5s")
                }
                query.minimumDuration = duration
            case "tags": query.errorsOnly = try isErrorsOnly(tags: value)
            case "operation", "maxDuration":
                throw Refusal(message: "\(name) cannot be searched for here; leave it out")
            default: continue
            }
        }
        return query
    }

    /// What to ask a collector for; ``query(in:)`` reads it back.
    static func target(for query: TraceQuery) -> String {
        var items = ["limit=\(min(query.limit, maximumLimit))"]
        func add(_ name: String, _ value: String) { items.append(name + "=" + PercentCoding.encode(value)) }
        if let service = query.service { add("service", service) }
        if let called = query.calledService { add("calledService", called) }
        if let minimum = query.minimumDuration { add("minDuration", "\(minimum.nanoseconds)ns") }
        if query.errorsOnly { add("tags", #"{"error":"true"}"#) }
        return "/api/traces?" + items.joined(separator: "&")
    }

    private static func isErrorsOnly(tags: String) throws(Refusal) -> Bool {
        guard let tags = (try? JSONValue(parsing: tags))?.object else {
            throw Refusal(message: #"tags is no JSON object; give {"error":"true"} or leave it out"#)
        }
        for (name, value) in tags where name != "error" || value.string != "true" && value.bool != true {
            throw Refusal(
                message: #"the tag "\#(name.prefix(64))" cannot be searched for so; only {"error":"true"} can"#)
        }
        return !tags.isEmpty
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
