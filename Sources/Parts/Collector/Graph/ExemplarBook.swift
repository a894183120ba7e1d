import MeshModel
import Quantities

/// The newest examples of each flow's requests, by bucket of the latency histogram: what is slow and rare must not be
/// pushed out by what is fast and often.
///
/// Bounded in number and, because trace ids are, in bytes; what finds no room is counted. Empty, it costs nothing.
struct ExemplarBook {
    /// Of one bucket of one flow.
    static let perBucket = 4
    /// Of all flows together. Beyond, only what has a place already is renewed.
    static let maximum = 65_536
    /// UTF-8 bytes. A longer id is no trace's, and left out.
    static let maximumTraceID = 64

    private struct Slot: Hashable {
        var flow: Int32
        var bound: Double
    }

    /// Oldest first.
    private var slots: [Slot: [TraceExemplar]] = [:]
    private var bounds: [Int32: [Double]] = [:]
    /// Flows that have got others since they were asked for.
    private var fresh: Set<Int32> = []
    private(set) var count = 0
    /// How many found no room, or had an id that is none.
    private(set) var dropped = 0

    var isEmpty: Bool { count == 0 }

    /// Takes an example of a flow's requests in the bucket up to `bound` milliseconds.
    mutating func add(_ exemplar: TraceExemplar, to flow: Int32, upTo bound: Double) {
        let length = exemplar.traceID.utf8.count
        guard length > 0, length <= Self.maximumTraceID, exemplar.milliseconds.isFinite, !bound.isNaN else {
            dropped += 1
            return
        }
        let slot = Slot(flow: flow, bound: bound)
        var kept = slots[slot] ?? []
        if let same = kept.firstIndex(where: { $0.traceID == exemplar.traceID }) {
            // Both ends tell of one request.
            guard kept[same].time < exemplar.time else { return }
            kept.remove(at: same)
            count -= 1
        } else if kept.count >= Self.perBucket {
            guard let oldest = kept.first, oldest.time <= exemplar.time else { return }
            kept.removeFirst()
            count -= 1
        } else if count >= Self.maximum {
            dropped += 1
            return
        }
        if slots[slot] == nil { bounds[flow, default: []].append(bound) }
        kept.insert(exemplar, at: kept.firstIndex { $0.time > exemplar.time } ?? kept.count)
        count += 1
        slots[slot] = kept
        fresh.insert(flow)
    }

    /// A flow's examples, newest first.
    func exemplars(of flow: Int32) -> [TraceExemplar] {
        (bounds[flow] ?? []).flatMap { slots[Slot(flow: flow, bound: $0)] ?? [] }
    }

    /// Flows that have got others since the last call.
    mutating func takeFresh() -> Set<Int32> {
        defer { fresh = [] }
        return fresh
    }

    /// Flows that have any.
    var flows: some Collection<Int32> { bounds.keys }

    /// Numbers the flows anew; those without a number are forgotten.
    mutating func renumber(_ number: (Int32) -> Int32?) {
        guard !isEmpty else { return }
        let old = self
        self = ExemplarBook()
        dropped = old.dropped
        for (slot, kept) in old.slots {
            guard let flow = number(slot.flow) else { continue }
            slots[Slot(flow: flow, bound: slot.bound)] = kept
            bounds[flow, default: []].append(slot.bound)
            count += kept.count
            fresh.insert(flow)
        }
    }
}
