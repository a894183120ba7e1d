import Quantities
import TraceModel

/// A request whose trace is recorded, as an example of what a bucket counts.
struct RequestExample: Hashable, Sendable {
    var trace: TraceID
    var milliseconds: Double
    /// When it ended.
    var time: WallTime

    /// Of each bucket the newer one.
    static func newer(_ left: [RequestExample?], _ right: ArraySlice<RequestExample?>) -> [RequestExample?] {
        zip(left, right).map { left, right in
            guard let left, let right else { return left ?? right }
            return left.time < right.time ? right : left
        }
    }
}

/// The last sampled request of each bucket of each row's durations. One store for a sampled request, and no memory while
/// none is sampled.
struct RequestExamples: Hashable, Sendable {
    /// ``HistogramBuckets/count`` for each row, up to the last that has any.
    private var slots: [RequestExample?] = []

    mutating func put(_ example: RequestExample, row: Int, bucket: Int) {
        makeRoom(row)
        slots[row * HistogramBuckets.count + bucket] = example
    }

    mutating func put(_ examples: [RequestExample?], row: Int) {
        makeRoom(row)
        let base = row * HistogramBuckets.count
        for (bucket, example) in examples.prefix(HistogramBuckets.count).enumerated() { slots[base + bucket] = example }
    }

    /// Those of a row by bucket; nothing when it has none.
    subscript(row: Int) -> ArraySlice<RequestExample?>? {
        let base = row * HistogramBuckets.count
        guard base + HistogramBuckets.count <= slots.count else { return nil }
        return slots[base..<(base + HistogramBuckets.count)]
    }

    private mutating func makeRoom(_ row: Int) {
        let needed = (row + 1) * HistogramBuckets.count
        if slots.count < needed { slots.append(contentsOf: repeatElement(nil, count: needed - slots.count)) }
    }
}
