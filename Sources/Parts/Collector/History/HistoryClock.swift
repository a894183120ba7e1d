package import Quantities
internal import SystemIO

/// What time it is, for a history: by the clock that people read and by the one that is never set.
package struct HistoryClock: Sendable {
    package var wall: @Sendable () -> WallTime
    package var monotonic: @Sendable () -> MonotonicTime

    package init(
        wall: @escaping @Sendable () -> WallTime, monotonic: @escaping @Sendable () -> MonotonicTime
    ) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// The machine's.
    package static let system = HistoryClock(wall: SystemClock.wall, monotonic: SystemClock.monotonic)
}
