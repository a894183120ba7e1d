/// Quantities as people read them on a screen: three significant digits at most, one unit, and widths that stay
/// put so that numbers do not dance.
package enum Humane {
    /// `0`, `0.4`, `12.3`, `340`, `1.2k`, `56k`, `1.2M`: at most four cells up to 999 million.
    package static func count(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let magnitude = abs(value)
        if magnitude >= 999.5e6 { return scaled(value / 1e9) + "G" }
        if magnitude >= 999.5e3 { return scaled(value / 1e6) + "M" }
        if magnitude >= 999.5 { return scaled(value / 1e3) + "k" }
        if magnitude < 0.05 { return magnitude == 0 ? "0" : (value < 0 ? "-0" : "0.0") }
        return magnitude < 99.95 ? fixed(value, decimals: 1) : fixed(value, decimals: 0)
    }

    /// `214/s`.
    package static func rate(_ rate: RequestsPerSecond) -> String { count(rate.value) + "/s" }

    /// `1.2 MB/s`, in powers of 1000.
    package static func rate(_ rate: BytesPerSecond) -> String { bytes(rate.value) + "/s" }

    /// `812 B`, `1.2 kB`, `56 MB`, in powers of 1000.
    package static func bytes(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        for (limit, divisor, unit) in [(999.5, 1, "B"), (999.5e3, 1e3, "kB"), (999.5e6, 1e6, "MB")]
        where value < limit {
            return (divisor == 1 ? fixed(value, decimals: 0) : scaled(value / divisor)) + " " + unit
        }
        return scaled(value / 1e9) + " GB"
    }

    /// `0 %`, `0.4 %`, `12 %`, `100 %`. A share that is not quite none or all never prints as none or all.
    package static func percent(_ ratio: Ratio) -> String {
        let percent = ratio.value * 100
        if ratio.value > 0, percent < 0.05 { return "<0.1 %" }
        if ratio.value < 1, percent >= 99.95 { return "99.9 %" }
        if percent == percent.rounded() { return fixed(percent, decimals: 0) + " %" }
        return fixed(percent, decimals: percent < 99.5 && percent >= 10 ? 0 : 1) + " %"
    }

    /// `0.4 ms`, `41 ms`, `1.2 s`, `3 min`.
    package static func milliseconds(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value < 9.95 { return fixed(value, decimals: 1) + " ms" }
        if value < 999.5 { return fixed(value, decimals: 0) + " ms" }
        if value < 59_950 { return fixed(value / 1e3, decimals: value < 9_950 ? 1 : 0) + " s" }
        return fixed(value / 60e3, decimals: 0) + " min"
    }

    /// A decimal number with exactly `decimals` digits after the point (0…9), rounded half away from zero.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return value.isNaN ? "NaN" : String(value) }
        var power = 1.0
        for _ in 0..<min(max(decimals, 0), 9) { power *= 10 }
        let shifted = (abs(value) * power).rounded()
        guard shifted < 9e18 else { return String(value) }
        let digits = UInt64(shifted)
        let sign = value < 0 && digits > 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(digits) }
        let (whole, fraction) = digits.quotientAndRemainder(dividingBy: UInt64(power))
        let tail = String(fraction)
        return sign + String(whole) + "." + String(repeating: "0", count: min(decimals, 9) - tail.count) + tail
    }

    private static func scaled(_ value: Double) -> String {
        fixed(value, decimals: abs(value) < 9.95 ? 1 : 0)
    }
}
