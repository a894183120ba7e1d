internal import JSONWire
internal import Quantities
internal import TraceModel

/// What a search of Tempo brings of a trace.
struct TempoFinding: Hashable {
    var summary: TraceSummary
    /// Whether the server said how many spans and errors there are.
    var hasCounts: Bool

    /// Those of an answer to `/api/search`, `{"traces": [{"traceID": …, "serviceStats": …}], "metrics": …}`.
    static func list(
        in document: JSONValue, _ exchange: TraceExchange
    ) throws(TraceSourceFailure) -> [TempoFinding] {
        guard case .object = document else {
            throw exchange.refusal("expected an object with \"traces\", found \(document.kindInWords)")
        }
        var found: [TempoFinding] = []
        for (index, value) in (document["traces"]?.array ?? []).enumerated() {
            guard let id = value["traceID"]?.string.flatMap({ TraceID(hexadecimal: $0) }) else {
                throw exchange.refusal("traces[\(index)].traceID: expected 1 to 32 hexadecimal digits, not all 0")
            }
            let services = value["serviceStats"]?.object
            var spans = 0
            var errors = 0
            for (_, count) in services ?? JSONObject() {
                spans = spans.addingReportingOverflow(number(count["spanCount"])).partialValue
                errors = errors.addingReportingOverflow(number(count["errorCount"])).partialValue
            }
            let milliseconds = Int64(min(number(value["durationMs"]), 1 << 40))
            found.append(
                TempoFinding(
                    summary: TraceSummary(
                        id: id, rootService: value["rootServiceName"]?.string ?? "",
                        rootName: value["rootTraceName"]?.string ?? "",
                        start: WallTime(nanosecondsSinceEpoch: Int64(number(value["startTimeUnixNano"]))),
                        duration: .milliseconds(milliseconds), spanCount: max(0, spans), errorCount: max(0, errors),
                        services: (services?.keys ?? []).sorted()),
                    hasCounts: services?.isEmpty == false))
        }
        return found
    }

    /// What the counts of a search say of its completeness. A search that has found enough stops early, and is none the
    /// worse.
    static func partiality(_ metrics: JSONValue, isFull: Bool) -> [String] {
        var notices: [String] = []
        let (done, all) = (number(metrics["completedJobs"]), number(metrics["totalJobs"]))
        if !isFull, done < all { notices.append("partial answer: Tempo searched \(done) of \(all) parts") }
        let failed = number(metrics["failedBlocks"])
        if failed > 0 { notices.append("partial answer: \(failed) blocks could not be read") }
        return notices
    }

    /// A count: a number, or as text, which protobuf's JSON makes of large ones; 0 for anything else.
    private static func number(_ value: JSONValue?) -> Int {
        max(0, value?.int ?? value?.string.flatMap { Int($0) } ?? 0)
    }
}
