internal import Synchronization
internal import SystemIO

/// Work that blocks – files, names – done on threads of its own while the loop goes on.
///
/// There are at most `width` threads at a time, and none while there is nothing to do. A thread that hangs in a system
/// call when everything ends is left behind: what it brings is then never looked at.
final class Errands: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
    }

    private let name: String
    private let width: Int
    private let loop: EventLoopHandle
    private let state = Mutex(State())

    init(name: String, width: Int, loop: EventLoopHandle) {
        self.name = name
        self.width = width
        self.loop = loop
    }

    /// Does `work` on another thread, then calls `completion` with what came of it on the loop. To be called on the loop.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then completion: @escaping (Value) -> Void) {
        // Goes to another thread and comes back to be called; nothing calls it there.
        nonisolated(unsafe) let completion = completion
        let job: @Sendable () -> Void = { [loop] in
            let value = work()
            loop.submit { completion(value) }
        }
        let mustStart = state.withLock { state in
            state.waiting.append(job)
            guard state.running < width else { return false }
            state.running += 1
            return true
        }
        guard mustStart else { return }
        do throws(SystemError) {
            // Never joined: it ends by itself when nothing waits.
            _ = try Threads.spawn(name: name) { self.work() }
        } catch {
            // No thread to be had. What waits is done when the next errand gets one.
            state.withLock { $0.running -= 1 }
        }
    }

    private func work() {
        while true {
            let next = state.withLock { state -> (@Sendable () -> Void)? in
                guard !state.waiting.isEmpty else {
                    state.running -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let next else { return }
            next()
        }
    }
}
