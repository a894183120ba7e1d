/// Counts of a histogram's buckets, cumulative as Prometheus writes them, merged from any number of histograms.
///
/// Buckets are added first and quantiles read after: quantiles themselves do not add up.
package struct BucketCounts: Hashable, Sendable {
    /// Upper bounds, ascending, infinite last.
    private var bounds: [Double] = []
    /// How many observations were at or below each bound.
    private var counts: [Double] = []

    package init() {}

    /// - Parameter bounds: ascending, none twice, as many as there are counts.
    package init(ascending bounds: [Double], counts: [Double]) {
        precondition(bounds.count == counts.count, "\(bounds.count) bounds for \(counts.count) counts")
        self.bounds = bounds
        self.counts = counts
    }

    package var isEmpty: Bool { bounds.isEmpty }

    /// Adds observations of the bucket that ends at `bound`. An empty bucket counts as well: its bound says where the
    /// next one begins.
    package mutating func add(_ count: Double, upTo bound: Double) {
        guard count >= 0, !bound.isNaN else { return }
        var index = bounds.count
        while index > 0, bounds[index - 1] >= bound { index -= 1 }
        if index < bounds.count, bounds[index] == bound {
            counts[index] += count
        } else {
            bounds.insert(bound, at: index)
            counts.insert(count, at: index)
        }
    }

    package mutating func merge(_ other: BucketCounts) {
        if bounds.isEmpty {
            self = other
        } else if other.bounds.isEmpty {
            return
        } else if bounds == other.bounds {
            for index in counts.indices { counts[index] += other.counts[index] }
        } else {
            for (bound, count) in zip(other.bounds, other.counts) { add(count, upTo: bound) }
        }
    }

    /// All observations.
    package var total: Double { bounds.last == .infinity ? counts[counts.count - 1] : 0 }

    /// The value below which `quantile` (0…1) of the observations lie, by linear interpolation inside its bucket exactly
    /// as PromQL's `histogram_quantile` has it. In the unbounded bucket the last finite bound is the answer, and
    /// `isBeyond` tells that it is a lower bound. Nothing without observations, or where PromQL says NaN.
    package func value(at quantile: Double) -> (value: Double, isBeyond: Bool)? {
        answer(at: quantile).map { ($0.value, $0.bounds.upper == .infinity) }
    }

    /// The bounds of the bucket that holds the quantile: where it lies for certain.
    package func bounds(at quantile: Double) -> QuantileBounds? { answer(at: quantile)?.bounds }

    private func answer(at quantile: Double) -> (value: Double, bounds: QuantileBounds)? {
        guard bounds.count > 1, total > 0, quantile >= 0, quantile <= 1 else { return nil }
        let rank = quantile * total
        // Targets are not read all at one moment, so a bucket may seem to hold less than the one before it.
        var below = 0.0
        for index in 0..<bounds.count - 1 {
            let reached = max(below, counts[index])
            guard reached >= rank else {
                below = reached
                continue
            }
            let start = index > 0 ? bounds[index - 1] : min(0, bounds[0])
            // An empty bucket is met only by the quantile 0 of a histogram that begins with empty ones.
            let share = reached > below ? (rank - below) / (reached - below) : 1
            let bucket = QuantileBounds(lower: start, upper: bounds[index])
            return (start + (bounds[index] - start) * share, bucket)
        }
        let last = bounds[bounds.count - 2]
        return (last, QuantileBounds(lower: last, upper: .infinity))
    }

    /// The three quantiles that the graph shows; nothing without observations.
    package var quantiles: LatencyQuantiles? {
        guard let p50 = answer(at: 0.5), let p95 = answer(at: 0.95), let p99 = answer(at: 0.99) else { return nil }
        return LatencyQuantiles(
            p50: p50.value, p95: p95.value, p99: p99.value, isBeyondLastBucket: p99.bounds.upper == .infinity,
            p95Bounds: p95.bounds)
    }
}

extension BucketCounts {
    /// Upper bounds, ascending, infinite last, each with how many observations lie between it and the bound before.
    package var buckets: [(upperBound: Double, count: Double)] {
        var below = 0.0
        return zip(bounds, counts).map { bound, count in
            // Targets are not read all at one moment: what seems to be missing is no observation.
            let reached = max(below, count)
            defer { below = reached }
            return (bound, reached - below)
        }
    }

    /// How many observations are at or below `value`, interpolated inside its bucket; `lower` and `upper` are what is
    /// certain. The three are one number when `value` is a bound.
    package func count(upTo value: Double) -> (estimate: Double, lower: Double, upper: Double) {
        var below = 0.0
        var start = 0.0
        for (bound, count) in zip(bounds, counts) {
            let reached = max(below, count)
            if bound == value { return (reached, reached, reached) }
            guard bound < value else {
                let share = bound == .infinity || bound <= start ? 0 : max(0, value - start) / (bound - start)
                return (below + (reached - below) * min(1, share), below, reached)
            }
            (below, start) = (reached, bound)
        }
        return (below, below, below)
    }

    /// Which bucket holds the value below which `quantile` of the observations lie, by its upper bound.
    package func upperBound(at quantile: Double) -> Double? {
        guard total > 0, quantile >= 0, quantile <= 1 else { return nil }
        return zip(bounds, counts).first { $0.1 >= quantile * total }?.0
    }
}
