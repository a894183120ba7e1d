/// When a failed attempt is tried again: Envoy's `route.v3.RetryPolicy`.
package struct RetryPolicy: Hashable, Sendable {
    /// Envoy's words, `connect-failure`, `refused-stream`, …; what each means is TrafficPolicy's business.
    package var conditions: [String]
    /// Attempts after the first.
    package var retries: Int
    package var perTryTimeout: Duration?
    /// For `retriable-status-codes`.
    package var statusCodes: [Int]
    /// True when an endpoint that failed already is passed over (`envoy.retry_host_predicates.previous_hosts`).
    package var avoidsPreviousHosts: Bool
    /// How often another endpoint is drawn before a repeated one is accepted.
    package var hostSelectionAttempts: Int
    package var backOff: BackOff?
    /// For `retriable-headers`: a response with one of these is tried again.
    package var headers: [Route.HeaderMatcher]
    /// A request without any of these is not tried again; empty asks for none.
    package var requestHeaders: [Route.HeaderMatcher]
    /// True when retries go to priorities that were not tried (`envoy.retry_priorities.previous_priorities`).
    package var avoidsPreviousPriorities: Bool

    package struct BackOff: Hashable, Sendable {
        package var base: Duration
        /// Envoy's default is ten times the base.
        package var maximum: Duration?

        package init(base: Duration, maximum: Duration? = nil) {
            self.base = base
            self.maximum = maximum
        }
    }

    package init(
        conditions: [String], retries: Int = 1, perTryTimeout: Duration? = nil, statusCodes: [Int] = [],
        avoidsPreviousHosts: Bool = false, hostSelectionAttempts: Int = 1, backOff: BackOff? = nil,
        headers: [Route.HeaderMatcher] = [], requestHeaders: [Route.HeaderMatcher] = [],
        avoidsPreviousPriorities: Bool = false
    ) {
        self.headers = headers
        self.requestHeaders = requestHeaders
        self.avoidsPreviousPriorities = avoidsPreviousPriorities
        self.conditions = conditions
        self.retries = retries
        self.perTryTimeout = perTryTimeout
        self.statusCodes = statusCodes
        self.avoidsPreviousHosts = avoidsPreviousHosts
        self.hostSelectionAttempts = hostSelectionAttempts
        self.backOff = backOff
    }
}
