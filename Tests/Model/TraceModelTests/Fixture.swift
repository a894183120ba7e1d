import Quantities
import SystemIO
import TraceModel

/// Files beside this one; `Fixtures/README.md` says where they come from.
enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast()
        return try Files.read(path.joined(separator: "/") + "/Fixtures/" + name)
    }
}

/// A span with little to say; times are in milliseconds.
func span(
    _ id: UInt64, parent: UInt64? = nil, of trace: UInt64 = 1, service: String = "web", from start: Int64 = 0,
    to end: Int64 = 10, status: Span.Status = .unset, kind: Span.Kind = .server, attributes: [Span.Attribute] = []
) throws -> Span {
    guard let trace = TraceID(high: 0, low: trace), let own = SpanID(id) else { throw ZeroIdentifier() }
    return Span(
        trace: trace, id: own, parent: parent.flatMap(SpanID.init), name: "\(service) \(id)", kind: kind,
        service: service, start: WallTime(nanosecondsSinceEpoch: 1_700_000_000_000_000_000 + start * 1_000_000),
        duration: .milliseconds(end - start), status: status, attributes: attributes)
}

struct ZeroIdentifier: Error {}
