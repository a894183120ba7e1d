import HTTPWire
import Quantities
import SystemIO
import TrafficPolicy

/// Refuses requests for which there is no token.
struct RateLimitFilter: RequestFilter {
    /// For routes that say nothing.
    let general: RateLimiter

    func inspect(_ exchange: Exchange) -> FilterVerdict {
        let limiter = exchange.rule?.limiter ?? general
        let rules = limiter.rules
        guard let bucket = rules.bucket, rules.enabled.takes(draw: exchange.worker.random.next()) else { return .pass }
        let now = SystemClock.monotonic()
        let passes = limiter.take(bucket, now: now)
        if rules.tellsLimits {
            let report = limiter.report(bucket, now: now)
            exchange.filterFields += [
                ("x-ratelimit-limit", String(bucket.capacity)), ("x-ratelimit-remaining", String(report.remaining)),
                ("x-ratelimit-reset", String(report.reset)),
            ]
        }
        if passes { return .pass }
        exchange.worker.metrics.events.rateLimited &+= 1
        guard rules.enforced.takes(draw: exchange.worker.random.next()) else { return .pass }
        exchange.details = "local_rate_limited"
        exchange.refuse(
            status: rules.status, Array("local_rate_limited".utf8), grpcStatus: rules.isResourceExhausted ? 8 : nil,
            flag: .rateLimited
        ) { head in
            HeaderChanges(responseAdditions: rules.responseAdditions).applyToResponse(&head) { command, head in
                exchange.text(of: command, exchange.head, head)
            }
        }
        return .answered
    }
}
