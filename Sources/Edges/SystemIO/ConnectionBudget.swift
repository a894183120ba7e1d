internal import Synchronization

/// How many connections a process serves at a time, whichever of its listeners and loops accepts them. What is beyond waits
/// in the kernel until one of those has ended.
package final class ConnectionBudget: Sendable {
    package let limit: Int
    private let used = Atomic<Int>(0)
    private let closed = Atomic<Bool>(false)
    private let waits = Atomic<UInt64>(0)

    /// How long a listener that got no place waits before it asks again: places become free on other loops, too.
    package static let pause = Duration.milliseconds(50)

    /// - Parameter limit: at least 1.
    package init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Whether there is a place for one more, which is then taken.
    package func take() -> Bool {
        if !isClosed {
            if used.add(1, ordering: .relaxed).newValue <= limit { return true }
            used.subtract(1, ordering: .relaxed)
        }
        waits.add(1, ordering: .relaxed)
        return false
    }

    /// Gives a place back.
    package func give() {
        used.subtract(1, ordering: .relaxed)
    }

    /// True while no connection is accepted at all; those that stand go on.
    package var isClosed: Bool {
        get { closed.load(ordering: .relaxed) }
        set { closed.store(newValue, ordering: .relaxed) }
    }

    /// Connections that stand.
    package var count: Int { used.load(ordering: .relaxed) }
    /// How often a listener found no place.
    package var waitCount: UInt64 { waits.load(ordering: .relaxed) }
}
