import Quantities

/// How long the traces of one route take, in exponential buckets: eight for each doubling, so that a quantile is right
/// to 13 %. From 1 µs to 72 minutes; what is beyond counts in the last bucket on its side.
struct LatencyBuckets: Sendable {
    /// Fewer traces than this say nothing about a 95th percentile.
    static let leastCount = 20
    /// Then all counts are halved: what was slow last week is not what is slow now.
    private static let memory: UInt32 = 4096

    private var counts: [UInt32] = []
    private var total: UInt32 = 0

    mutating func record(_ duration: Duration) {
        if counts.isEmpty { counts = Array(repeating: 0, count: 256) }
        counts[Self.bucket(of: duration)] += 1
        total += 1
        guard total >= Self.memory else { return }
        total = 0
        for index in counts.indices {
            counts[index] /= 2
            total += counts[index]
        }
    }

    /// Whether `duration` lies in a bucket above that of the 95th percentile.
    func isSlow(_ duration: Duration) -> Bool {
        guard total >= Self.leastCount else { return false }
        let own = Self.bucket(of: duration)
        // At least 95 % below: no more than a twentieth in this bucket and above.
        let above = counts[own...].reduce(UInt64(0)) { $0 + UInt64($1) }
        return above * 20 <= UInt64(total)
    }

    private static func bucket(of duration: Duration) -> Int {
        // Units of 1.024 µs.
        let units = UInt64(max(1, duration.nanoseconds >> 10))
        let octave = 63 - units.leadingZeroBitCount
        // The three bits after the leading one.
        let eighth = Int(truncatingIfNeeded: ((units << UInt64(63 - octave)) >> 60) & 7)
        return min(octave * 8 + eighth, 255)
    }
}
