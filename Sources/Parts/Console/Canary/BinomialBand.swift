package import Quantities

/// The range that an observed share falls into with 99 % probability when requests are drawn one by one with the
/// intended share: the acceptance region of the score test, `p ± z·√(p·(1−p)/n)`, widened by half a request for
/// counts being whole.
///
/// At 500 requests: 10 % → 6.4…13.6 %, 50 % → 44.1…55.9 %, 0 % → 0…0.1 % (so a single request is outside).
package struct BinomialBand: Hashable, Sendable {
    package let low: Ratio
    package let high: Ratio

    /// The 99.5 % quantile of the normal distribution: 0.5 % is left on either side.
    private static let z = 2.575_829_303_548_901

    /// `samples` must be above 0 to say anything; at 0 or less the band is everything.
    package init(intended: Ratio, samples: Double) {
        guard samples > 0, samples.isFinite else {
            low = .none
            high = .all
            return
        }
        let deviation = (intended.value * (1 - intended.value) / samples).squareRoot()
        let reach = BinomialBand.z * deviation + 0.5 / samples
        low = Ratio(intended.value - reach)
        high = Ratio(intended.value + reach)
    }

    package func contains(_ share: Ratio) -> Bool { low <= share && share <= high }
}
