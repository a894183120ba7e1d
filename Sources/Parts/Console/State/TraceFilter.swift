import Quantities
import TraceModel

/// What a person types to find traces: `service=order op=charge http.status_code=500 >100ms error checkout`.
///
/// Words, durations, errors and services are looked up in the list at once; operations and tags only the source of the
/// traces knows, and it is asked when the line is finished.
struct TraceFilter: Hashable, Sendable {
    private(set) var words: [String] = []
    private(set) var minimum: Duration?
    private(set) var maximum: Duration?
    private(set) var errorsOnly = false
    private(set) var service: String?
    private(set) var operation: String?
    private(set) var tags: [Span.Attribute] = []

    static let examples = "order >100ms error op=charge http.status_code=500"

    init(_ text: String = "") {
        for term in text.split(separator: " ") { add(String(term)) }
    }

    private mutating func add(_ term: String) {
        let lower = term.lowercased()
        if lower == "error" || lower == "errors" || lower == "failed" {
            errorsOnly = true
        } else if let limit = TraceFilter.duration(lower, after: [">", "min=", "duration>", "duration>="]) {
            minimum = limit
        } else if let limit = TraceFilter.duration(lower, after: ["<", "max=", "duration<", "duration<="]) {
            maximum = limit
        } else if let equals = term.firstIndex(of: "="), equals > term.startIndex {
            let value = String(term[term.index(after: equals)...])
            guard !value.isEmpty else { return }
            switch lower.prefix(while: { $0 != "=" }) {
            case "service": service = value
            case "op", "operation", "name": operation = value
            case "tag":
                // `tag=key=value`, as people know it from other tools.
                if let second = value.firstIndex(of: "="), second > value.startIndex {
                    tags.append(
                        Span.Attribute(
                            key: String(value[..<second]), value: String(value[value.index(after: second)...])))
                }
            default: tags.append(Span.Attribute(key: String(term[..<equals]), value: value))
            }
        } else {
            words.append(lower)
        }
    }

    /// `100ms`, `1.5s`, `250us`, and a bare number for milliseconds, after one of `marks`.
    private static func duration(_ text: String, after marks: [String]) -> Duration? {
        for mark in marks where text.hasPrefix(mark) {
            let rest = text.dropFirst(mark.count)
            let number = rest.prefix { $0.isNumber || $0 == "." }
            guard let value = Double(number), value >= 0, value < 1e9 else { continue }
            let scales = ["": 1e6, "ms": 1e6, "s": 1e9, "us": 1e3, "µs": 1e3, "ns": 1, "m": 60e9, "min": 60e9]
            guard let scale = scales[String(rest.dropFirst(number.count))] else { continue }
            return .nanoseconds(Int64(min(value * scale, 1e17)))
        }
        return nil
    }

    /// Whether a trace of the list is meant, as far as the list tells.
    func matches(_ trace: TraceSummary) -> Bool {
        if errorsOnly, trace.errorCount == 0 { return false }
        if let minimum, trace.duration < minimum { return false }
        if let maximum, trace.duration > maximum { return false }
        if let service, !trace.services.contains(where: { TraceQuery.isService($0, named: service) }) { return false }
        guard !words.isEmpty else { return true }
        let text = "\(trace.rootService) \(trace.rootName) \(trace.services.joined(separator: " "))".lowercased()
        let id = trace.id.description
        return words.allSatisfy { text.contains($0) || id.hasPrefix($0) }
    }
}
