package import ExpositionWire
package import Quantities

/// What a store may take. What happens at each bound stands beside it.
package struct MetricStoreLimits: Hashable, Sendable {
    /// Series of wanted families that one target may show. Further ones are left out and counted.
    package var seriesPerTarget = 5_000
    /// Series of all targets together. Further ones are left out and counted.
    package var series = 5_000_000
    /// UTF-8 bytes of a label's value. A longer one is cut and counted; series that differ only in what was cut off are
    /// counted together.
    package var labelValueBytes = 1_024
    /// How far back scrapes are kept one by one. What is older is joined in steps of ten seconds.
    package var fineHistory = Duration.seconds(15 * 60)
    /// How far back windows may reach. What is older is dropped.
    package var history = Duration.seconds(6 * 60 * 60)
    /// What the histories of all targets may take together, in bytes. At the bound each target keeps its share: who has
    /// more drops its oldest.
    package var historyBytes = 192 << 20

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
    let families: FamilyMatcher
    let meaning: (SeriesKey, _ target: String) -> Meaning?
    var targets: [String: TargetSeries<Meaning>] = [:]

    /// Series with a meaning, of all targets.
    package internal(set) var seriesCount = 0
    /// What histories take in memory, in bytes.
    package internal(set) var historyBytes = 0
    /// Whether any history was shortened because memory was short.
    package internal(set) var isShortened = false
    /// The length of the window that is kept up to date; see ``watch(_:)``.
    var watched: Duration?
    /// Is told of everything that is counted, for somebody who keeps it. To be set before the first scrape: the names
    /// of series are told once and not kept.
    package var observer: ((StoreEvent) -> Void)?
    /// Is told of every new example of what a series counts that a scrape brings, once the scrape is taken.
    package var onExemplar: ((Meaning, Exemplar) -> Void)?
    /// Kept between scrapes for its memory.
    var changes: [SeriesChange] = []

    /// - Parameters:
    ///   - families: The names, with suffixes such as `_bucket`, of the series that are wanted. All others are passed
    ///     over unread.
    ///   - patterns: More such names, with one `*` each for one or more characters.
    ///   - exceptions: Words that a `*` may neither be nor end with, after an underscore.
    ///   - meaning: What a series of a target means, or nothing when it is not wanted after all.
    package init(
        limits: MetricStoreLimits = MetricStoreLimits(), families: [String], patterns: [String] = [],
        exceptions: [String] = [],
        meaning: @escaping (SeriesKey, _ target: String) -> Meaning?
    ) {
        self.limits = limits
        self.families = FamilyMatcher(families: families, patterns: patterns, exceptions: exceptions)
        self.meaning = meaning
    }

    package func seriesCount(of target: String) -> Int { targets[target]?.live ?? 0 }

    /// Series of `target` that its last scrape showed and for which there was no room.
    package func refusedSeries(of target: String) -> Int { targets[target]?.refused ?? 0 }

    /// Series of `target` that had a label cut.
    package func cutSeries(of target: String) -> Int { targets[target]?.cut ?? 0 }

    /// How many scrapes showed that a target's counters had begun anew.
    package func restarts(of target: String) -> Int { targets[target]?.restarts ?? 0 }

    /// Forgets a target with all its series.
    package mutating func remove(_ target: String) {
        guard let gone = targets.removeValue(forKey: target) else { return }
        seriesCount -= gone.live
        historyBytes -= gone.history.size
        observer?(.removed(target: target))
    }

    /// Keeps the window of this length up to date from scrape to scrape, so that reading it costs little.
    package mutating func watch(_ length: Duration) {
        guard watched != length else { return }
        watched = length
        for name in targets.keys {
            guard let target = targets[name] else { continue }
            targets[name]?.running = RunningWindow(length: length, of: target.history, series: target.meanings.count)
        }
    }

    /// Marks a target as out of reach: the next series that is new there may have been counting for long, and is not
    /// taken to begin at zero.
    package mutating func markStale(_ target: String) {
        targets[target]?.isStale = true
    }

    /// The window of `length` before `now` as the samples of `target` cover it: it begins at the newest scrape at or
    /// before that time, or with the history while that is younger. Nothing when there are no two scrapes in it.
    package func window(of target: String, length: Duration, now: MonotonicTime) -> CountingWindow? {
        guard let history = targets[target]?.history, let end = history.newest,
            let start = history.start(atOrBefore: now.advanced(by: .zero - length)), start < end
        else { return nil }
        return CountingWindow(start: start, end: end)
    }

    /// The window of `length` before a moment that is past: both its ends are scrapes at or before the times asked for.
    /// Nothing when the history does not reach back so far.
    package func window(of target: String, length: Duration, endingAt end: MonotonicTime) -> CountingWindow? {
        guard let history = targets[target]?.history, let oldest = history.oldest, oldest < end,
            let end = history.start(atOrBefore: end),
            let start = history.start(atOrBefore: end.advanced(by: .zero - length)), start < end
        else { return nil }
        return CountingWindow(start: start, end: end)
    }

    /// When the oldest sample that is kept was taken.
    package var oldest: MonotonicTime? { targets.values.compactMap { $0.history.oldest }.min() }

    /// The names of all targets.
    package var targetNames: [String] { Array(targets.keys) }

    /// What the series of a target mean and how much they grew in `window`, each by its number; nothing for a target that
    /// there is not. A series that is not wanted has no meaning.
    ///
    /// To be gone through by whoever knows the meaning's type: here that would be done by the type's witnesses, which takes
    /// four times as long.
    package func series(
        of target: String, over window: CountingWindow
    ) -> (meanings: [Meaning?], growth: SeriesGrowth)? {
        guard let target = targets[target] else { return nil }
        let growth = SeriesGrowth(states: target.states, sums: target.increases(over: window), start: window.start)
        return (target.meanings, growth)
    }

    /// Calls `body` with what each series of a target means.
    package func forEachMeaning(of target: String, _ body: (Meaning) -> Void) {
        for case let meaning? in targets[target]?.meanings ?? [] { body(meaning) }
    }

    /// Asks anew what every series of a target means, when a scrape shows it next: for a reader that has learnt who the
    /// target is. What was counted stays. A series that had no meaning counts from that scrape on.
    package mutating func readAnew(_ name: String) {
        guard let count = targets[name]?.meanings.count else { return }
        targets[name]?.unread = Set(0..<count)
    }

    /// Lets `body` change what every series means: for a reader that numbers things and starts over.
    package mutating func updateMeanings(_ body: (inout Meaning) -> Void) {
        for name in targets.keys {
            guard var target = targets.removeValue(forKey: name) else { continue }
            for series in target.meanings.indices {
                guard var meaning = target.meanings[series] else { continue }
                body(&meaning)
                target.meanings[series] = meaning
            }
            targets[name] = target
        }
    }
}

/// The time between two scrapes of a target, over which increases are counted.
package struct CountingWindow: Hashable, Sendable {
    /// What had been counted by this scrape is not in the window.
    package let start: MonotonicTime
    package let end: MonotonicTime

    package init(start: MonotonicTime, end: MonotonicTime) {
        self.start = start
        self.end = end
    }

    /// Not the length that was asked for, but what the samples cover.
    package var duration: Duration { start.duration(to: end) }
}

/// How much the series of a target grew in a window.
package struct SeriesGrowth {
    private let states: [SeriesState]
    private let sums: [Double]
    private let start: MonotonicTime

    init(states: [SeriesState], sums: [Double], start: MonotonicTime) {
        self.states = states
        self.sums = sums
        self.start = start
    }

    /// How much a series grew, and when it grew last.
    package subscript(series: Int) -> (increase: Double, lastChange: MonotonicTime) {
        let lastChange = states[series].lastChange
        // What has not grown in the window is nothing at all, and not the rounding error of sums and differences.
        return (series < sums.count && lastChange > start ? max(0, sums[series]) : 0, lastChange)
    }
}

extension TargetSeries {
    /// How much each series grew in `window`, by its number.
    fileprivate func increases(over window: CountingWindow) -> [Double] {
        guard var near = running, near.canMove(history) else {
            return RunningWindow(
                of: history, from: window.start, to: window.end, length: window.duration, series: meanings.count
            ).sums
        }
        if near.start != window.start || near.end != window.end { near.move(history, to: window.start, window.end) }
        return near.sums
    }
}
