/// The routes of a listener: Envoy's `route.v3.RouteConfiguration`.
package struct RouteConfiguration: Hashable, Sendable {
    package var name: String
    package var virtualHosts: [VirtualHost]

    package init(name: String, virtualHosts: [VirtualHost]) {
        self.name = name
        self.virtualHosts = virtualHosts
    }
}

/// The routes of some hosts: Envoy's `route.v3.VirtualHost`.
package struct VirtualHost: Hashable, Sendable {
    package var name: String
    /// Exact, `*.suffix`, `prefix.*` or `*`; matched in that order against the whole `host` header with its port, letter
    /// case ignored. A domain stands in one virtual host only.
    package var domains: [String]
    /// The first that matches wins.
    package var routes: [Route]
    /// True when the upstream learns the attempt number in `x-envoy-attempt-count`.
    package var includeRequestAttemptCount: Bool
    /// For routes without a policy of their own.
    package var retryPolicy: RetryPolicy?
    /// For routes that do not say so themselves.
    package var filters: FilterOverrides

    package init(
        name: String, domains: [String], routes: [Route], includeRequestAttemptCount: Bool = false,
        retryPolicy: RetryPolicy? = nil, filters: FilterOverrides = FilterOverrides()
    ) {
        self.filters = filters
        self.name = name
        self.domains = domains
        self.routes = routes
        self.includeRequestAttemptCount = includeRequestAttemptCount
        self.retryPolicy = retryPolicy
    }
}
