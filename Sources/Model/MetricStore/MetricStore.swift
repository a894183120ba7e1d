package import ExpositionWire
package import Quantities

/// What a store may take. What happens at each bound stands beside it.
package struct MetricStoreLimits: Hashable, Sendable {
    /// Series of wanted families that one target may show. Further ones are left out and counted.
    package var seriesPerTarget = 5_000
    /// Series of all targets together. Further ones are left out and counted.
    package var series = 200_000
    /// UTF-8 bytes of a label's value. A longer one is cut and counted; series that differ only in what was cut off are
    /// counted together.
    package var labelValueBytes = 1_024
    /// How far back windows may reach. What is older is dropped.
    package var history = Duration.seconds(15 * 60)

    package init() {}
}

/// The counters of all targets with what they counted, bounded in number and in age.
///
/// `Meaning` is what the reader makes of a series' name and labels. It is worked out once, when a series is first seen;
/// after that a sample costs one comparison of bytes and a store into an array.
///
/// Rates differ from Prometheus' `rate()` in three ways, all small while a counter runs steadily. They are taken between
/// the first and the last scrape of the window and not stretched to its ends. The window begins *at* a scrape and not at
/// the first sample after its beginning, so that one of 10 s at one scrape a second has 10 increases and not 9. And a
/// series that is new on a target that was read before counts in full, because it began at zero; Prometheus counts it
/// only from its second sample on.
package struct MetricStore<Meaning> {
    package let limits: MetricStoreLimits
    let families: [[UInt8]]
    let meaning: (SeriesKey, _ target: String) -> Meaning?
    var targets: [String: TargetSeries<Meaning>] = [:]

    /// Series with a meaning, of all targets.
    package internal(set) var seriesCount = 0

    /// - Parameters:
    ///   - families: The names, with suffixes such as `_bucket`, of the series that are wanted. All others are passed
    ///     over unread.
    ///   - meaning: What a series of a target means, or nothing when it is not wanted after all.
    package init(
        limits: MetricStoreLimits = MetricStoreLimits(), families: [String],
        meaning: @escaping (SeriesKey, _ target: String) -> Meaning?
    ) {
        self.limits = limits
        self.families = families.map { Array($0.utf8) }
        self.meaning = meaning
    }

    package func seriesCount(of target: String) -> Int { targets[target]?.live ?? 0 }

    /// Series of `target` that its last scrape showed and for which there was no room.
    package func refusedSeries(of target: String) -> Int { targets[target]?.refused ?? 0 }

    /// Series of `target` that had a label cut.
    package func cutSeries(of target: String) -> Int { targets[target]?.cut ?? 0 }

    /// Forgets a target with all its series.
    package mutating func remove(_ target: String) {
        guard let gone = targets.removeValue(forKey: target) else { return }
        seriesCount -= gone.live
    }

    /// Marks a target as out of reach: the next series that is new there may have been counting for long, and is not
    /// taken to begin at zero.
    package mutating func markStale(_ target: String) {
        targets[target]?.isStale = true
    }

    /// The window of `length` before `now` as the samples of `target` cover it: it begins at the newest scrape at or
    /// before that time, or with the history while that is younger. Nothing when there are no two scrapes in it.
    package func window(of target: String, length: Duration, now: MonotonicTime) -> CountingWindow? {
        targets[target]?.clock.window(of: length, now: now)
    }

    /// The names of all targets.
    package var targetNames: [String] { Array(targets.keys) }

    /// Calls `body` for every series of a target.
    package func forEachSeries(of target: String, _ body: (Meaning, CounterHistory) -> Void) {
        guard let target = targets[target] else { return }
        for case let series? in target.series { body(series.meaning, series.history) }
    }

    /// Lets `body` change what every series means: for a reader that numbers things and starts over.
    package mutating func updateMeanings(_ body: (inout Meaning) -> Void) {
        for name in targets.keys {
            targets[name]?.updateMeanings(body)
        }
    }
}
