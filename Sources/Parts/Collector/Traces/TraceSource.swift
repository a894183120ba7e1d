package import TraceModel

/// Where traces are looked up. Calls may wait for the network; any thread may make them.
package protocol TraceSource: Sendable {
    /// Newest first.
    func find(_ query: TraceQuery) throws(TraceSourceFailure) -> [TraceSummary]
    /// The traces themselves that ``find(_:)`` lists.
    func traces(_ query: TraceQuery) throws(TraceSourceFailure) -> [Trace]
    /// The trace, or nothing when the source has none of that id.
    func trace(_ id: TraceID) throws(TraceSourceFailure) -> Trace?
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
