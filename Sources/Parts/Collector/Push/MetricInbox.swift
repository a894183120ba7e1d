internal import MetricStore
package import PushedMetrics
package import Quantities
internal import Synchronization

/// What senders have pushed and the collector has not looked at yet. Senders fill it on their thread, the collector
/// empties it on its own.
package final class MetricInbox: Sendable {
    /// How the numbers came, in the words for people.
    package enum Way: String, Hashable, Sendable {
        case remoteWrite = "remote write"
        case otlp = "OTLP"
        /// Counted here, by ``SpanCounter``.
        case spans = "their spans"
    }

    /// One request.
    struct Letter {
        var way: Way
        /// Who sent it, without a port: connections come and go.
        var peer: String
        var arrival: MonotonicTime
        /// The same moment by the wall clock, to which samples' times are compared.
        var wallArrival: WallTime
        var batch: PushedBatch
    }

    private struct State {
        var letters: [Letter] = []
        var samples = 0
        var hearsMetrics = false
    }

    /// Samples that wait; beyond it senders are asked to come again.
    package static let capacity = 1_000_000

    private let state = Mutex(State())
    private let families: FamilyMatcher

    package init() {
        let formats = MetricFormats.all
        families = FamilyMatcher(
            families: Set(formats.flatMap(\.families)).sorted(), patterns: formats.flatMap(\.patterns),
            exceptions: formats.flatMap(\.patternExceptions))
    }

    /// Whether graphs are made of series with this name.
    package func wants(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { families.matches(UnsafeRawBufferPointer($0)) }
    }

    /// Whether there is room for a request now.
    package var isFull: Bool { state.withLock { $0.samples >= Self.capacity } }

    /// Whether anybody has sent metrics that a graph is made of.
    package var hearsMetrics: Bool { state.withLock { $0.hearsMetrics } }

    /// Puts a request's samples in.
    ///
    /// - Returns: whether there was room.
    package func put(
        _ batch: PushedBatch, by way: Way, from peer: String, at arrival: MonotonicTime, _ wallArrival: WallTime
    ) -> Bool {
        let letter = Letter(way: way, peer: peer, arrival: arrival, wallArrival: wallArrival, batch: batch)
        return state.withLock { state in
            guard state.samples < Self.capacity else { return false }
            // A request without anything wanted still tells that somebody is there.
            guard state.letters.count < 10_000 else { return false }
            state.samples += batch.sampleCount
            if way != .spans, batch.sampleCount > 0 { state.hearsMetrics = true }
            state.letters.append(letter)
            return true
        }
    }

    /// Everything that has come since the last time, oldest first.
    func take() -> [Letter] {
        state.withLock { state in
            let letters = state.letters
            state.letters = []
            state.samples = 0
            return letters
        }
    }
}
