import HTTPWire
import Quantities
import SystemIO

/// What every answer to a downstream has, or must not have.
enum AnswerHeaders {
    /// - Parameters:
    ///   - date: of now, for an answer without one: whoever passes it on and has a clock must add it (RFC 9110 §6.6.1).
    ///   - serverName: takes the place of what the upstream says, where the configuration gives one.
    static func complete(_ head: inout ResponseHead, date: [UInt8], serverName: [UInt8]?) {
        if !head.contains("date") { head.add("date", date) }
        if let serverName { head.replace("server" as HeaderName, serverName) }
        // RFC 9110 §8.6 forbids one here.
        if head.status == 204 { head.remove("content-length" as HeaderName) }
    }
}

/// The `date` field, written once a second.
struct DateField {
    private var bytes: [UInt8] = []
    private var ends = MonotonicTime(nanoseconds: 0)

    /// - Parameter now: of the loop, which is free to ask.
    mutating func value(at now: MonotonicTime) -> [UInt8] {
        guard now >= ends else { return bytes }
        let wall = SystemClock.wall()
        let second = wall.nanosecondsSinceEpoch / 1_000_000_000
        bytes = Array(HTTPDate(secondsSinceEpoch: second).text.utf8)
        // Until the wall clock's next second; should it be set back, for a second at most.
        ends = now.advanced(by: .nanoseconds(1_000_000_000 - wall.nanosecondsSinceEpoch % 1_000_000_000))
        return bytes
    }
}
