/// What may be tried again.
package struct RetryConditions: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// No connection, or no TLS on it: the request never left.
    package static let connectFailure = RetryConditions(rawValue: 1 << 0)
    /// HTTP/2 `REFUSED_STREAM`: the upstream says that it did nothing.
    package static let refusedStream = RetryConditions(rawValue: 1 << 1)
    /// The connection broke before any byte of the request left.
    package static let resetBeforeRequest = RetryConditions(rawValue: 1 << 2)
    /// The connection broke, or time ran out, before a response began.
    package static let reset = RetryConditions(rawValue: 1 << 3)
    /// 502, 503 or 504.
    package static let gatewayError = RetryConditions(rawValue: 1 << 4)
    /// Any 5xx, or no response at all.
    package static let serverError = RetryConditions(rawValue: 1 << 5)
    /// 409.
    package static let conflict = RetryConditions(rawValue: 1 << 6)
    /// One of ``RetryRules/statusCodes``.
    package static let statusCodes = RetryConditions(rawValue: 1 << 7)
    /// A response with `x-envoy-ratelimited`.
    package static let rateLimited = RetryConditions(rawValue: 1 << 8)
    /// gRPC statuses, as far as they come in the response's headers.
    package static let grpcCancelled = RetryConditions(rawValue: 1 << 9)
    package static let grpcDeadlineExceeded = RetryConditions(rawValue: 1 << 10)
    package static let grpcInternal = RetryConditions(rawValue: 1 << 11)
    package static let grpcResourceExhausted = RetryConditions(rawValue: 1 << 12)
    package static let grpcUnavailable = RetryConditions(rawValue: 1 << 13)
    /// A response with one of ``RetryRules/headers``.
    package static let headers = RetryConditions(rawValue: 1 << 14)

    /// The condition of Envoy's name for it; nothing for a name that is not known.
    package init?(envoyName name: String) {
        guard let condition = Self.names.first(where: { $0.key == name })?.value else { return nil }
        self = condition
    }

    /// Envoy's names, <https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter>.
    private static let names: KeyValuePairs<String, RetryConditions> = [
        "connect-failure": .connectFailure, "refused-stream": .refusedStream,
        "reset-before-request": .resetBeforeRequest, "reset": .reset, "gateway-error": .gatewayError,
        "5xx": .serverError, "retriable-4xx": .conflict, "retriable-status-codes": .statusCodes,
        "envoy-ratelimited": .rateLimited, "cancelled": .grpcCancelled, "deadline-exceeded": .grpcDeadlineExceeded,
        "internal": .grpcInternal, "resource-exhausted": .grpcResourceExhausted, "unavailable": .grpcUnavailable,
        "retriable-headers": .headers,
    ]
}

/// When, how often and how soon a failed attempt is tried again.
package struct RetryRules: Sendable, Hashable {
    package var conditions: RetryConditions
    /// Attempts after the first.
    package var retries: Int
    /// For one attempt; nothing means the request's own time is the only limit.
    package var perTryTimeout: Duration?
    package var statusCodes: [Int] { didSet { leastStatus = Self.least(of: statusCodes) } }
    /// The least status that can be one to try again, so that usual answers need no second look.
    package private(set) var leastStatus: Int
    /// Fields of a response that is to be tried again.
    package var headers: [FieldCondition]
    /// Fields of which a request must have one to be tried again at all; empty asks for none.
    package var requestHeaders: [FieldCondition]
    /// True when endpoints that failed this request are passed over.
    package var avoidsPreviousEndpoints: Bool
    /// Envoy waits 25 ms before the first retry at most, and never longer than ten times that.
    package var backOffBase: Duration
    package var backOffMaximum: Duration

    package init(
        conditions: RetryConditions, retries: Int, perTryTimeout: Duration? = nil, statusCodes: [Int] = [],
        avoidsPreviousEndpoints: Bool = false, backOffBase: Duration = .milliseconds(25),
        backOffMaximum: Duration? = nil, headers: [FieldCondition] = [], requestHeaders: [FieldCondition] = []
    ) {
        self.headers = headers
        self.requestHeaders = requestHeaders
        self.conditions = conditions
        self.retries = retries
        self.perTryTimeout = perTryTimeout
        self.statusCodes = statusCodes
        leastStatus = Self.least(of: statusCodes)
        self.avoidsPreviousEndpoints = avoidsPreviousEndpoints
        self.backOffBase = backOffBase
        self.backOffMaximum = backOffMaximum ?? backOffBase * 10
    }

    private static func least(of codes: [Int]) -> Int { min(400, codes.min() ?? 400) }

    /// Envoy's default: nothing is tried again.
    package static let none = RetryRules(conditions: [], retries: 0)

    /// Istio's default for requests that leave a workload.
    package static let istioOutbound = RetryRules(
        conditions: [.connectFailure, .refusedStream, .grpcUnavailable, .grpcCancelled, .statusCodes], retries: 2,
        avoidsPreviousEndpoints: true)
}
