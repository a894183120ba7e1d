import Quantities
import TraceModel

enum TestSpan {
    struct ZeroIdentifier: Error {}

    /// A span with little to say.
    static func make(
        _ id: UInt64, parent: UInt64? = nil, of trace: UInt64 = 1, service: String = "web",
        milliseconds: Int64 = 10, status: Span.Status = .unset
    ) throws -> Span {
        guard let trace = TraceID(high: 0, low: trace), let own = SpanID(id) else { throw ZeroIdentifier() }
        return Span(
            trace: trace, id: own, parent: parent.flatMap(SpanID.init), name: "GET /", kind: .server,
            service: service, start: WallTime(nanosecondsSinceEpoch: 1_700_000_000_000_000_000),
            duration: .milliseconds(milliseconds), status: status)
    }
}
