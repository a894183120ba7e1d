/// What a rule asks of the steps before forwarding. Empty for most rules.
package struct RouteFilters: Sendable, Hashable {
    package var faults: FaultRules?
    package var cors: CORSRules?
    package var rateLimit: RateLimitRules?
    /// Whether requests pass without asking an authorization service.
    package var skipsAuthorizationService: Bool

    package init(
        faults: FaultRules? = nil, cors: CORSRules? = nil, rateLimit: RateLimitRules? = nil,
        skipsAuthorizationService: Bool = false
    ) {
        self.faults = faults
        self.cors = cors
        self.rateLimit = rateLimit
        self.skipsAuthorizationService = skipsAuthorizationService
    }
}

/// A share of all requests, drawn for each.
package struct RequestShare: Sendable, Hashable {
    package var numerator: UInt64
    /// At least 1.
    package let denominator: UInt64

    package init(numerator: UInt64, of denominator: UInt64) {
        self.numerator = numerator
        self.denominator = max(1, denominator)
    }

    package static let all = RequestShare(numerator: 1, of: 1)

    /// Whether a request with this draw belongs to the share.
    package func takes(draw: UInt64) -> Bool { draw % denominator < numerator }
}
