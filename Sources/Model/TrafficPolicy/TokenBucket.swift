package import Quantities

/// How many requests may pass: a bucket of tokens that fills evenly, of which each request takes one.
///
/// All that changes is one instant, the one at which the bucket was last empty, or would have been; what the bucket holds
/// follows from it and from the time. So several threads can share a bucket by comparing and exchanging one word.
package struct TokenBucket: Sendable, Hashable {
    /// When the bucket held nothing, in seconds of the monotonic clock; it may lie in the future only by a rounding.
    package struct Level: Sendable, Hashable {
        package var emptySince: Double

        package init(emptySince: Double) {
            self.emptySince = emptySince
        }
    }

    /// Tokens that it holds at most; at least 1.
    package let capacity: UInt32
    /// Tokens that come in each ``fillInterval``; at least 1.
    package let tokensPerFill: UInt32
    /// More than nothing.
    package let fillInterval: Duration

    package init(capacity: UInt32, tokensPerFill: UInt32 = 1, fillInterval: Duration) {
        self.capacity = max(1, capacity)
        self.tokensPerFill = max(1, tokensPerFill)
        self.fillInterval = max(.milliseconds(1), fillInterval)
    }

    /// Tokens a second. They come one by one, as Envoy's do since 1.32, and not all at the interval's end.
    private var rate: Double { Double(tokensPerFill) / (Double(fillInterval.nanoseconds) / 1e9) }

    /// Full at `now`.
    package func full(at now: MonotonicTime) -> Level {
        Level(emptySince: Self.seconds(now) - Double(capacity) / rate)
    }

    /// What it holds, with the part of the token that is on its way.
    package func tokens(_ level: Level, at now: MonotonicTime) -> Double {
        max(0, min(Double(capacity), (Self.seconds(now) - level.emptySince) * rate))
    }

    /// Its level with one token less; nothing when there is not a whole one.
    package func taking(from level: Level, at now: MonotonicTime) -> Level? {
        let held = tokens(level, at: now)
        // A token that took its whole time to come must count, whatever a sum of times was rounded to.
        guard held >= 1 - 1e-6 else { return nil }
        return Level(emptySince: Self.seconds(now) - (held - 1) / rate)
    }

    /// How long until it holds a whole token; 0 when it does.
    package func untilNext(_ level: Level, at now: MonotonicTime) -> Duration {
        let missing = 1 - tokens(level, at: now)
        return missing <= 1e-6 ? .zero : .nanoseconds(Int64((missing / rate * 1e9).rounded(.up)))
    }

    private static func seconds(_ time: MonotonicTime) -> Double { Double(time.nanoseconds) / 1e9 }
}
