internal import CLinux
internal import Glibc
internal import Quantities
internal import Synchronization

/// A value that one thread waits for and another one brings.
///
/// Waiting is done on an `eventfd`, so that a deadline needs no clock but `poll`'s.
package final class Reply<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let descriptor: CInt

    package init() throws(SystemError) {
        descriptor = CInt(try require("eventfd") { meshtop_eventfd() })
    }

    deinit {
        close(descriptor)
    }

    /// Brings the value. Only the first one counts. From any thread.
    package func bring(_ value: Value) {
        self.value.withLock { if $0 == nil { $0 = value } }
        var one: UInt64 = 1
        // The counter cannot overflow: whoever brings does it once or a few times.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits for the value; nothing when it has not come in time.
    package func wait(atMost patience: Duration) -> Value? {
        let end = SystemClock.monotonic().advanced(by: patience)
        while true {
            if let value = value.withLock({ $0 }) { return value }
            let left = SystemClock.monotonic().duration(to: end)
            guard left > .zero else { return nil }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // An interrupted wait looks again and waits for the rest.
            _ = poll(&poller, 1, CInt(clamping: left.nanoseconds / 1_000_000 + 1))
        }
    }
}
