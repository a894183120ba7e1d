package import TraceModel

/// Where traces are looked up. Calls may wait for the network; any thread may make them.
package protocol TraceSource: Sendable {
    /// Newest first.
    func find(_ query: TraceQuery) throws(TraceSourceFailure) -> [TraceSummary]
    /// The traces themselves that ``find(_:)`` lists.
    func traces(_ query: TraceQuery) throws(TraceSourceFailure) -> [Trace]
    /// The trace, or nothing when the source has none of that id.
    func trace(_ id: TraceID) throws(TraceSourceFailure) -> Trace?

    /// The same as ``find(_:)``, with what is missing of it.
    func search(_ query: TraceQuery) throws(TraceSourceFailure) -> TraceAnswer<[TraceSummary]>
    /// The same as ``trace(_:)``, with what is missing of it.
    func look(up id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?>
    /// Every service that sent spans, sorted.
    func serviceNames() throws(TraceSourceFailure) -> [String]
    /// What spans of a service are called, sorted.
    func operationNames(of service: String) throws(TraceSourceFailure) -> [String]
    /// Who calls whom, as spans tell; of the query only the times count where the source has counted itself.
    func dependencies(_ query: TraceQuery) throws(TraceSourceFailure) -> TraceAnswer<[TraceDependency]>
}

/// What a source answers, which may not be all there is.
package struct TraceAnswer<Value: Sendable>: Sendable {
    package var value: Value
    /// What is missing and why, each a few words; empty when nothing is.
    package var notices: [String]

    package init(_ value: Value, notices: [String] = []) {
        self.value = value
        self.notices = notices
    }
}

extension TraceSource {
    package func search(_ query: TraceQuery) throws(TraceSourceFailure) -> TraceAnswer<[TraceSummary]> {
        TraceAnswer(try find(query))
    }

    package func look(up id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?> {
        TraceAnswer(try trace(id))
    }

    /// Of the newest traces.
    package func serviceNames() throws(TraceSourceFailure) -> [String] {
        let found = try find(TraceQuery(limit: TraceSearch.maximumLimit))
        return Set(found.flatMap(\.services)).sorted()
    }

    /// Of the newest traces.
    package func operationNames(of service: String) throws(TraceSourceFailure) -> [String] {
        let traces = try traces(TraceQuery(service: service, limit: TraceSearch.maximumLimit))
        let own = traces.flatMap(\.spans).filter { TraceQuery.isService($0.service, named: service) }
        return Set(own.map(\.name)).sorted()
    }

    /// Counted in the traces that the query finds.
    package func dependencies(_ query: TraceQuery) throws(TraceSourceFailure) -> TraceAnswer<[TraceDependency]> {
        let traces = try traces(query)
        return TraceAnswer(
            TraceDependency.count(in: traces), notices: ["counted in \(traces.count) traces, not in all there are"])
    }
}

/// Why traces could not be looked up.
package struct TraceSourceFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A whole sentence for people.
    package let message: String

    package init(message: String) {
        self.message = message
    }

    package var description: String { message }
}
