import Glibc
import Synchronization

/// One place for the newest value, between the thread that makes them and one that waits. A value that was not taken
/// in time is replaced by the next.
final class Mailbox<Value: Sendable>: Sendable {
    private let newest = Mutex<Value?>(nil)
    /// A pipe carries one byte a value: a thread can sleep on it.
    private let reading: CInt
    private let writing: CInt

    init() throws(CommandFailure) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw CommandFailure("no pipe could be made: \(String(cString: strerror(errno)))")
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    func put(_ value: Value) {
        let mustWake = newest.withLock { newest in
            defer { newest = value }
            return newest == nil
        }
        guard mustWake else { return }
        var byte: UInt8 = 1
        while write(writing, &byte, 1) < 0, errno == EINTR {}
    }

    /// Waits for the next value.
    func take() -> Value {
        while true {
            var byte: UInt8 = 0
            while read(reading, &byte, 1) < 0, errno == EINTR {}
            let value = newest.withLock { newest in
                defer { newest = nil }
                return newest
            }
            if let value { return value }
        }
    }
}
