import HTTPWire
import TraceModel

/// Reads a request's trace headers and writes those of our own span.
///
/// W3C `traceparent` is believed first, then `b3`, then the `x-b3-…` headers. What leaves is always `traceparent`, and
/// B3 in the form in which it came.
enum Propagation {
    static func incoming(_ head: RequestHead) -> IncomingTrace {
        var result = IncomingTrace()
        if let single = head.value(of: "b3"), let b3 = B3.parse(single: single) { result = b3 }
        if result.context == nil, let multiple = multiple(head) {
            let hadSingle = result.usesB3Single
            result = multiple
            result.usesB3Single = hadSingle
        }
        if let text = head.value(of: "traceparent"), let context = TraceParent.parse(text) {
            result.context = context
            result.keepsTraceState = true
        }
        return result
    }

    private static func multiple(_ head: RequestHead) -> IncomingTrace? {
        let trace = head.value(of: "x-b3-traceid")
        let sampled = head.value(of: "x-b3-sampled")
        let flags = head.value(of: "x-b3-flags")
        guard trace != nil || sampled != nil || flags != nil else { return nil }
        return B3.parse(trace: trace, span: head.value(of: "x-b3-spanid"), sampled: sampled, flags: flags)
    }

    /// Makes `active` the parent of whatever the next hop does.
    static func write(_ active: ActiveTrace, answering incoming: IncomingTrace, to head: inout RequestHead) {
        head.replace(
            "traceparent", TraceParent.bytes(trace: active.trace, span: active.span, isSampled: active.isSampled))
        if !incoming.keepsTraceState { head.remove("tracestate" as HeaderName) }
        if incoming.usesB3Single {
            head.replace("b3", B3.single(trace: active.trace, span: active.span, isSampled: active.isSampled))
        }
        if incoming.usesB3Multiple {
            head.replace("x-b3-traceid", active.trace.description.utf8)
            head.replace("x-b3-spanid", active.span.description.utf8)
            head.remove("x-b3-parentspanid" as HeaderName)
            if let parent = active.parent { head.add("x-b3-parentspanid", parent.description.utf8) }
            head.replace("x-b3-sampled", (active.isSampled ? "1" : "0").utf8)
        }
    }
}
