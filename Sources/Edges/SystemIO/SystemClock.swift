internal import CLinux
internal import Glibc
package import Quantities

/// The clocks of the machine. Pure code never reads them: it is handed the time.
package enum SystemClock {
    /// The clock that only runs forward (`CLOCK_MONOTONIC`); about 25 ns a reading.
    package static func monotonic() -> MonotonicTime {
        let time = read(CLOCK_MONOTONIC)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    /// The wall clock (`CLOCK_REALTIME`), which people may set back.
    package static func wall() -> WallTime {
        let time = read(CLOCK_REALTIME)
        return WallTime(nanosecondsSinceEpoch: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// The processor time that this process has used so far, user and system together.
    package static func processorTime() -> Duration {
        let time = read(CLOCK_PROCESS_CPUTIME_ID)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        // It fails only for an unknown clock or a bad pointer, and both are ours.
        let result = clock_gettime(clock, &time)
        precondition(result == 0, "clock_gettime refused clock \(clock)")
        return time
    }
}
