import Quantities

/// What each series of a target counted in the last so many seconds, kept up to date from scrape to scrape: the newest
/// is added, and what leaves the window is taken away.
struct RunningWindow: Sendable {
    /// Whole numbers stay exact; others drift by a rounding error with each step, until they are added up anew.
    private static let stepsUntilRecount = 1_000

    let length: Duration
    private(set) var start: MonotonicTime
    private(set) var end: MonotonicTime
    /// By the series' number.
    private(set) var sums: [Double]
    private var steps = 0

    /// Nothing before the first scrape.
    init?(length: Duration, of history: ScrapeHistory, series: Int) {
        guard let end = history.newest, let start = history.start(atOrBefore: end.advanced(by: .zero - length)) else {
            return nil
        }
        self.init(of: history, from: start, to: end, length: length, series: series)
    }

    /// The window between two scrapes of the history.
    init(of history: ScrapeHistory, from start: MonotonicTime, to end: MonotonicTime, length: Duration, series: Int) {
        self.length = length
        self.start = start
        self.end = end
        sums = Array(repeating: 0, count: series)
        add(history, after: start, upTo: end, times: 1)
    }

    /// Follows the history to its newest scrape.
    mutating func advance(_ history: ScrapeHistory, series: Int) {
        guard let newest = history.newest, steps < Self.stepsUntilRecount, series >= sums.count,
            let next = history.start(atOrBefore: newest.advanced(by: .zero - length)), canMove(history), next >= start
        else {
            if let anew = RunningWindow(length: length, of: history, series: series) { self = anew }
            return
        }
        if series > sums.count { sums.append(contentsOf: repeatElement(0, count: series - sums.count)) }
        move(history, to: next, newest)
        steps += 1
    }

    /// Whether the history still has a boundary where the window begins: steps that were joined have none inside.
    func canMove(_ history: ScrapeHistory) -> Bool { history.start(atOrBefore: start) == start }

    /// Shifts both ends, for which the history must still hold what lies between.
    mutating func move(_ history: ScrapeHistory, to start: MonotonicTime, _ end: MonotonicTime) {
        if end > self.end {
            add(history, after: self.end, upTo: end, times: 1)
        } else {
            add(history, after: end, upTo: self.end, times: -1)
        }
        if start > self.start {
            add(history, after: self.start, upTo: start, times: -1)
        } else {
            add(history, after: start, upTo: self.start, times: 1)
        }
        self.start = start
        self.end = end
    }

    private mutating func add(
        _ history: ScrapeHistory, after start: MonotonicTime, upTo end: MonotonicTime, times factor: Double
    ) {
        guard start < end else { return }
        sums.withUnsafeMutableBufferPointer { sums in
            history.forEachChange(after: start, upTo: end) { first, count, increase in
                var series = first
                let limit = min(first &+ count, sums.count)
                while series < limit {
                    sums[series] += increase * factor
                    series &+= 1
                }
            }
        }
    }
}
