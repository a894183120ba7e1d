/// When a trace came: a number that only grows.
struct Arrival: Hashable, Sendable {
    let id: TraceID
    let number: UInt64
}

/// Traces in the order they came. Some have gone since; whoever takes them out looks.
struct ArrivalQueue: Sendable {
    private var items: [Arrival] = []
    private var head = 0

    mutating func append(_ arrival: Arrival) {
        items.append(arrival)
    }

    mutating func popFirst() -> Arrival? {
        guard head < items.count else { return nil }
        defer { head += 1 }
        return items[head]
    }

    /// Forgets what was taken out or is gone, once that is more than what is `live`: O(1) per arrival.
    mutating func compact(keeping live: Int, where isHere: (Arrival) -> Bool) {
        guard items.count > 2 * live + 64 else { return }
        items = items[head...].filter(isHere)
        head = 0
    }
}

/// The ids of the traces that were let go last, so that their late spans do not come back as traces with holes.
struct EvictedTraces: Sendable {
    private static let capacity = 4096

    private var ids: Set<TraceID> = []
    /// The same ids in a ring; the oldest is overwritten.
    private var ring: [TraceID] = []
    private var next = 0

    func contains(_ id: TraceID) -> Bool { ids.contains(id) }

    mutating func insert(_ id: TraceID) {
        guard ids.insert(id).inserted else { return }
        if ring.count < Self.capacity {
            ring.append(id)
        } else {
            ids.remove(ring[next])
            ring[next] = id
        }
        next = (next + 1) % Self.capacity
    }
}
