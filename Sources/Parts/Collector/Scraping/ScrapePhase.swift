internal import Quantities

/// When in the interval a target is scraped: always at the same place, and each at its own, so that a thousand targets
/// do not all answer at once.
struct ScrapePhase {
    private let interval: UInt64
    private let offset: UInt64

    init(of target: String, interval: Duration) {
        self.interval = UInt64(max(1, interval.nanoseconds))
        // FNV-1a, then mixed: names differ in their last characters only.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in target.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
        offset = (hash >> 16) % self.interval
    }

    /// The first moment of this phase that is not before `time`.
    func next(notBefore time: MonotonicTime) -> MonotonicTime {
        let past = (time.nanoseconds &+ interval &- offset) % interval
        return past == 0 ? time : time.advanced(by: .nanoseconds(Int64(clamping: interval - past)))
    }
}
