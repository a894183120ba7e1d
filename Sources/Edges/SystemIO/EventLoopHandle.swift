internal import CLinux
internal import Glibc
internal import Synchronization

/// How other threads reach an event loop: they submit work, which the loop runs in order.
///
/// It stays valid after the loop has ended; work submitted then is never run.
package final class EventLoopHandle: Sendable {
    private struct State {
        var submitted: [@Sendable () -> Void] = []
        var isStopped = false
    }

    /// An eventfd that is readable while work waits.
    let descriptor: CInt
    private let state = Mutex(State())

    init() throws(SystemError) {
        descriptor = CInt(try require("eventfd") { meshtop_eventfd() })
    }

    deinit {
        close(descriptor)
    }

    /// Has `work` called on the loop's thread, soon. From any thread.
    ///
    /// The queue has no bound of its own: callers submit results they were asked for, never bytes from a peer at the
    /// peer's pace.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        let mustWake = state.withLock { state in
            state.submitted.append(work)
            return state.submitted.count == 1
        }
        if mustWake { wake() }
    }

    /// Ends the loop's `run()` after its current turn. From any thread, also from before it runs.
    package func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Takes what has been submitted and clears the alarm. Clearing comes first: work that arrives in between then
    /// raises it again.
    func take() -> [@Sendable () -> Void] {
        var count: UInt64 = 0
        _ = systemCall { read(descriptor, &count, 8) }
        return state.withLock { state in
            defer { state.submitted = [] }
            return state.submitted
        }
    }

    private func wake() {
        var one: UInt64 = 1
        // It would block only at 2^64 - 1 pending wake-ups, and then the loop wakes anyway.
        _ = systemCall { write(descriptor, &one, 8) }
    }
}
