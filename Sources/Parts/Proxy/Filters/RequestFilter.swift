/// A step that requests pass between their route and the router. It is shared by all workers and holds no request: what it
/// has to remember of one, the ``Exchange`` keeps.
protocol RequestFilter: Sendable {
    /// Looks at the request, and may change its head, answer it or hold it up.
    func inspect(_ exchange: Exchange) -> FilterVerdict
}

/// What a filter did to a request.
enum FilterVerdict {
    /// The next filter's turn.
    case pass
    /// The filter has answered; the request is over.
    case answered
    /// The filter will call ``Exchange/filterPassed()``, or answer.
    case wait
}
