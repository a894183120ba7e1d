import Quantities

/// What a counter has counted over time, kept only where it changed.
///
/// A counter that falls was restarted and counts from zero again: Prometheus' rule. What is kept are increases and not
/// values, so that restarts need no second look and a single-precision number is enough: whole increases up to 2²⁴ in
/// one step are exact, larger ones to 6 parts in 10⁸.
///
///     points  ┌────────────────┬────────────────┐   ascending by scrape
///             │ scrape  UInt32 │ increase Float │   8 bytes; the increase came after the point before and up to
///             └────────────────┴────────────────┘   this scrape
///
/// Points grow together as they age, in the steps of ``ScrapeClock``: a counter that changes every second needs about
/// 120 points, 1 kB, for 15 minutes.
package struct CounterHistory: Sendable {
    private struct Point: Sendable {
        var scrape: UInt32
        var increase: Float
    }

    private var points: [Point] = []
    /// The last sample; not a number before the first.
    private var raw = Double.nan
    /// How many points there may be before old ones are joined.
    private var joinAt = 128

    init() {}

    /// How many points are kept.
    package var pointCount: Int { points.count }

    /// Records the counter's value. Values that are negative or no numbers are no counts and are passed over.
    ///
    /// - Parameter startsAtZero: whether the first sample counts in full: its target was read before, without it.
    mutating func record(_ value: Double, scrape: ScrapeNumber, oldest: ScrapeNumber, startsAtZero: Bool) {
        guard value.isFinite, value >= 0 else { return }
        let increase = raw.isNaN ? (startsAtZero ? value : 0) : (value >= raw ? value - raw : value)
        raw = value
        guard increase > 0 else { return }
        points.append(Point(scrape: scrape.value, increase: Float(min(increase, 1e38))))
        if points.count >= joinAt { join(newest: scrape.value, oldest: oldest.value) }
    }

    /// How much was counted in `window`.
    package func increase(over window: CountingWindow) -> Double {
        var sum = 0.0
        var index = points.count - 1
        while index >= 0, points[index].scrape > window.start.value {
            sum += Double(points[index].increase)
            index -= 1
        }
        return sum
    }

    /// Per second, over the time between the window's first and last sample.
    package func rate(over window: CountingWindow) -> Double {
        increase(over: window) / window.duration.inSeconds
    }

    /// Whether anything was counted in `window`. O(1).
    package func hasIncreased(over window: CountingWindow) -> Bool {
        points.last.map { $0.scrape > window.start.value } ?? false
    }

    /// Joins points that no window can tell apart, and drops those that none can reach.
    private mutating func join(newest: UInt32, oldest: UInt32) {
        var kept: [Point] = []
        kept.reserveCapacity(points.count)
        for point in points where point.scrape > oldest {
            let step = ScrapeClock.step(age: newest - point.scrape)
            // The end of the step it is in. Only a step that is old as a whole is joined.
            let end = (point.scrape - 1) / step * step + step
            let isWhole = end <= newest && ScrapeClock.step(age: newest - end) == step
            let scrape = isWhole ? end : point.scrape
            if let last = kept.last, last.scrape == scrape {
                kept[kept.count - 1].increase += point.increase
            } else {
                kept.append(Point(scrape: scrape, increase: point.increase))
            }
        }
        points = kept
        joinAt = max(128, kept.count + 32)
    }
}
