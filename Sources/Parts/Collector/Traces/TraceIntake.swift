import Quantities
import Synchronization

/// How much is taken in: a bucket that fills with so many bytes a second, and from which every request takes what its
/// body has.
///
/// Decoding is done on one thread, which answers questions too: senders that bring more than it can read are told when
/// to come again, instead of making everybody wait.
final class TraceIntake: Sendable {
    private struct Level {
        var bytes: Double
        var at: MonotonicTime?
    }

    private let bytesPerSecond: Double
    private let level: Mutex<Level>

    /// - Parameter bytesPerSecond: 20,000 spans are 10 MB or so. What two seconds bring may come at once.
    init(bytesPerSecond: Int = 64 << 20) {
        self.bytesPerSecond = Double(max(1, bytesPerSecond))
        level = Mutex(Level(bytes: 2 * self.bytesPerSecond, at: nil))
    }

    /// Takes `bytes`, or says how many whole seconds to wait. A request that is larger than all that fits waits for a
    /// full bucket, and empties it.
    func take(_ bytes: Int, at now: MonotonicTime) -> Int? {
        level.withLock { level in
            let full = 2 * bytesPerSecond
            let elapsed = max(0, level.at?.duration(to: now).inSeconds ?? 0)
            level.bytes = min(full, level.bytes + elapsed * bytesPerSecond)
            level.at = now
            let wanted = min(Double(bytes), full)
            guard level.bytes >= wanted else {
                return Int(max(1, ((wanted - level.bytes) / bytesPerSecond).rounded(.up)))
            }
            level.bytes -= wanted
            return nil
        }
    }
}
