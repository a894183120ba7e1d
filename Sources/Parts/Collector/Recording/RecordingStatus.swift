package import Quantities

/// How many rows were written.
package struct RecordingCounts: Hashable, Sendable {
    package var targets = 0
    package var series = 0
    package var scrapes = 0
    /// A trace whose spans came late counts each time it was written.
    package var traces = 0
    package var events = 0

    package init() {}
}

/// How a recording goes.
package struct RecordingStatus: Hashable, Sendable {
    package var counts = RecordingCounts()
    /// What the file has in use.
    package var bytes: Int64 = 0
    package var loss = RecordingLoss()
    /// What was counted before was removed to stay below the limit; nothing while all is there.
    package var begin: WallTime?
    /// Traces that began before were removed to stay below the limit; nothing while all are there.
    package var tracesBegin: WallTime?
    /// Rows of what was counted that were removed to stay below the limits.
    package var removed = 0
    /// Why nothing can be written now; it is tried again.
    package var trouble: RecordingError?
    /// Why nothing is written any more.
    package var failure: RecordingError?

    package init() {}
}
