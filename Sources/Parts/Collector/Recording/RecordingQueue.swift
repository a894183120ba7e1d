internal import MetricStore
internal import Quantities
internal import Synchronization

/// What waits to be written, bounded: a disk that stalls must not take the memory with it.
///
/// | in the queue | what is not taken |
/// |---|---|
/// | `capacity` bytes | increases and traces; what series are called is still taken, or later increases had no name |
/// | 4 × `capacity` | anything of a target, until the store has forgotten that target |
final class RecordingQueue: Sendable {
    struct Entry: Sendable {
        var time: MonotonicTime
        var fact: RecordedFact
    }

    private struct State {
        var entries: [Entry] = []
        var size = 0
        var loss = RecordingLoss()
        /// Targets of which something was dropped that everything later builds upon.
        var broken: Set<String> = []
        /// Somebody was told to write.
        var isAlarmed = false
        var isClosed = false
    }

    let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) {
        self.capacity = max(0, capacity)
    }

    /// - Returns: whether somebody should write now: it is half full, and nobody was told so before.
    func put(_ fact: RecordedFact, at time: MonotonicTime) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            add(fact, at: time, to: &state)
            guard state.size >= capacity / 2, !state.isAlarmed else { return false }
            state.isAlarmed = true
            return true
        }
    }

    private func add(_ fact: RecordedFact, at time: MonotonicTime, to state: inout State) {
        if let target = fact.target, state.broken.contains(target) {
            guard case .store(.removed) = fact else { return state.loss.add(fact) }
            state.broken.remove(target)
        }
        var fact = fact
        var size = fact.size
        if state.size + size > capacity {
            switch fact {
            case .traces: return state.loss.add(fact)
            case .store(.scraped(var scrape)):
                state.loss.add(fact)
                guard !scrape.newSeries.isEmpty else { return }
                scrape.changes = []
                fact = .names(scrape)
                size = fact.size
            case .store, .names, .counted, .listed, .identified, .up, .down, .gone, .weights: break
            }
        }
        guard state.size + size <= 4 * capacity else {
            if let target = fact.target { state.broken.insert(target) }
            if case .names = fact { return }
            return state.loss.add(fact)
        }
        state.size += size
        state.entries.append(Entry(time: time, fact: fact))
    }

    /// All that waits, and what was dropped since the last call.
    func take() -> (entries: [Entry], loss: RecordingLoss) {
        state.withLock { state in
            defer {
                state.entries = []
                state.size = 0
                state.isAlarmed = false
                state.loss = RecordingLoss()
            }
            return (state.entries, state.loss)
        }
    }

    /// Takes nothing more, and forgets what waits: nobody writes any longer.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.entries = []
        }
    }
}

/// What was not recorded because the queue was full.
package struct RecordingLoss: Hashable, Sendable, CustomStringConvertible {
    package var scrapes = 0
    package var traces = 0
    package var others = 0

    package init() {}

    package var isNothing: Bool { scrapes == 0 && traces == 0 && others == 0 }

    mutating func add(_ fact: RecordedFact) {
        switch fact {
        case .store(.scraped), .counted: scrapes += 1
        case .traces(let traces): self.traces += traces.count
        case .store, .names, .listed, .identified, .up, .down, .gone, .weights: others += 1
        }
    }

    mutating func add(_ other: RecordingLoss) {
        scrapes += other.scrapes
        traces += other.traces
        others += other.others
    }

    package var description: String {
        var parts: [String] = []
        if scrapes > 0 { parts.append("\(scrapes) scrapes") }
        if traces > 0 { parts.append("\(traces) traces") }
        if others > 0 { parts.append("\(others) changes of targets") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}
