internal import Quantities
internal import SystemIO

/// What time it is, for a history: by the clock that people read and by the one that is never set.
struct HistoryClock: Sendable {
    var wall: @Sendable () -> WallTime
    var monotonic: @Sendable () -> MonotonicTime

    /// The machine's.
    static let system = HistoryClock(wall: SystemClock.wall, monotonic: SystemClock.monotonic)
}
