import Quantities
import TraceModel

/// Takes what was read the way that spans go: into the store, out of it again, onto the screen and back on the wire.
func travel(_ batch: SpanBatch) {
    let written = OTLPEncoding.exportRequest(batch.spans, scope: "fuzz")
    guard let again = try? OTLPDecoding.batch(protobuf: written) else {
        preconditionFailure("what was written is not read")
    }
    precondition(again.spans.count == batch.spans.count, "spans were lost")

    var store = TraceStore(byteBudget: 16 << 10)
    store.insert(batch.spans, receivedAt: WallTime(nanosecondsSinceEpoch: 1_700_000_000_000_000_000))
    let counts = store.counts
    precondition(counts.bytes <= 16 << 10, "the store is over its budget")
    precondition(
        counts.spans + counts.evictedSpans + counts.refusedSpans + counts.repeatedSpans == batch.spans.count,
        "spans were not counted")
    let traces = store.traces(TraceQuery(limit: 1000))
    if counts.spans == batch.spans.count {
        precondition(Set(traces.flatMap(\.spans).map(plain)) == Set(batch.spans.map(plain)), "spans were changed")
    }
    for trace in traces {
        let tree = TraceTree(trace)
        precondition(tree.rows.count == trace.spans.count, "a tree has every span once")
        precondition(tree.rows.allSatisfy { $0.offset >= .zero && $0.selfTime >= .zero }, "times are of the trace")
        let document = JaegerJSON.document([trace])
        guard let read = try? JaegerJSON.traces(in: document) else {
            preconditionFailure("what was written for Jaeger is not read")
        }
        precondition(read.first?.spans.count == trace.spans.count, "Jaeger's document lacks spans")
    }
}

/// Without the mark that says when a span came.
private func plain(_ span: Span) -> Span {
    var span = span
    span.oddities.remove(.isInFuture)
    return span
}
