// The exponential and the logarithm are libm's.
internal import Glibc

/// How surprising a difference is when nothing has changed. All results are p-values, 0…1, of two-sided tests; exact
/// tests are used throughout, so that few requests claim too little rather than too much.
package enum Significance {
    /// Two counts over two lengths of time, both of events at one constant rate: Przyborowski and Wilenski's conditional
    /// test. Given their sum, the second is binomial with the second length's share.
    package static func ofRates(_ first: Double, over firstTime: Double, _ second: Double, over secondTime: Double)
        -> Double
    {
        guard firstTime > 0, secondTime > 0 else { return 1 }
        return binomial(whole(second), of: whole(first) + whole(second), chance: secondTime / (firstTime + secondTime))
    }

    /// Two shares: `failed` of `all` at both times. Fisher's exact test.
    package static func ofShares(_ first: (failed: Double, all: Double), _ second: (failed: Double, all: Double))
        -> Double
    {
        let all = (whole(first.all), whole(second.all))
        let failed = (min(whole(first.failed), all.0), min(whole(second.failed), all.1))
        guard all.0 > 0, all.1 > 0 else { return 1 }
        return hypergeometric(failed.1, drawn: all.1, marked: failed.0 + failed.1, all: all.0 + all.1)
    }

    /// Two histograms over the same buckets: Pearson's chi-square test of homogeneity. Neighbouring buckets are joined
    /// until each is expected to hold at least five at both times; with fewer than two left nothing can be said.
    package static func ofHistograms(_ first: [Double], _ second: [Double]) -> Double {
        let totals = (first.reduce(0, +), second.reduce(0, +))
        let all = totals.0 + totals.1
        guard first.count == second.count, totals.0 > 0, totals.1 > 0 else { return 1 }
        let least = 5 * all / min(totals.0, totals.1)
        var cells: [(Double, Double)] = []
        var open = (0.0, 0.0)
        for (left, right) in zip(first, second) {
            open = (open.0 + left, open.1 + right)
            if open.0 + open.1 >= least {
                cells.append(open)
                open = (0, 0)
            }
        }
        if let last = cells.popLast() { cells.append((last.0 + open.0, last.1 + open.1)) }
        guard cells.count > 1 else { return 1 }
        let statistic = cells.reduce(0.0) { sum, cell in
            let row = cell.0 + cell.1
            let expected = (row * totals.0 / all, row * totals.1 / all)
            return sum + (cell.0 - expected.0) * (cell.0 - expected.0) / expected.0
                + (cell.1 - expected.1) * (cell.1 - expected.1) / expected.1
        }
        return upperGamma(Double(cells.count - 1) / 2, statistic / 2)
    }

    /// Benjamini and Hochberg's procedure: which of many findings to believe so that at most `rate` of the believed ones
    /// are expected to be noise. When nothing has changed at all, that is also the chance to believe anything.
    package static func believed(_ values: [Double], falseDiscoveryRate rate: Double) -> [Bool] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var last = -1
        for (rank, index) in order.enumerated() where values[index] <= rate * Double(rank + 1) / Double(values.count) {
            last = rank
        }
        var believed = [Bool](repeating: false, count: values.count)
        for rank in 0..<(last + 1) { believed[order[rank]] = true }
        return believed
    }

    // MARK: Distributions

    private static func whole(_ value: Double) -> Double {
        value.isFinite && value > 0 ? min(value.rounded(), 1e12) : 0
    }

    private static func binomial(_ count: Double, of all: Double, chance: Double) -> Double {
        guard all > 0, chance > 0, chance < 1 else { return 1 }
        let isAbove = count > all * chance
        let start =
            logGamma(all + 1) - logGamma(count + 1) - logGamma(all - count + 1) + count * log(chance)
            + (all - count) * log(1 - chance)
        let odds = chance / (1 - chance)
        return twoSided(
            tail(from: count, exp(start), isAbove: isAbove) { k in
                isAbove ? (all - k) / (k + 1) * odds : k / (all - k + 1) / odds
            })
    }

    private static func hypergeometric(_ count: Double, drawn: Double, marked: Double, all: Double) -> Double {
        guard marked > 0, marked < all else { return 1 }
        let isAbove = count > drawn * marked / all
        func choose(_ n: Double, _ k: Double) -> Double { logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) }
        let start = choose(marked, count) + choose(all - marked, drawn - count) - choose(all, drawn)
        return twoSided(
            tail(from: count, exp(start), isAbove: isAbove) { k in
                isAbove
                    ? (marked - k) * (drawn - k) / ((k + 1) * (all - marked - drawn + k + 1))
                    : k * (all - marked - drawn + k) / ((marked - k + 1) * (drawn - k + 1))
            })
    }

    private static func twoSided(_ tail: Double) -> Double { min(1, 2 * tail) }

    /// The sum of a distribution's terms from one outwards, each from the one before by its ratio. Outside the middle they
    /// only fall, so the sum ends when they no longer add anything.
    private static func tail(from count: Double, _ first: Double, isAbove: Bool, ratio: (Double) -> Double) -> Double {
        var sum = first
        var term = first
        var k = count
        while true {
            let factor = ratio(k)
            guard factor > 0, factor.isFinite else { return sum }
            term *= factor
            let next = sum + term
            guard next > sum else { return sum }
            sum = next
            k += isAbove ? 1 : -1
        }
    }

    /// ln Γ(x) for x > 0 by Stirling's series, good to 1 in 10¹²; Glibc's own is not safe for threads.
    static func logGamma(_ value: Double) -> Double {
        var x = value
        var shift = 0.0
        while x < 12 {
            shift += log(x)
            x += 1
        }
        let square = 1 / (x * x)
        let series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680))) / x
        return (x - 0.5) * log(x) - x + 0.918_938_533_204_672_8 + series - shift
    }

    /// Q(a, x), the regularised upper incomplete gamma function: its series below a + 1, Lentz's continued fraction above.
    /// DLMF 8.11.4 and 8.9.2.
    static func upperGamma(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        let front = exp(-x + a * log(x) - logGamma(a))
        if x < a + 1 {
            var term = 1 / a
            var sum = term
            var n = a
            while term > sum * 1e-16 {
                n += 1
                term *= x / n
                sum += term
            }
            return max(0, 1 - sum * front)
        }
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var h = d
        for i in 1...10_000 {
            let an = -Double(i) * (Double(i) - a)
            b += 2
            d = an * d + b
            if abs(d) < 1e-300 { d = 1e-300 }
            c = b + an / c
            if abs(c) < 1e-300 { c = 1e-300 }
            d = 1 / d
            let delta = d * c
            h *= delta
            if abs(delta - 1) < 1e-15 { break }
        }
        return min(1, front * h)
    }
}
