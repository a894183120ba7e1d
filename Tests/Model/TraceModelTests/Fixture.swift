import Quantities
import SystemIO
import TestSupport
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

extension SeededGenerator {
    /// The bytes with some changed, doubled, or left out.
    mutating func spoilt(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0...4, using: &self) {
            case 0: bytes.removeSubrange(place...min(place + 8, bytes.count - 1))
            case 1: bytes.insert(bytes.randomElement(using: &self) ?? 0, at: place)
            // Digits make large numbers, and 0xFF and 0x7F long counts.
            case 2: bytes[place] = [UInt8(ascii: "9"), 0xFF, 0x7F, 0].randomElement(using: &self) ?? 0
            default: bytes[place] = UInt8.random(in: 0...255, using: &self)
            }
        }
        return bytes
    }
}
