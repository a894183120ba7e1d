internal import Quantities

/// A scheduled call, to cancel it by.
package struct TimerID: Hashable, Sendable {
    fileprivate let slot: UInt32
    fileprivate let generation: UInt32
}

/// Timers in a binary heap by deadline. A cancelled one leaves its entry behind, which is dropped when it comes up or
/// when more than half of the heap is such entries: cancelling is O(1), all else O(log n).
struct TimerHeap {
    private struct Entry {
        let deadline: MonotonicTime
        let id: TimerID
    }

    private struct Slot {
        var generation: UInt32 = 0
        var work: (() -> Void)?
    }

    private var heap: [Entry] = []
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var live = 0

    mutating func insert(at deadline: MonotonicTime, _ work: @escaping () -> Void) -> TimerID {
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(slot)].work = work
        live += 1
        let id = TimerID(slot: slot, generation: slots[Int(slot)].generation)
        heap.append(Entry(deadline: deadline, id: id))
        siftUp(heap.count - 1)
        return id
    }

    mutating func remove(_ id: TimerID) {
        guard isLive(id) else { return }
        release(id)
        if heap.count > 64, heap.count > live * 2 { compact() }
    }

    /// Takes the work of the earliest timer that is due at `now`.
    mutating func popDue(_ now: MonotonicTime) -> (() -> Void)? {
        while let first = heap.first {
            if !isLive(first.id) {
                removeFirst()
                continue
            }
            guard first.deadline <= now else { return nil }
            let work = slots[Int(first.id.slot)].work
            removeFirst()
            release(first.id)
            return work
        }
        return nil
    }

    /// How long the loop may sleep: -1 without timers. Rounded up, since waking a fraction of a millisecond early would
    /// mean a second, useless turn.
    mutating func millisecondsUntilNext(from now: MonotonicTime) -> CInt {
        while let first = heap.first {
            if !isLive(first.id) {
                removeFirst()
                continue
            }
            guard first.deadline > now else { return 0 }
            // In whole numbers, as this is asked at every turn and Duration counts in 128 bits.
            return CInt(clamping: (first.deadline.nanoseconds - now.nanoseconds - 1) / 1_000_000 + 1)
        }
        return -1
    }

    private func isLive(_ id: TimerID) -> Bool {
        slots[Int(id.slot)].generation == id.generation
    }

    private mutating func release(_ id: TimerID) {
        slots[Int(id.slot)].generation &+= 1
        slots[Int(id.slot)].work = nil
        freeSlots.append(id.slot)
        live -= 1
    }

    private mutating func compact() {
        heap = heap.filter { isLive($0.id) }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].deadline < heap[smallest].deadline { smallest = child }
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
