import Quantities

/// What was counted from scrape to scrape, oldest first, in one piece of memory.
///
///     begin ─┤ block ├─┤ block ├─ … ─┤ block ├    each block ends with a scrape and follows the one before
struct ChangeLog: Sendable {
    private struct Block: Sendable {
        var end: MonotonicTime
        /// Where its bytes end.
        var limit: Int
    }

    /// The scrape that the first block follows; nothing before there was one.
    private(set) var begin: MonotonicTime?
    private var bytes: [UInt8] = []
    private var blocks: [Block] = []
    /// Blocks that were dropped and still lie in front.
    private var dropped = 0

    init() {}

    init(begin: MonotonicTime) {
        self.begin = begin
    }

    /// The newest scrape.
    var end: MonotonicTime? { blocks.last?.end ?? begin }
    var count: Int { blocks.count - dropped }
    /// What it takes in memory, about.
    var size: Int { bytes.capacity + blocks.capacity * MemoryLayout<Block>.stride }

    /// The end of the block `index` places from the oldest.
    func end(of index: Int) -> MonotonicTime { blocks[dropped + index].end }

    /// The first scrape of all: there is nothing to count yet.
    mutating func start(at time: MonotonicTime) {
        if begin == nil { begin = time }
    }

    mutating func append(_ changes: [SeriesChange], endingAt time: MonotonicTime) {
        // By a quarter: arrays double by themselves, and half of the history's memory would be air.
        if bytes.count + 64 > bytes.capacity { bytes.reserveCapacity(bytes.count + bytes.count / 4 + 256) }
        if blocks.count == blocks.capacity { blocks.reserveCapacity(blocks.count + blocks.count / 4 + 16) }
        ChangeEncoding.append(changes, to: &bytes)
        blocks.append(Block(end: time, limit: bytes.count))
    }

    /// Drops the oldest blocks. Their memory goes in batches.
    mutating func dropFirst(_ number: Int) {
        let number = min(number, count)
        guard number > 0 else { return }
        begin = blocks[dropped + number - 1].end
        dropped += number
        guard dropped > 16, dropped * 8 > blocks.count else { return }
        let start = blocks[dropped - 1].limit
        bytes = Array(bytes[start...])
        blocks = blocks[dropped...].map { Block(end: $0.end, limit: $0.limit - start) }
        dropped = 0
    }

    /// The newest scrape at or before `time`; nothing when that is before ``begin``.
    func boundary(atOrBefore time: MonotonicTime) -> MonotonicTime? {
        let index = firstBlock(after: time)
        if index > dropped { return blocks[index - 1].end }
        guard let begin, begin <= time else { return nil }
        return begin
    }

    /// Calls `body` for what each block after `start` and up to `end` holds.
    @inline(__always)
    func forEachChange(
        after start: MonotonicTime, upTo end: MonotonicTime,
        _ body: (_ first: Int, _ count: Int, _ increase: Double) -> Void
    ) {
        let first = firstBlock(after: start)
        let last = firstBlock(after: end)
        guard first < last else { return }
        let from = first > 0 ? blocks[first - 1].limit : 0
        bytes.withUnsafeBytes { bytes in
            // Numbers begin anew with each block.
            var from = from
            for index in first..<last {
                ChangeEncoding.forEach(UnsafeRawBufferPointer(rebasing: bytes[from..<blocks[index].limit]), body)
                from = blocks[index].limit
            }
        }
    }

    /// The same log with other numbers: `numbers[old]`, or below zero for a series that is forgotten.
    func renumbered(_ numbers: [Int32]) -> ChangeLog {
        var log = ChangeLog()
        log.begin = begin
        var from = dropped > 0 ? blocks[dropped - 1].limit : 0
        for block in blocks[dropped...] {
            var changes: [SeriesChange] = []
            bytes.withUnsafeBytes { bytes in
                ChangeEncoding.forEach(UnsafeRawBufferPointer(rebasing: bytes[from..<block.limit])) {
                    for series in $0..<$0 + $1 where series < numbers.count && numbers[series] >= 0 {
                        changes.append(SeriesChange(series: numbers[series], increase: $2))
                    }
                }
            }
            changes.sort { $0.series < $1.series }
            log.append(changes, endingAt: block.end)
            from = block.limit
        }
        return log
    }

    /// The place of the first block that ends after `time`, dropped ones counted.
    private func firstBlock(after time: MonotonicTime) -> Int {
        var low = dropped
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].end <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
