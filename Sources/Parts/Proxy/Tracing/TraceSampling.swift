import TraceModel

/// The span that this proxy adds to a request's trace.
struct ActiveTrace: Hashable, Sendable {
    var trace: TraceID
    var span: SpanID
    var parent: SpanID?
    var isSampled: Bool
}

/// Decides which requests get a span and under which ids.
struct TraceSampling: Hashable, Sendable {
    /// The share of traces begun here that are recorded, of 10,000. A caller's decision is honoured either way.
    var perTenThousand: UInt64

    init(perTenThousand: UInt64 = 10_000) {
        self.perTenThousand = min(perTenThousand, 10_000)
    }

    /// The span of a request that came with `incoming`. Nothing only for the one draw in 2^64 that makes an id of zero.
    func begin(_ incoming: IncomingTrace, random: inout RandomSource) -> ActiveTrace? {
        guard let span = SpanID(random.next()) else { return nil }
        if let context = incoming.context {
            let isSampled = context.isSampled ?? decide(&random)
            return ActiveTrace(trace: context.trace, span: span, parent: context.span, isSampled: isSampled)
        }
        guard let trace = TraceID(high: random.next(), low: random.next()) else { return nil }
        return ActiveTrace(trace: trace, span: span, parent: nil, isSampled: incoming.decision ?? decide(&random))
    }

    private func decide(_ random: inout RandomSource) -> Bool {
        perTenThousand >= 10_000 || random.next() % 10_000 < perTenThousand
    }
}
