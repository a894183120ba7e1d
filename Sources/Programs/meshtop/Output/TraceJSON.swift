import Collector
import JSONWire
import Quantities
import TraceModel

/// Traces as JSON, schemas `meshtop/traces/v1` and `meshtop/trace/v1`.
enum TraceJSON {
    /// - Parameter notices: what is missing of the list; the member is there only when something is.
    static func list(_ traces: [TraceSummary], notices: [String] = []) -> JSONValue {
        var object: JSONObject = [
            "schema": "meshtop/traces/v1", "traces": .array(traces.map { .object(summary($0)) }),
        ]
        if !notices.isEmpty { object["notices"] = .array(notices.map { .string($0) }) }
        return .object(object)
    }

    /// One line of `meshtop tail`.
    static func line(_ trace: TraceSummary) -> JSONValue {
        var object: JSONObject = ["schema": "meshtop/tail/v1"]
        for (key, value) in summary(trace) { object[key] = value }
        return .object(object)
    }

    private static func summary(_ trace: TraceSummary) -> JSONObject {
        [
            "traceId": .string(trace.id.description), "rootService": .string(trace.rootService),
            "rootName": .string(trace.rootName), "start": .string(trace.start.rfc3339),
            "durationMilliseconds": .number(trace.duration.milliseconds),
            "spans": .integer(Int64(trace.spanCount)), "errors": .integer(Int64(trace.errorCount)),
            "services": .array(trace.services.map { .string($0) }),
        ]
    }

    static func names(_ names: [String]) -> JSONValue {
        ["schema": "meshtop/trace-names/v1", "names": .array(names.map { .string($0) })]
    }

    static func dependencies(_ links: TraceAnswer<[TraceDependency]>) -> JSONValue {
        var object: JSONObject = [
            "schema": "meshtop/trace-dependencies/v1",
            "dependencies": .array(
                links.value.map { link in
                    var object: JSONObject = [
                        "source": .string(link.caller), "target": .string(link.called),
                        "calls": .integer(Int64(link.callCount)),
                    ]
                    object["errors"] = link.errorCount.map { .integer(Int64($0)) }
                    return .object(object)
                }),
        ]
        if !links.notices.isEmpty { object["notices"] = .array(links.notices.map { .string($0) }) }
        return .object(object)
    }

    static func shapes(_ shapes: [TraceShape], notices: [String] = []) -> JSONValue {
        list("meshtop/trace-shapes/v1", "shapes", shapes, notices) { shape in
            [
                "service": .string(shape.service), "operation": .string(shape.operation),
                "traces": .integer(Int64(shape.count)), "errors": .integer(Int64(shape.failed)),
                "p50Milliseconds": .number(shape.quantile(0.5).milliseconds),
                "p95Milliseconds": .number(shape.quantile(0.95).milliseconds), "spans": .integer(Int64(shape.spans)),
                "services": .array(shape.services.map { .string($0) }),
            ]
        }
    }

    static func statistics(_ statistics: TraceStatistics, notices: [String] = []) -> JSONValue {
        list("meshtop/trace-statistics/v1", "operations", statistics.rows, notices) { row in
            [
                "service": .string(row.service), "operation": .string(row.operation),
                "spans": .integer(Int64(row.count)), "errors": .integer(Int64(row.errors)),
                "p50Milliseconds": .number(row.p50.milliseconds), "p95Milliseconds": .number(row.p95.milliseconds),
                "longestMilliseconds": .number(row.longest.milliseconds),
                "totalMilliseconds": .number(row.total.milliseconds), "selfMilliseconds": .number(row.own.milliseconds),
                "criticalRatio": .number(row.critical.value),
                "slowest": [
                    "traceId": .string(row.slowest.trace.description), "spanId": .string(row.slowest.span.description),
                ],
            ]
        }
    }

    private static func list<Item>(
        _ schema: String, _ name: String, _ items: [Item], _ notices: [String], _ value: (Item) -> JSONValue
    ) -> JSONValue {
        var object: JSONObject = ["schema": .string(schema)]
        object[name] = .array(items.map(value))
        if !notices.isEmpty { object["notices"] = .array(notices.map { .string($0) }) }
        return .object(object)
    }

    /// Stretches by time; they never overlap, and under one root add up to its duration.
    static func criticalPath(_ trace: Trace) -> JSONValue {
        let tree = TraceTree(trace)
        return [
            "schema": "meshtop/critical-path/v1", "traceId": .string(trace.id.description),
            "start": .string(tree.start.rfc3339), "durationMilliseconds": .number(tree.duration.milliseconds),
            "stretches": .array(
                tree.criticalPath.map { stretch in
                    let span = tree.rows[stretch.row].span
                    return [
                        "spanId": .string(span.id.description), "service": .string(span.service),
                        "name": .string(span.name), "offsetMilliseconds": .number(stretch.offset.milliseconds),
                        "durationMilliseconds": .number(stretch.duration.milliseconds),
                    ]
                }),
        ]
    }

    /// Spans in the order of the waterfall: each below its parent.
    static func trace(_ trace: Trace) -> JSONValue {
        let calls = CallTree(trace)
        let tree = calls.tree
        var object: JSONObject = [
            "schema": "meshtop/trace/v1", "traceId": .string(trace.id.description),
            "start": .string(tree.start.rfc3339), "durationMilliseconds": .number(tree.duration.milliseconds),
            "spans": .array(tree.rows.map(span)),
        ]
        object["reason"] = TraceReason(calls, names: SpanNames()).map { .string($0.sentence) }
        return .object(object)
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
