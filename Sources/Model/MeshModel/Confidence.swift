internal import Quantities

/// What a share may be in truth, when so many were looked at.
package struct ShareInterval: Hashable, Sendable {
    /// 0…1, `lower` ≤ `upper`.
    package let lower: Double
    package let upper: Double

    /// Wilson's score interval: holds for few samples and for shares of 0 and 1, where the textbook's does not.
    ///
    ///     of 10, none failed      0 … 27.8 % (95 %)
    ///     of 100, none failed     0 … 3.7 %
    ///     of 1,000, ten failed    0.54 … 1.83 %
    ///
    /// Wilson, E. B. (1927), Journal of the American Statistical Association 22:209–212.
    ///
    /// - Parameters:
    ///   - share: 0…1; what is outside is brought inside.
    ///   - samples: how many; nothing can be said of none, and then it is nothing.
    ///   - z: of the normal distribution; 1.96 for 95 %.
    package init?(share: Double, samples: Double, z: Double = 1.959_963_984_540_054) {
        guard samples > 0, samples.isFinite, share.isFinite, z > 0 else { return nil }
        let share = min(1, max(0, share))
        let square = z * z
        let centre = share + square / (2 * samples)
        let reach = z * (share * (1 - share) / samples + square / (4 * samples * samples)).squareRoot()
        let scale = 1 + square / samples
        lower = max(0, (centre - reach) / scale)
        upper = min(1, (centre + reach) / scale)
    }

    /// Half of its length: what to print after ±.
    package var halfWidth: Double { (upper - lower) / 2 }
}

/// How far a number may be trusted, in one word for a screen.
package enum Confidence: String, Hashable, Comparable, Sendable, CaseIterable {
    /// Fewer than 10 samples: an anecdote.
    case low
    /// Fewer than 100: the error ratio may be off by a few points.
    case fair
    case good

    package init(samples: Double) {
        self = samples < 10 ? .low : samples < 100 ? .fair : .good
    }

    package static func < (left: Confidence, right: Confidence) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .low: 0
        case .fair: 1
        case .good: 2
        }
    }
}

extension TrafficSummary {
    /// Where the true error ratio lies, at 95 %; absent without requests.
    package var errorInterval: ShareInterval? {
        errors.flatMap { ShareInterval(share: $0.value, samples: samples) }
    }

    package var confidence: Confidence { Confidence(samples: samples) }
}

/// Between which bounds a quantile lies for certain: those of its bucket. Inside it, interpolation is a guess.
package struct QuantileBounds: Hashable, Sendable {
    package var lower: Double
    /// Infinite in the last bucket.
    package var upper: Double

    package init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }
}
