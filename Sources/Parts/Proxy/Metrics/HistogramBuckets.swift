/// The bounds of every Istio histogram: Envoy's defaults, which Istio leaves alone, for milliseconds and bytes alike.
enum HistogramBuckets {
    /// Upper bounds, inclusive; one more bucket, `+Inf`, comes after the last.
    static let bounds: [Double] = [
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300_000, 600_000, 1_800_000,
        3_600_000,
    ]
    /// The bounds as the exposition spells them, `+Inf` last.
    static let boundTexts = [
        "0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "30000", "60000",
        "300000", "600000", "1800000", "3600000", "+Inf",
    ]
    /// Buckets of one histogram, `+Inf` included.
    static let count = 20

    /// The bucket that `value` falls in; what is not a number counts as `+Inf`.
    @inline(__always)
    static func index(of value: Double) -> Int {
        // A ladder of constants: the array would cost a bounds check and a retain per look.
        if value <= 25 {
            if value <= 1 { return value <= 0.5 ? 0 : 1 }
            return value <= 5 ? 2 : (value <= 10 ? 3 : 4)
        }
        if value <= 1000 {
            if value <= 100 { return value <= 50 ? 5 : 6 }
            return value <= 250 ? 7 : (value <= 500 ? 8 : 9)
        }
        if value <= 60000 {
            if value <= 5000 { return value <= 2500 ? 10 : 11 }
            return value <= 10000 ? 12 : (value <= 30000 ? 13 : 14)
        }
        if value <= 600_000 { return value <= 300_000 ? 15 : 16 }
        if value <= 1_800_000 { return 17 }
        return value <= 3_600_000 ? 18 : 19
    }
}
