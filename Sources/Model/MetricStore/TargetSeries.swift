import ExpositionWire
import Quantities

/// The series of one target.
struct TargetSeries<Meaning> {
    struct Series {
        var meaning: Meaning
        var history = CounterHistory()
    }

    var index: SeriesIndex
    /// By the index's numbers; nothing for a series without a meaning or without room.
    var series: [Series?] = []
    /// By the same numbers, the last scrape that showed each; 0 for none.
    var lastSeen: [UInt32] = []
    var clock = ScrapeClock()
    /// How many of `series` are there.
    var live = 0
    var refused = 0
    var cut = 0
    var isStale = false
    /// Whether series were left out because the store as a whole was full.
    var lacksRoom = false

    private let maximumSeries: Int
    private var seed: UInt64

    init(maximumSeries: Int, seed: UInt64) {
        self.maximumSeries = maximumSeries
        self.seed = seed
        index = Self.makeIndex(maximumSeries, seed: seed)
    }

    private static func makeIndex(_ maximumSeries: Int, seed: UInt64) -> SeriesIndex {
        // 4 kB is more than any real series' key; the average is 0.5 kB.
        SeriesIndex(maximumSeries: maximumSeries, maximumBytes: maximumSeries * 4096, seed: seed)
    }

    /// Numbers the series anew, without those that `isKept` does not want. An index only grows by itself.
    mutating func renumber(keeping isKept: (Int) -> Bool) {
        let old = (index: index, series: series, lastSeen: lastSeen)
        // The seed moves on, so that whoever found colliding labels must find others.
        seed = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        index = Self.makeIndex(maximumSeries, seed: seed)
        series = []
        lastSeen = []
        live = 0
        for number in old.series.indices where isKept(number) {
            guard let key = old.index.key(of: number) else { continue }
            let isNew = key.withUnsafeBytes { bytes in
                if case .new = index.find(bytes) { true } else { false }
            }
            guard isNew else { continue }
            series.append(old.series[number])
            lastSeen.append(old.lastSeen[number])
            if old.series[number] != nil { live += 1 }
        }
    }

    /// Forgets series that no scrape since `scrape` has shown.
    mutating func forgetVanished(since scrape: ScrapeNumber) {
        let lastSeen = lastSeen
        renumber { lastSeen[$0] >= scrape.value }
    }

    mutating func updateMeanings(_ body: (inout Meaning) -> Void) {
        for number in series.indices {
            guard var changed = series[number] else { continue }
            body(&changed.meaning)
            series[number] = changed
        }
    }
}
