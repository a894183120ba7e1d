internal import Quantities
package import SystemIO

/// How long a test waits for something that should come soon. Long enough for a loaded machine, as only a failing test
/// waits all of it.
package let patience = Duration.seconds(10)

/// Runs `loop` until `condition` holds, and tells whether it did before the patience ran out.
package func runs(_ loop: EventLoop, until condition: () -> Bool) -> Bool {
    let end = SystemClock.monotonic().advanced(by: patience)
    // What other threads do wakes this loop not: it looks again by itself every few milliseconds.
    while true {
        let now = SystemClock.monotonic()
        if loop.run(until: min(end, now.advanced(by: .milliseconds(5))), condition) { return true }
        if now >= end { return false }
    }
}

/// Runs `loop` for a while in which something should not happen.
package func rests(_ loop: EventLoop, milliseconds: Int) {
    _ = loop.run(until: SystemClock.monotonic().advanced(by: .milliseconds(milliseconds))) { false }
}

/// Waits on another thread's work, and tells whether `condition` came to hold before the patience ran out.
package func eventually(_ condition: () -> Bool) -> Bool {
    guard let loop = try? EventLoop() else { return false }
    let end = SystemClock.monotonic().advanced(by: patience)
    while !condition() {
        let now = SystemClock.monotonic()
        if now >= end { return false }
        // Looks again every two milliseconds; the loop has no events of its own.
        if loop.run(until: now.advanced(by: .milliseconds(2)), { false }) { return true }
    }
    return true
}
