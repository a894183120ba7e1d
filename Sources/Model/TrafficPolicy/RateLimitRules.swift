/// How many of a rule's or a listener's requests may pass, and what the others are answered: Envoy's local rate limit.
package struct RateLimitRules: Sendable, Hashable {
    /// Whose bucket it is: rules with one name have one bucket.
    package var scope: String
    /// Nothing limits nothing.
    package var bucket: TokenBucket?
    /// For how many requests the bucket is asked at all.
    package var enabled: RequestShare
    /// How many of those that get no token are refused.
    package var enforced: RequestShare
    /// 400…599.
    package var status: Int
    /// True answers gRPC with "resource exhausted" instead of "unavailable".
    package var isResourceExhausted: Bool
    /// Whether responses tell of the limit: `x-ratelimit-limit`, `-remaining` and `-reset`.
    package var tellsLimits: Bool
    /// What refusals have besides.
    package var responseAdditions: [HeaderChanges.Addition]

    package init(
        scope: String, bucket: TokenBucket?, enabled: RequestShare, enforced: RequestShare, status: Int = 429,
        isResourceExhausted: Bool = false, tellsLimits: Bool = false,
        responseAdditions: [HeaderChanges.Addition] = []
    ) {
        self.scope = scope
        self.bucket = bucket
        self.enabled = enabled
        self.enforced = enforced
        self.status = status
        self.isResourceExhausted = isResourceExhausted
        self.tellsLimits = tellsLimits
        self.responseAdditions = responseAdditions
    }
}
