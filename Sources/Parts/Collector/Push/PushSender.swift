internal import ExpositionWire
internal import MeshModel
internal import MetricStore
internal import PushedMetrics
internal import Quantities

/// One instance whose numbers are sent to us: which of its samples are new, and what they count. No sockets, no clock.
///
/// Requests bring series in any order, some late, some twice. A sample counts when it is newer than the last of *its*
/// series; samples of one time are committed together.
struct PushSender {
    /// Why samples were not counted.
    struct Losses: Hashable {
        /// Not newer than what their series had: sent again, or out of order.
        var stale = 0
        /// Older than any history.
        var tooOld = 0
        /// Of series beyond the bound.
        var noRoom = 0
    }

    /// The samples of one time, each series once.
    struct Commit {
        var milliseconds: Int64
        var counts: [PushedCount]
    }

    /// A new series begins at zero when its sender has been heard for this long before: before that, it may be one that
    /// another request brings late.
    static let settlingMilliseconds: Int64 = 10_000
    private static let settlingTimes = 3
    /// What no window reaches is not taken. As ``MetricStoreLimits/history``.
    private static let horizonMilliseconds: Int64 = 6 * 60 * 60 * 1000

    private struct Series {
        var newest = Int64.min
        /// What deltas add up to.
        var total = 0.0
    }

    private var index: SeriesIndex
    private var series: [Series] = []
    private var waiting: [Int64: [PushedCount]] = [:]
    private(set) var tags = IdentityTags()
    private(set) var losses = Losses()
    /// The times of the first and the newest samples.
    private var first: Int64?
    private var newest = Int64.min
    private var times = 0
    /// Between the last two times.
    private(set) var gapMilliseconds: Int64?
    /// Whether its last samples said that their series are no more.
    private(set) var isGone = false

    init(maximumSeries: Int, seed: UInt64) {
        index = SeriesIndex(maximumSeries: maximumSeries, seed: seed)
    }

    /// Takes in what was sent of a series.
    ///
    /// - Parameter now: by our wall clock, in milliseconds.
    mutating func take(_ pushed: PushedSeries, now: Int64) {
        let spelling = pushed.key.spelling
        let number: Int
        switch spelling.withUnsafeBytes({ index.find($0) }) {
        case .known(let known): number = known
        case .new(let new):
            number = new
            series.append(Series())
            tags.see(pushed.key)
        case .full: return losses.noRoom += pushed.samples.count
        }
        for sample in pushed.samples {
            guard sample.milliseconds > series[number].newest else {
                losses.stale += 1
                continue
            }
            guard sample.milliseconds > now - Self.horizonMilliseconds else {
                losses.tooOld += 1
                continue
            }
            let isNew = series[number].newest == .min
            series[number].newest = sample.milliseconds
            isGone = sample.isStale
            guard sample.value.isFinite, sample.value >= 0 else { continue }
            var value = sample.value
            if pushed.isDelta {
                series[number].total += value
                value = series[number].total
            }
            let begins = isNew && (pushed.isDelta || beginsAtZero(sample))
            waiting[sample.milliseconds, default: []].append(
                PushedCount(key: spelling, value: value, beginsAtZero: begins))
        }
    }

    private func beginsAtZero(_ sample: PushedSample) -> Bool {
        guard let first else { return false }
        // A sender that says when it began to count needs not be guessed at.
        if let start = sample.startMilliseconds, start > 0 { return start >= newest }
        return times >= Self.settlingTimes && sample.milliseconds - first >= Self.settlingMilliseconds
    }

    /// What has come since the last time, oldest first.
    mutating func commits() -> [Commit] {
        guard !waiting.isEmpty else { return [] }
        let commits = waiting.sorted { $0.key < $1.key }.map { Commit(milliseconds: $0.key, counts: $0.value) }
        waiting = [:]
        for commit in commits {
            first = min(first ?? commit.milliseconds, commit.milliseconds)
            guard commit.milliseconds > newest else { continue }
            if newest != .min { gapMilliseconds = commit.milliseconds - newest }
            newest = commit.milliseconds
            times += 1
        }
        return commits
    }
}
