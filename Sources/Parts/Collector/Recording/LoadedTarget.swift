internal import ExpositionWire
internal import MetricStore

/// A target of a recording that is in the store.
struct LoadedTarget {
    let name: String
    /// By the file's number: the store's, or −1 for a series that is not there.
    private var numbers: [Int32] = []
    private var count: Int32 = 0
    /// The series that had come by then are in the store.
    private var metUpTo = Int64.min

    init(name: String) {
        self.name = name
    }

    /// Numbers the series that were there at `time`, in the order in which they came.
    ///
    /// - Returns: those that are new.
    mutating func meet(_ series: [RecordedSeries.Entry], upTo time: Int64) -> [SeriesKey] {
        var new: [SeriesKey] = []
        for entry in series where entry.since > metUpTo && entry.since <= time {
            while numbers.count <= entry.number { numbers.append(-1) }
            numbers[entry.number] = count
            count += 1
            new.append(entry.key)
        }
        metUpTo = max(metUpTo, time)
        return new
    }

    /// The increases of a scrape in the store's numbers.
    func changes(_ text: String) -> [SeriesChange] {
        var changes: [SeriesChange] = []
        var isSorted = true
        ChangesText.forEach(text) { first, count, increase in
            // A file may say what it likes.
            guard first < numbers.count, increase > 0, increase.isFinite else { return }
            for number in numbers[first..<min(numbers.count, first + count)] where number >= 0 {
                if let last = changes.last, last.series >= number { isSorted = false }
                changes.append(SeriesChange(series: number, increase: increase))
            }
        }
        guard !isSorted else { return changes }
        var sums: [Int32: Double] = [:]
        for change in changes { sums[change.series, default: 0] += change.increase }
        return sums.map { SeriesChange(series: $0.key, increase: $0.value) }.sorted { $0.series < $1.series }
    }
}
