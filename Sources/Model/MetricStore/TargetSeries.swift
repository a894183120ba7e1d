import ExpositionWire
import Quantities

/// What is known of one series beside its meaning.
struct SeriesState {
    /// The last sample; not a number before the first.
    var raw = Double.nan
    /// When it grew last; nothing counted, nothing here.
    var lastChange = MonotonicTime(nanoseconds: 0)
    /// The last scrape that showed it.
    var lastSeen: UInt32 = 0
}

/// The series of one target. What is known of series `n` stands at place `n` of each list.
struct TargetSeries<Meaning> {
    var index: SeriesIndex
    /// Nothing for a series that is not wanted or has no room.
    var meanings: [Meaning?] = []
    var states: [SeriesState] = []
    var history = ScrapeHistory()
    /// The window that is asked for at every tick.
    var running: RunningWindow?
    /// How many scrapes there were.
    var scrapes: UInt32 = 0
    /// How many of `meanings` are there.
    var live = 0
    var refused = 0
    var cut = 0
    /// How many scrapes showed a counter that had fallen.
    var restarts = 0
    var isStale = false
    /// Series of which it is asked again what they mean, when a scrape shows them next.
    var unread: Set<Int> = []
    /// Examples that it has shown.
    var seenExemplars = SeenExemplars()
    /// Whether series were left out because the store as a whole was full.
    var lacksRoom = false

    init(maximumSeries: Int, seed: UInt64) {
        index = SeriesIndex(maximumSeries: maximumSeries, seed: seed)
    }

    /// Records a sample. Values that are negative or no numbers are no counts and are passed over.
    ///
    /// A counter that falls was restarted and counts from zero again: Prometheus' rule.
    ///
    /// - Parameter startsAtZero: whether the first sample counts in full: its target was read before, without it.
    /// - Returns: how much it grew since the sample before; 0 for nothing.
    mutating func record(_ value: Double, series: Int, at time: MonotonicTime, startsAtZero: Bool) -> Double {
        guard value.isFinite, value >= 0, meanings[series] != nil else { return 0 }
        let raw = states[series].raw
        states[series].raw = value
        let increase = raw.isNaN ? (startsAtZero ? value : 0) : (value >= raw ? value - raw : value)
        if increase > 0 { states[series].lastChange = time }
        return increase
    }

    /// Numbers the series anew, without those that `isKept` does not want. An index only grows by itself.
    ///
    /// - Returns: the old numbers in the order of the new ones; nothing when no series got another number.
    @discardableResult
    mutating func renumber(keeping isKept: (Int) -> Bool) -> [Int]? {
        let kept = meanings.indices.filter(isKept)
        // Without the series that a scrape brought which is not to be.
        index = index.keeping(kept)
        guard kept.count < meanings.count else { return nil }
        var numbers = [Int32](repeating: -1, count: meanings.count)
        for (new, old) in kept.enumerated() { numbers[old] = Int32(truncatingIfNeeded: new) }
        seenExemplars.forget()
        meanings = kept.map { meanings[$0] }
        states = kept.map { states[$0] }
        live = meanings.count { $0 != nil }
        unread = Set(unread.compactMap { numbers[$0] >= 0 ? Int(numbers[$0]) : nil })
        history.renumber(numbers)
        running = running.flatMap { RunningWindow(length: $0.length, of: history, series: meanings.count) }
        return kept
    }

    /// Forgets series that no scrape has shown for as long as scrapes are kept one by one.
    ///
    /// - Returns: as ``renumber(keeping:)``.
    mutating func forgetVanished() -> [Int]? {
        let oldest = scrapes &- UInt32(truncatingIfNeeded: history.fineCount)
        let states = states
        return renumber { states[$0].lastSeen >= oldest }
    }
}
