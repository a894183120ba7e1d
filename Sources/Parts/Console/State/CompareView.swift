import Quantities
import TraceModel

/// Two traces beside each other, span by span: what took longer, what is missing, what is extra.
struct CompareView: Sendable {
    struct Row: Sendable {
        var depth: Int
        var isLastSibling: Bool
        /// For every level above the parent's: whether that level's line goes on below the row.
        var guides: [Bool]
        var service: String
        var operation: String
        var hasFailed: Bool
        /// The span here; nothing where it is missing.
        var span: SpanID?
        /// Nothing where the span is missing.
        var here: Duration?
        var there: Duration?
        /// How much more of its time it took by itself.
        var ownDifference: Duration

        /// How much longer it took here; what is missing counts as nothing.
        var difference: Duration { (here ?? .zero) - (there ?? .zero) }
    }

    let rows: [Row]
    let trace: TraceID
    /// Whom it is compared with, in words.
    let base: String
    let here: Duration
    let there: Duration
    /// In one sentence, what is different.
    let summary: String
    /// The largest difference, for the length of bars.
    let most: Duration

    init(rows: [Row], trace: TraceID, base: String, here: Duration, there: Duration, summary: String) {
        self.rows = rows
        self.trace = trace
        self.base = base
        self.here = here
        self.there = there
        self.summary = summary
        most = rows.map { CompareView.magnitude($0.difference) }.max() ?? .zero
    }

    /// Without a sign.
    static func magnitude(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
}
