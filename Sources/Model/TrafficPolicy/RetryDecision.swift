import Quantities

/// How an attempt ended, as far as it matters for trying again.
package enum AttemptOutcome: Sendable, Hashable {
    /// A response head; `grpcStatus` when its headers carry one, and `isMarked` when they hold what
    /// ``RetryRules/headers`` ask for.
    case response(status: Int, grpcStatus: Int? = nil, isRateLimited: Bool = false, isMarked: Bool = false)
    /// No connection could be made, or no TLS on it.
    case connectFailure
    /// The upstream refused the stream before it did anything (HTTP/2 `REFUSED_STREAM`).
    case refusedStream
    /// A kept-alive connection had been closed by the other side when it was used again, and no byte came back.
    case staleConnection
    /// The connection broke before any byte of the request left.
    case resetBeforeRequest
    /// The connection broke after the request left and before a response began.
    case reset
    /// The attempt took longer than its own limit, before a response began.
    case perTryTimeout
}

/// Whether a request is tried again.
package enum RetryDecision: Sendable, Hashable {
    case retry(after: Duration)
    case giveUp(Reason)

    package enum Reason: Sendable, Hashable {
        /// The outcome is final: a success, or a failure that the rules do not list.
        case notRetriable
        /// Envoy's flag `URX`.
        case retriesExhausted
        /// Part of the body is gone, so the request cannot be sent again.
        case bodyNotReplayable
        /// The back-off would end after the request's own time.
        case outOfTime
    }
}

extension RetryRules {
    /// Decides about one attempt that ended.
    ///
    /// - Parameters:
    ///   - retriesDone: attempts made after the first; for a stale connection how often one was met before.
    ///   - isReplayable: true when the whole body is still at hand, or there is none.
    ///   - isIdempotent: true for methods that may be repeated unasked (RFC 9110 §9.2.2).
    ///   - timeLeft: what is left of the request's own time; nothing when it has no limit.
    ///   - draw: a uniform random number, for the back-off.
    package func decide(
        _ outcome: AttemptOutcome, retriesDone: Int, isReplayable: Bool, isIdempotent: Bool,
        timeLeft: Duration? = nil, draw: UInt64
    ) -> RetryDecision {
        if outcome == .staleConnection {
            return decideStale(retriesDone: retriesDone, isReplayable: isReplayable, isIdempotent: isIdempotent)
        }
        guard isRetriable(outcome) else { return .giveUp(.notRetriable) }
        guard retriesDone < retries else { return .giveUp(.retriesExhausted) }
        guard isReplayable else { return .giveUp(.bodyNotReplayable) }
        let wait = backOff(beforeRetry: retriesDone + 1, draw: draw)
        if let timeLeft, wait >= timeLeft { return .giveUp(.outOfTime) }
        return .retry(after: wait)
    }

    /// A stale connection is the proxy's own affair, not the policy's: pooling caused it, so the request is repeated at
    /// once even where no retries are configured, if repeating it is safe. A peer that dies leaves every pooled connection
    /// stale, so the repeat is to be made on a new one, and the number of repeats has a bound of its own.
    private func decideStale(retriesDone: Int, isReplayable: Bool, isIdempotent: Bool) -> RetryDecision {
        guard isIdempotent || conditions.contains(.reset) else { return .giveUp(.notRetriable) }
        guard isReplayable else { return .giveUp(.bodyNotReplayable) }
        guard retriesDone < 2 else { return .giveUp(.retriesExhausted) }
        return .retry(after: .zero)
    }

    /// Whether the conditions list the outcome.
    package func isRetriable(_ outcome: AttemptOutcome) -> Bool {
        switch outcome {
        // No response ends as a 503 or 504, so the conditions that name those cover it: Envoy's reading.
        case .connectFailure: return allows([.connectFailure, .reset, .serverError, .gatewayError])
        case .refusedStream: return allows([.refusedStream, .reset, .serverError, .gatewayError])
        case .resetBeforeRequest: return allows([.resetBeforeRequest, .reset, .serverError, .gatewayError])
        case .reset, .perTryTimeout, .staleConnection: return allows([.reset, .serverError, .gatewayError])
        case .response(let status, let grpcStatus, let isRateLimited, let isMarked):
            if isRateLimited { return allows(.rateLimited) }
            if isMarked, allows(.headers) { return true }
            if (500...599).contains(status), allows(.serverError) { return true }
            if (502...504).contains(status), allows(.gatewayError) { return true }
            if status == 409, allows(.conflict) { return true }
            if allows(.statusCodes), statusCodes.contains(status) { return true }
            return grpcStatus.flatMap(Self.condition(ofGRPCStatus:)).map(allows) ?? false
        }
    }

    /// Whether a request with these fields may be tried again at all.
    package func mayRetry(_ request: some RequestFacts) -> Bool {
        requestHeaders.isEmpty || requestHeaders.contains { $0.holds(for: request.header($0.name)) }
    }

    /// Whether a response with these fields asks to be tried again.
    package func marks(_ value: (_ name: [UInt8]) -> ArraySlice<UInt8>?) -> Bool {
        headers.contains { $0.holds(for: value($0.name)) }
    }

    private func allows(_ any: RetryConditions) -> Bool { !conditions.isDisjoint(with: any) }

    private static func condition(ofGRPCStatus status: Int) -> RetryConditions? {
        switch status {
        case 1: .grpcCancelled
        case 4: .grpcDeadlineExceeded
        case 8: .grpcResourceExhausted
        case 13: .grpcInternal
        case 14: .grpcUnavailable
        default: nil
        }
    }

    /// How long to wait before retry `number` (1 for the first): uniform in [0, (2^number − 1) · base), at most the
    /// maximum. With Envoy's 25 ms: below 25, 75, 175 and then 250 ms.
    package func backOff(beforeRetry number: Int, draw: UInt64) -> Duration {
        let base = max(0, backOffBase.nanoseconds)
        let factor = (Int64(1) << min(max(number, 1), 20)) - 1
        let (limit, overflow) = base.multipliedReportingOverflow(by: factor)
        let ceiling = min(overflow ? .max : limit, max(0, backOffMaximum.nanoseconds))
        guard ceiling > 0 else { return .zero }
        return .nanoseconds(Int64(draw % UInt64(ceiling)))
    }
}
