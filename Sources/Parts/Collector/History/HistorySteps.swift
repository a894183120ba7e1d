internal import MeshModel
internal import MetricStore
internal import Quantities

/// Joins what scrapes found to rows of a history: of each target what all its scrapes within a step found together.
///
///     scrapes   ├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤   each with the increases since the one before
///     rows      ├────── step ──────┤├────── step …
///
/// A row begins at the scrape before its first and ends at its last. What else happens to a target stands before the row
/// in which it falls. While the file cannot be written, a step becomes longer, so that what waits does not grow with the
/// time that it waits.
struct HistorySteps {
    /// What a target counted since its last row.
    private final class Sum {
        var previous: MonotonicTime?
        /// The last scrape; nothing while there was none.
        var end: MonotonicTime?
        /// By the series' number.
        var increases: [Double] = []

        /// Whether a scrape follows those that are in it already.
        func isFollowed(by scrape: ScrapeRecord) -> Bool { end == nil || end == scrape.previous }

        func add(_ scrape: ScrapeRecord) {
            // Of a first scrape nothing is known but its time; the next one counts from there.
            if end == nil || previous == nil { previous = scrape.previous }
            end = scrape.time
            guard let last = scrape.changes.last, last.series >= 0 else { return }
            if increases.count <= Int(last.series) {
                increases += repeatElement(0, count: Int(last.series) + 1 - increases.count)
            }
            for change in scrape.changes where increases.indices.contains(Int(change.series)) {
                increases[Int(change.series)] += change.increase
            }
        }

        /// The row; nothing when there was no scrape. What comes later is the next one's.
        func take(of target: String) -> ScrapeRecord? {
            guard let time = end else { return nil }
            var changes: [SeriesChange] = []
            for (series, increase) in increases.enumerated() where increase > 0 {
                changes.append(SeriesChange(series: Int32(truncatingIfNeeded: series), increase: increase))
                increases[series] = 0
            }
            defer { (previous, end) = (nil, nil) }
            return ScrapeRecord(target: target, time: time, previous: previous, newSeries: [], changes: changes)
        }
    }

    /// Names take much room when a mesh is first seen; they need not wait for the step's end.
    static let enough = 16 << 20

    private let step: Duration
    private var sums: [String: Sum] = [:]
    /// Targets of which it is known that they answer.
    private var up: Set<String> = []
    private var splits: [TrafficSplit]?
    private var end: MonotonicTime?
    /// What can be written.
    private(set) var finished: [RecordingQueue.Entry] = []
    /// About how many bytes it holds.
    private(set) var size = 0
    /// Whether a step has ended, or enough has come together.
    private(set) var isDue = false
    /// Whether steps do not end for now.
    var isHeld = false

    init(step: Duration) {
        self.step = step
    }

    mutating func take(_ entry: RecordingQueue.Entry) {
        if let end, entry.time >= end {
            if !isHeld { finishStep(at: end) }
            self.end = entry.time.advanced(by: step)
        }
        end = end ?? entry.time.advanced(by: step)
        switch entry.fact {
        case .store(.scraped(let scrape)): add(scrape, at: entry.time)
        case .store(.renumbered(let target, _)):
            finish(target, at: entry.time)
            append(entry)
        case .store(.removed(let target)):
            finish(target, at: entry.time)
            sums[target] = nil
            up.remove(target)
            append(entry)
        case .down(let target, _), .gone(let target), .listed(let target, _):
            up.remove(target)
            append(entry)
        case .weights(let new):
            // They are told again and again.
            if new != splits { append(entry) }
            splits = new
        // Traces have a life of their own, and it is short.
        case .traces: break
        case .names, .counted, .identified, .up: append(entry)
        }
        if size > Self.enough { isDue = true }
    }

    /// Ends the step, whatever time it is.
    mutating func finishStep(at time: MonotonicTime) {
        for target in sums.keys.sorted() { finish(target, at: time) }
        isDue = isDue || !finished.isEmpty
    }

    /// What was finished is in the file.
    mutating func forgetFinished() {
        finished = []
        size = 0
        isDue = false
    }

    private mutating func add(_ scrape: ScrapeRecord, at time: MonotonicTime) {
        if !up.contains(scrape.target) {
            up.insert(scrape.target)
            append(RecordingQueue.Entry(time: time, fact: .up(target: scrape.target)))
        }
        if !scrape.newSeries.isEmpty {
            var names = scrape
            names.changes = []
            append(RecordingQueue.Entry(time: time, fact: .names(names)))
        }
        let sum = sums[scrape.target] ?? Sum()
        sums[scrape.target] = sum
        // Between the two something was lost, and nobody knows how much.
        if !sum.isFollowed(by: scrape) { finish(scrape.target, at: time) }
        sum.add(scrape)
    }

    private mutating func finish(_ target: String, at time: MonotonicTime) {
        guard let row = sums[target]?.take(of: target) else { return }
        append(RecordingQueue.Entry(time: time, fact: .counted(row)))
    }

    private mutating func append(_ entry: RecordingQueue.Entry) {
        finished.append(entry)
        size += entry.fact.size
    }
}
