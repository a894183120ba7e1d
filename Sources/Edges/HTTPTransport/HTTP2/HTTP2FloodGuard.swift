internal import Quantities

/// Counts what costs a peer nothing and us something: a bucket of as many as the bound's burst that fills with time.
struct HTTP2FloodGuard {
    private let bound: HTTP2FloodBound
    /// Nanoseconds of filling that have been used up; 0 is a full bucket.
    private var debt: UInt64 = 0
    private var last: MonotonicTime?

    init(_ bound: HTTP2FloodBound) {
        self.bound = bound
    }

    private var nanosecondsEach: UInt64 { 1_000_000_000 / UInt64(max(1, bound.perSecond)) }

    /// Notes one more, and tells whether it may still be.
    mutating func allows(at now: MonotonicTime) -> Bool {
        let elapsed = last.map { now.nanoseconds > $0.nanoseconds ? now.nanoseconds - $0.nanoseconds : 0 } ?? 0
        last = now
        debt = debt > elapsed ? debt - elapsed : 0
        let (limit, isUnbounded) = nanosecondsEach.multipliedReportingOverflow(by: UInt64(max(1, bound.burst)))
        // Stays at the limit, so it cannot grow without end.
        guard isUnbounded || debt + nanosecondsEach <= limit else { return false }
        if !isUnbounded { debt += nanosecondsEach }
        return true
    }
}
