/// How often one service called another.
package struct TraceDependency: Hashable, Sendable {
    package var caller: String
    package var called: String
    package var callCount: Int
    /// How many of the calls failed; nothing when nobody counted.
    package var errorCount: Int?

    package init(caller: String, called: String, callCount: Int, errorCount: Int? = nil) {
        self.caller = caller
        self.called = called
        self.callCount = callCount
        self.errorCount = errorCount
    }

    /// Counts the calls in `traces`: every span whose parent is of another service is one. Sorted by name.
    package static func count(in traces: [Trace]) -> [TraceDependency] {
        struct Link: Hashable {
            let caller: String
            let called: String
        }
        var counts: [Link: (calls: Int, errors: Int)] = [:]
        for trace in traces {
            let family = SpanFamily(trace.spans)
            for (index, children) in family.children.enumerated() {
                let caller = family.spans[index].service
                for child in children where family.spans[child].service != caller {
                    let link = Link(caller: caller, called: family.spans[child].service)
                    counts[link, default: (0, 0)].calls += 1
                    if family.spans[child].status == .error { counts[link, default: (0, 0)].errors += 1 }
                }
            }
        }
        return counts.map {
            TraceDependency(
                caller: $0.key.caller, called: $0.key.called, callCount: $0.value.calls, errorCount: $0.value.errors)
        }.sorted { ($0.caller, $0.called) < ($1.caller, $1.called) }
    }
}
