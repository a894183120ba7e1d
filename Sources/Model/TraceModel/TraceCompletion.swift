package import Quantities

/// Which traces have just ended, for a live list of them: no span of theirs has come for a while.
///
/// A trace has no last span, only one after which none comes. So each is told once, when its number of spans has not
/// changed for ``quiet``; what comes later still is passed over.
package struct TraceCompletion: Sendable {
    /// How long nothing must come.
    package let quiet: Duration
    /// How many that were told are remembered, at least; a search must not reach further back.
    private let capacity: Int

    private struct Growing {
        var summary: TraceSummary
        var since: MonotonicTime
    }

    private struct Known {
        var spanCount: Int
        /// What was only there at the beginning may still be told.
        var isTold: Bool
    }

    private var growing: [TraceID: Growing] = [:]
    /// In two generations.
    private var known: [TraceID: Known] = [:]
    private var knownBefore: [TraceID: Known] = [:]
    private var hasLooked = false

    package init(quiet: Duration, capacity: Int = 10_000) {
        self.quiet = quiet
        self.capacity = max(1, capacity)
    }

    /// Takes what a search has found, and gives the traces that are complete now, the first to begin first.
    ///
    /// What the very first search finds was there before: it is told only if more comes.
    package mutating func take(_ found: [TraceSummary], at now: MonotonicTime) -> [TraceSummary] {
        for summary in found {
            guard hasLooked else {
                remember(summary, isTold: false)
                continue
            }
            if let last = growing[summary.id] {
                let since = last.summary.spanCount == summary.spanCount ? last.since : now
                growing[summary.id] = Growing(summary: summary, since: since)
            } else if let last = known[summary.id] ?? knownBefore[summary.id] {
                guard !last.isTold, summary.spanCount > last.spanCount else { continue }
                growing[summary.id] = Growing(summary: summary, since: now)
            } else {
                growing[summary.id] = Growing(summary: summary, since: now)
            }
        }
        hasLooked = true
        // More than this is no live list any more; they are told as they are.
        let isFull = growing.count > 4 * capacity
        let complete = growing.values.filter { isFull || $0.since.advanced(by: quiet) <= now }.map(\.summary)
        for summary in complete {
            growing[summary.id] = nil
            remember(summary, isTold: true)
        }
        return complete.sorted { ($0.start, $0.id.high, $0.id.low) < ($1.start, $1.id.high, $1.id.low) }
    }

    private mutating func remember(_ summary: TraceSummary, isTold: Bool) {
        known[summary.id] = Known(spanCount: summary.spanCount, isTold: isTold)
        guard known.count > capacity else { return }
        knownBefore = known
        known = [:]
    }
}
