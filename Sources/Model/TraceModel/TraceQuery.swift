package import Quantities

/// Which traces to find. What is not set asks for nothing.
package struct TraceQuery: Hashable, Sendable {
    package var service: String?
    /// Only traces in which `service` calls this one.
    package var calledService: String?
    /// What a span is called; one of `service`, when that is set too.
    package var operation: String?
    /// What one span says, all of it; the same span that ``operation`` asks for.
    package var tags: [Span.Attribute]
    /// Of the whole trace, as the other.
    package var minimumDuration: Duration?
    package var maximumDuration: Duration?
    package var errorsOnly: Bool
    /// Only traces that began then or later.
    package var since: WallTime?
    /// Only traces that began then or before.
    package var until: WallTime?
    /// 1 or more.
    package var limit: Int

    package init(
        service: String? = nil, calledService: String? = nil, operation: String? = nil, tags: [Span.Attribute] = [],
        minimumDuration: Duration? = nil, maximumDuration: Duration? = nil, errorsOnly: Bool = false,
        since: WallTime? = nil, until: WallTime? = nil, limit: Int = 100
    ) {
        self.service = service
        self.calledService = calledService
        self.operation = operation
        self.tags = tags
        self.minimumDuration = minimumDuration
        self.maximumDuration = maximumDuration
        self.errorsOnly = errorsOnly
        self.since = since
        self.until = until
        self.limit = max(1, limit)
    }
}
