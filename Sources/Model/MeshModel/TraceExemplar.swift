package import Quantities

/// One request that was counted, and the trace that tells all of it: the way from a number to what it is made of.
package struct TraceExemplar: Hashable, Sendable {
    /// As the reporter spells it, most often 32 hexadecimal digits.
    package var traceID: String
    /// How long it took.
    package var milliseconds: Double
    /// When it ended, by the reporter's clock, or when it was read where the reporter does not tell.
    package var time: WallTime

    package init(traceID: String, milliseconds: Double, time: WallTime) {
        self.traceID = traceID
        self.milliseconds = milliseconds
        self.time = time
    }
}

extension TraceExemplar {
    /// Each trace once, newest first, at most `count`.
    package static func newest(_ count: Int, of all: [TraceExemplar]) -> [TraceExemplar] {
        var seen: Set<String> = []
        var newest: [TraceExemplar] = []
        for exemplar in all.sorted(by: { ($1.time, $0.traceID) < ($0.time, $1.traceID) })
        where newest.count < count && seen.insert(exemplar.traceID).inserted {
            newest.append(exemplar)
        }
        return newest
    }
}
