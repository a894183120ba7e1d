internal import CLinux
internal import Glibc

/// Wakes a terminal's loop from any thread. Wakes that come before the loop turns count as one.
package final class Waker: Sendable {
    let descriptor: CInt

    init() throws(TerminalError) {
        descriptor = meshtop_eventfd()
        guard descriptor >= 0 else { throw .system("eventfd: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// May be called from any thread, also after the loop has ended.
    package func wake() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the loop is awake anyway.
        while write(descriptor, &one, MemoryLayout<UInt64>.size) < 0, errno == EINTR {}
    }

    /// Takes the wakes back; returns whether there were any.
    func take() -> Bool {
        var count: UInt64 = 0
        return read(descriptor, &count, MemoryLayout<UInt64>.size) > 0
    }
}
