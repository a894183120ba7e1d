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
        [
            "schema": "meshtop/trace/v1", "traceId": .string(trace.id.description),
            "start": .string(trace.start.rfc3339), "durationMilliseconds": .number(trace.duration.milliseconds),
            "spans": .array(TraceTree(trace).rows.map(span)),
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
        ]
        object["parentSpanId"] = row.span.parent.map { .string($0.description) }
        var attributes = JSONObject()
        for attribute in row.span.attributes { attributes[attribute.key] = .string(attribute.value) }
        object["attributes"] = .object(attributes)
        return .object(object)
    }
}
