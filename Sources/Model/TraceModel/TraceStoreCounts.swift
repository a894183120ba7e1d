/// What a ``TraceStore`` holds, and what it has let go of or has not taken, by reason.
package struct TraceStoreCounts: Hashable, Sendable {
    package var traces = 0
    package var spans = 0
    /// Estimated.
    package var bytes = 0

    /// Traces that gave way to newer ones, by what they were kept for.
    package var evictedErrors = 0
    package var evictedSlow = 0
    package var evictedSamples = 0
    package var evictedRecent = 0
    /// Spans that went with them.
    package var evictedSpans = 0

    /// Spans of a trace that had been evicted before they came.
    package var lateSpans = 0
    /// Spans beyond what one trace may have.
    package var excessSpans = 0
    /// Spans that their sender was told were rejected: without ids, or beyond what one request may bring.
    package var rejectedSpans = 0
    /// Spans that were here already; an exporter that got no answer sends again.
    package var repeatedSpans = 0
    /// Requests that were told to come again later: more came than is taken in a second.
    package var deferredRequests = 0

    package init() {}

    package var evictedTraces: Int { evictedErrors + evictedSlow + evictedSamples + evictedRecent }

    /// Spans that were handed to the store and not taken.
    package var refusedSpans: Int { lateSpans + excessSpans }

    /// Everything that is missing, with its reason, in one sentence; nothing when nothing is.
    package var losses: String? {
        let parts = [
            (evictedSamples + evictedRecent, "traces gave way to newer ones"),
            (evictedSlow, "slow traces gave way"), (evictedErrors, "traces with errors gave way"),
            (lateSpans, "spans came after their trace had gone"), (excessSpans, "spans were too many for one trace"),
            (rejectedSpans, "spans were rejected"), (deferredRequests, "requests were told to come later"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// What somebody who looks for a fault should know: that traces which are kept before all others were lost, or
    /// spans not taken. That old samples give way is how a full store works and is no news.
    package var notice: String? {
        var grave = self
        grave.evictedSamples = 0
        grave.evictedRecent = 0
        return grave.losses.map { "traces: \($0)" }
    }
}
