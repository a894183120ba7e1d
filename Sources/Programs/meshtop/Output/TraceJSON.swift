import JSONWire
import Quantities
import TraceModel

/// Traces as JSON, schemas `meshtop/traces/v1` and `meshtop/trace/v1`.
enum TraceJSON {
    static func list(_ traces: [TraceSummary]) -> JSONValue {
        [
            "schema": "meshtop/traces/v1",
            "traces": .array(
                traces.map { trace in
                    [
                        "traceId": .string(trace.id.description), "rootService": .string(trace.rootService),
                        "rootName": .string(trace.rootName), "start": .string(trace.start.rfc3339),
                        "durationMilliseconds": .number(trace.duration.milliseconds),
                        "spans": .integer(Int64(trace.spanCount)), "errors": .integer(Int64(trace.errorCount)),
                        "services": .array(trace.services.map { .string($0) }),
                    ]
                }),
        ]
    }

    /// Spans in the order of the waterfall: each below its parent.
    static func trace(_ trace: Trace) -> JSONValue {
        let tree = TraceTree(trace)
        return [
            "schema": "meshtop/trace/v1", "traceId": .string(trace.id.description),
            "start": .string(tree.start.rfc3339), "durationMilliseconds": .number(tree.duration.milliseconds),
            "spans": .array(tree.rows.map(span)),
        ]
    }

    private static func span(_ row: TraceTree.Row) -> JSONValue {
        var object: JSONObject = [
            "spanId": .string(row.span.id.description), "name": .string(row.span.name),
            "service": .string(row.span.service), "kind": .string("\(row.span.kind)"),
            "status": .string("\(row.span.status)"), "depth": .integer(Int64(row.depth)),
            "offsetMilliseconds": .number(row.offset.milliseconds),
            "durationMilliseconds": .number(row.span.duration.milliseconds),
            "selfMilliseconds": .number(row.selfTime.milliseconds),
            "isOnCriticalPath": .bool(row.isOnCriticalPath),
            // Of the self time, what the answer was held up by.
            "criticalMilliseconds": .number(row.criticalTime.milliseconds),
        ]
        object["parentSpanId"] = row.span.parent.map { .string($0.description) }
        var attributes = JSONObject()
        for attribute in row.span.attributes { attributes[attribute.key] = .string(attribute.value) }
        object["attributes"] = .object(attributes)
        if !row.span.events.isEmpty { object["events"] = .array(row.span.events.map { event($0, of: row.span) }) }
        if !row.span.oddities.isEmpty { object["oddities"] = .array(row.span.oddities.words.map { .string($0) }) }
        // What was added to the start, since its host's clock and its caller's differ.
        if row.skew != .zero { object["skewMilliseconds"] = .number(row.skew.milliseconds) }
        return .object(object)
    }

    private static func event(_ event: Span.Event, of span: Span) -> JSONValue {
        var attributes = JSONObject()
        for attribute in event.attributes { attributes[attribute.key] = .string(attribute.value) }
        return [
            "name": .string(event.name), "attributes": .object(attributes),
            "offsetMilliseconds": .number(span.start.duration(to: event.time).milliseconds),
        ]
    }
}
