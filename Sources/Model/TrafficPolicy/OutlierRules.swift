/// When an endpoint that answers badly is left out for a while, and for how long. Defaults are Envoy's
/// (<https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier>).
///
/// Judging by success rate and by failure percentage is not part of it: Istio turns both off.
package struct OutlierRules: Sendable, Hashable {
    /// One kind of failure in a row.
    package struct Threshold: Sendable, Hashable {
        /// Failures in a row that mark an endpoint.
        package var count: UInt32
        /// In how many of a hundred cases the marked endpoint is ejected.
        package var enforcedPercent: UInt32

        package init(count: UInt32, enforcedPercent: UInt32) {
            self.count = count
            self.enforcedPercent = enforcedPercent
        }
    }

    package var serverErrors = Threshold(count: 5, enforcedPercent: 100)
    /// 502, 503 and 504. They are server errors as well, so a count above that of those has no effect.
    package var gatewayErrors = Threshold(count: 5, enforcedPercent: 0)
    /// Connections that could not be made, and time-outs; only with ``splitsLocalErrors``.
    package var localFailures = Threshold(count: 5, enforcedPercent: 100)
    /// False counts a failed connection as a 503 and a time-out as a 504.
    package var splitsLocalErrors = false
    /// Between two sweeps; only a sweep brings an endpoint back.
    package var interval: Duration = .seconds(10)
    /// For the first ejection; each further one is longer by this.
    package var baseTime: Duration = .seconds(30)
    package var maximumTime: Duration = .seconds(300)
    package var maximumJitter: Duration = .zero
    /// An ejection that would take more of the cluster's endpoints than this is suppressed. With the default of 10 no
    /// cluster of fewer than ten endpoints ever loses one.
    package var maximumPercent: UInt32 = 10
    /// Lets the first ejection pass whatever ``maximumPercent`` says.
    package var alwaysEjectsOne = false

    package init() {}
}

/// What an attempt says about its endpoint.
package enum OutlierEvidence: Sendable, Hashable {
    /// A response head. For gRPC the status is that of ``httpStatus(ofGRPC:)``.
    case response(status: Int)
    /// No connection, or one that broke before its response was complete.
    case connectionFailed
    /// No response in time.
    case timedOut

    /// The HTTP status that a gRPC status counts as (Envoy's `grpcToHttpStatus`).
    package static func httpStatus(ofGRPC status: Int) -> Int {
        switch status {
        case 0: 200
        case 1: 499
        case 3, 9, 11: 400
        case 4: 504
        case 5: 404
        case 6, 10: 409
        case 7: 403
        case 8: 429
        case 12: 501
        case 14: 503
        case 16: 401
        default: 500
        }
    }
}

/// Why an endpoint was marked.
package enum OutlierReason: String, Sendable, Hashable, CaseIterable {
    case serverErrors = "consecutive_5xx"
    case gatewayErrors = "consecutive_gateway_failure"
    case localFailures = "consecutive_local_origin_failure"
}
