import Quantities

/// What the series of one target counted, and when.
///
/// The last fifteen minutes scrape by scrape, what is older in steps of ten seconds, until it is dropped for its age or
/// because memory is short.
///
///     coarse ─┤    10 s    ├─┤    10 s    ├─ fine ─┤├─┤├─┤├─┤├─┤├  newest scrape
struct ScrapeHistory: Sendable {
    private static let step = Duration.seconds(10)

    private var coarse = ChangeLog()
    private var fine = ChangeLog()

    /// The newest scrape; nothing before the first.
    var newest: MonotonicTime? { fine.end }
    /// The oldest scrape that a window can begin at.
    var oldest: MonotonicTime? { coarse.count > 0 ? coarse.begin : fine.begin }
    var size: Int { coarse.size + fine.size }
    /// How many scrapes are kept one by one.
    var fineCount: Int { fine.count }

    /// Takes what a scrape found.
    ///
    /// - Parameters:
    ///   - changes: by ascending number, each number once, all above zero.
    ///   - time: not before the last scrape's.
    mutating func append(_ changes: [SeriesChange], at time: MonotonicTime, keeping limits: MetricStoreLimits) {
        guard fine.begin != nil else { return fine.start(at: time) }
        fine.append(changes, endingAt: time)
        joinOlder(than: time.advanced(by: .zero - limits.fineHistory))
        let horizon = time.advanced(by: .zero - limits.history)
        var gone = 0
        while gone < coarse.count, coarse.end(of: gone) < horizon { gone += 1 }
        coarse.dropFirst(gone)
    }

    /// The newest scrape at or before `time` at which a window may begin, or the oldest there is.
    func start(atOrBefore time: MonotonicTime) -> MonotonicTime? {
        if let start = fine.boundary(atOrBefore: time) { return start }
        return coarse.count > 0 ? coarse.boundary(atOrBefore: time) ?? coarse.begin : fine.begin
    }

    /// Calls `body` for what was counted after the scrape at `start`, up to that at `end`.
    @inline(__always)
    func forEachChange(
        after start: MonotonicTime, upTo end: MonotonicTime,
        _ body: (_ first: Int, _ count: Int, _ increase: Double) -> Void
    ) {
        if let border = fine.begin, start < border { coarse.forEachChange(after: start, upTo: end, body) }
        fine.forEachChange(after: start, upTo: end, body)
    }

    /// Whether there is anything to drop beside the newest scrape.
    var canShorten: Bool { coarse.count + fine.count > 1 }

    /// Drops the oldest eighth, at least a block, because memory is short.
    mutating func shorten() {
        if coarse.count > 0 {
            coarse.dropFirst(max(1, coarse.count / 8))
        } else {
            fine.dropFirst(max(1, fine.count / 8))
        }
    }

    /// Gives series other numbers: `numbers[old]`, or below zero for those that are forgotten.
    mutating func renumber(_ numbers: [Int32]) {
        coarse = coarse.renumbered(numbers)
        fine = fine.renumbered(numbers)
    }

    /// Moves what is older than `horizon` into the coarse part, whole steps at a time.
    private mutating func joinOlder(than horizon: MonotonicTime) {
        while let begin = fine.begin, fine.count > 1 {
            let stepEnd = begin.advanced(by: Self.step)
            guard stepEnd <= horizon else { return }
            // At least one scrape; more while they end within the step.
            var count = 1
            while count < fine.count, fine.end(of: count) <= stepEnd { count += 1 }
            let end = fine.end(of: count - 1)
            guard end <= horizon else { return }
            var sums: [Int32: Double] = [:]
            fine.forEachChange(after: begin, upTo: end) { first, count, increase in
                for series in first..<first + count { sums[Int32(truncatingIfNeeded: series), default: 0] += increase }
            }
            if coarse.count == 0 { coarse = ChangeLog(begin: begin) }
            coarse.append(
                sums.map { SeriesChange(series: $0.key, increase: $0.value) }.sorted { $0.series < $1.series },
                endingAt: end)
            fine.dropFirst(count)
        }
    }
}
