import Quantities

/// Seeded randomness (SplitMix64), so that two runs of the shop can be the same.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func happens(_ share: Ratio) -> Bool {
        Double.random(in: 0..<1, using: &self) < share.value
    }

    /// A duration whose logarithm is normal: half of all draws are below `median`, and a `spread` of 0.5 puts one in
    /// twenty above 2.3 times it. Never more than 20 times the median.
    mutating func duration(median: Duration, spread: Double) -> Duration {
        // The sum of twelve uniform draws is close to normal with variance 1 around 6, and needs no logarithm.
        var sum = -6.0
        for _ in 0..<12 { sum += Double.random(in: 0..<1, using: &self) }
        return median * min(exponential(of: sum * spread), 20)
    }

    /// The gap to the next arrival when arrivals are independent (a Poisson process) at `rate` a second.
    mutating func gap(rate: Double) -> Duration {
        let uniform = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &self)
        return .nanoseconds(Int64(-naturalLogarithm(of: uniform) / max(rate, 0.001) * 1e9))
    }
}
