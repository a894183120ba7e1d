package import Quantities
import Synchronization
internal import SystemIO
package import TraceModel

/// The traces of this process: the receiver puts them in, everyone else looks them up.
package final class LocalTraceSource: TraceSource {
    private let store: Mutex<TraceStore>
    /// Who counts the calls in what arrives, when somebody wants a graph of them.
    let counter: SpanCounter?

    /// - Parameter byteBudget: see ``TraceStore``.
    package init(byteBudget: Int = 64 << 20, counter: SpanCounter? = nil) {
        store = Mutex(TraceStore(byteBudget: byteBudget))
        self.counter = counter
    }

    /// - Parameter receivedAt: see ``TraceStore/insert(_:receivedAt:)``.
    package func insert(_ spans: [Span], receivedAt: WallTime? = nil) {
        store.withLock { $0.insert(spans, receivedAt: receivedAt) }
    }

    /// Takes what one request brought, and counts what was rejected of it.
    package func insert(_ batch: SpanBatch, receivedAt: WallTime) {
        counter?.take(batch.spans, at: SystemClock.monotonic())
        store.withLock {
            $0.insert(batch.spans, receivedAt: receivedAt)
            $0.noteRejected(spans: batch.rejectedCount)
        }
    }

    /// Counts a request that was told to come again.
    package func noteDeferred() {
        store.withLock { $0.noteDeferred() }
    }

    // A search holds the lock: a copy of the store would be free to make and dear at the next insertion.
    package func find(_ query: TraceQuery) -> [TraceSummary] {
        store.withLock { $0.find(query) }
    }

    package func trace(_ id: TraceID) -> Trace? {
        store.withLock { $0.trace(id) }
    }

    package func traces(_ query: TraceQuery) -> [Trace] { traces(query, maximumSpans: .max) }

    /// The traces that ``find(_:)`` would list; see ``TraceStore/traces(_:maximumSpans:)``.
    package func traces(_ query: TraceQuery, maximumSpans: Int) -> [Trace] {
        store.withLock { $0.traces(query, maximumSpans: maximumSpans) }
    }

    /// Every service that has sent a span, sorted.
    package var services: [String] { store.withLock { $0.services } }

    package var counts: TraceStoreCounts { store.withLock { $0.counts } }
}
