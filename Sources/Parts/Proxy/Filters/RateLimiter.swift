import Quantities
import Synchronization
import TrafficPolicy

/// A bucket of tokens and its rules, shared by the workers. It outlives snapshots as long as its rules stay.
final class RateLimiter: Sendable {
    let rules: RateLimitRules
    /// A ``TokenBucket/Level``, as the bits of its number.
    private let level: Atomic<UInt64>

    init(_ rules: RateLimitRules, now: MonotonicTime) {
        self.rules = rules
        level = Atomic(rules.bucket?.full(at: now).emptySince.bitPattern ?? 0)
    }

    /// Takes a token if there is one.
    func take(_ bucket: TokenBucket, now: MonotonicTime) -> Bool {
        var known = level.load(ordering: .relaxed)
        while true {
            guard let next = bucket.taking(from: Self.level(known), at: now) else { return false }
            let result = level.compareExchange(
                expected: known, desired: next.emptySince.bitPattern, ordering: .relaxed)
            if result.exchanged { return true }
            known = result.original
        }
    }

    /// Whole tokens that are left, and the seconds until there is one.
    func report(_ bucket: TokenBucket, now: MonotonicTime) -> (remaining: Int, reset: Int) {
        let level = Self.level(level.load(ordering: .relaxed))
        let wait = bucket.untilNext(level, at: now).components
        return (
            Int(bucket.tokens(level, at: now) + 1e-6), Int(clamping: wait.seconds) + (wait.attoseconds > 0 ? 1 : 0)
        )
    }

    private static func level(_ bits: UInt64) -> TokenBucket.Level {
        TokenBucket.Level(emptySince: Double(bitPattern: bits))
    }
}
