import Synchronization

/// How many threads have done their work.
final class FinishedCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .acquiring) }

    func add() { count.add(1, ordering: .releasing) }
    func reset() { count.store(0, ordering: .relaxed) }
}
