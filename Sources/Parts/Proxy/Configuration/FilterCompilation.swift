import Discovery
import TrafficPolicy

/// HTTP filters as discovery words them become the steps that requests pass.
extension HTTPFilter {
    /// - Parameters:
    ///   - scope: the name of where the filter stands.
    ///   - places: where each cluster stands in ``ConfigurationSnapshot/clusters``.
    ///   - counters: what policies count into.
    ///   - limiter: finds the bucket of rules.
    func requestFilter(
        scope: String, places: [String: Int], counters: AccessBook, limiter: (RateLimitRules) -> RateLimiter
    ) -> any RequestFilter {
        switch self {
        case .accessControl(let control): AccessFilter(control, counters: counters)
        case .fault(let fault): FaultFilter(general: FaultRules(fault))
        case .cors: CORSFilter()
        case .jwt(let authentication): JWTFilter(authentication)
        case .externalAuthorization(let check):
            AuthorizationFilter(
                rules: AuthorizationCheckRules(check), clusterName: check.cluster, clusterPlace: places[check.cluster])
        case .rateLimit(let limit): RateLimitFilter(general: limiter(RateLimitRules(limit, scope: scope)))
        }
    }
}

extension RouteFilters {
    /// - Parameter scope: whose the rules are: routes with one name have one bucket.
    init(_ overrides: FilterOverrides, scope: String) {
        self.init(
            faults: overrides.fault.map { FaultRules($0) }, cors: overrides.cors.map { CORSRules($0) },
            rateLimit: overrides.rateLimit.map { RateLimitRules($0, scope: scope) },
            skipsAuthorizationService: overrides.skipsExternalAuthorization ?? false)
    }
}

extension RequestShare {
    init(_ percent: FractionalPercent) {
        self.init(numerator: UInt64(percent.numerator), of: percent.denominator.value)
    }
}

extension FaultRules {
    init(_ fault: HTTPFault) {
        self.init(
            delay: fault.delay.map { Delay(duration: $0.duration, share: RequestShare($0.share)) },
            abort: fault.abort.map { abort in
                switch abort.answer {
                case .http(let status): Abort(.http(status: status), share: RequestShare(abort.share))
                case .grpc(let status): Abort(.grpc(status: status), share: RequestShare(abort.share))
                }
            })
    }
}

extension CORSRules {
    fileprivate init(_ policy: CORSPolicy) {
        self.init(
            allowedOrigins: policy.allowedOrigins.map { FieldCondition.Test($0) },
            allowedMethods: policy.allowedMethods, allowedHeaders: policy.allowedHeaders,
            exposedHeaders: policy.exposedHeaders, maximumAge: policy.maximumAge,
            allowsCredentials: policy.allowsCredentials ?? false,
            allowsPrivateNetwork: policy.allowsPrivateNetwork ?? false,
            forwardsUnmatchedPreflights: policy.forwardsUnmatchedPreflights ?? true,
            enabled: policy.enabled.map { RequestShare($0) } ?? .all)
    }
}

extension RateLimitRules {
    fileprivate init(_ limit: LocalRateLimit, scope: String) {
        self.init(
            scope: scope,
            bucket: limit.bucket.map {
                TokenBucket(
                    capacity: $0.maximumTokens, tokensPerFill: $0.tokensPerFill, fillInterval: $0.fillInterval)
            },
            enabled: RequestShare(limit.enabled ?? .none), enforced: RequestShare(limit.enforced ?? .none),
            status: limit.status ?? 429, isResourceExhausted: limit.isResourceExhausted,
            tellsLimits: limit.tellsLimits, responseAdditions: [HeaderChanges.Addition](limit.responseAdditions))
    }
}

extension AuthorizationCheckRules {
    fileprivate init(_ check: ExternalAuthorization) {
        func names(_ conditions: [Route.StringCondition]) -> FieldNames {
            FieldNames(conditions.map { FieldCondition.Test($0) })
        }
        self.init(
            pathPrefix: Array(check.pathPrefix.utf8), timeout: check.timeout,
            allowedHeaders: names(check.allowedHeaders), additions: [HeaderChanges.Addition](check.addedHeaders),
            upstreamHeaders: names(check.upstreamHeaders),
            appendedUpstreamHeaders: names(check.appendedUpstreamHeaders),
            clientHeaders: check.clientHeaders.isEmpty ? nil : names(check.clientHeaders),
            clientHeadersOnSuccess: names(check.clientHeadersOnSuccess), allowsOnFailure: check.allowsOnFailure,
            marksAllowedFailures: check.marksAllowedFailures, statusOnError: check.statusOnError ?? 403,
            enabled: check.enabled.map { RequestShare($0) } ?? .all,
            trigger: check.trigger.map {
                Trigger(
                    filter: $0.filter, path: $0.path, value: FieldCondition.Test($0.value), isInverted: $0.isInverted)
            })
    }
}
