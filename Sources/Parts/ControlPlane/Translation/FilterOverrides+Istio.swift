import Discovery
import MeshConfig

extension FilterOverrides {
    /// What a VirtualService's rule asks of the filters, in their own words.
    init(_ rule: VirtualService.HTTPRoute, of object: ConfigObject) {
        self.init(
            fault: rule.fault.map { HTTPFault($0) }, cors: rule.cors.map { Discovery.CORSPolicy($0) },
            rateLimit: object.rateLimit(rule: rule.name).map { LocalRateLimit($0) })
    }
}

extension [HTTPFilter] {
    /// The filters that Istio puts into every listener of the application's requests and of gateways. They do nothing
    /// until a route asks for something.
    static let istioOutbound: [HTTPFilter] = [.fault(HTTPFault()), .cors]

    /// The same, and one for limits where some VirtualService has one.
    static func outbound(in configuration: MeshConfiguration) -> [HTTPFilter] {
        let isLimited = configuration.virtualServices.contains { item in
            item.object.rateLimit() != nil || item.spec.http.contains { item.object.rateLimit(rule: $0.name) != nil }
        }
        return istioOutbound + (isLimited ? [.rateLimit(LocalRateLimit(statPrefix: LocalRateLimit.istioPrefix))] : [])
    }
}

extension HTTPFault {
    fileprivate init(_ fault: VirtualService.Fault) {
        self.init(
            delay: fault.delay.map {
                Delay(duration: $0.duration, share: FractionalPercent(percent: $0.percentage))
            },
            abort: fault.abort.map { abort in
                let share = FractionalPercent(percent: abort.percentage)
                return switch abort.answer {
                case .http(let status): Abort(.http(status: status), share: share)
                case .grpc(let status): Abort(.grpc(status: status), share: share)
                }
            })
    }
}

extension Discovery.CORSPolicy {
    fileprivate init(_ policy: VirtualService.CORSPolicy) {
        self.init(
            allowedOrigins: policy.allowedOrigins.map { Route.StringCondition($0) },
            allowedMethods: policy.allowedMethods.joined(separator: ","),
            allowedHeaders: policy.allowedHeaders.joined(separator: ","),
            exposedHeaders: policy.exposedHeaders.joined(separator: ","),
            maximumAge: policy.maximumAge.map { String($0.components.seconds) } ?? "",
            allowsCredentials: policy.allowsCredentials,
            // Said even where it is Envoy's default, as Istio does.
            forwardsUnmatchedPreflights: policy.forwardsUnmatchedPreflights, enabled: .all)
    }
}

extension LocalRateLimit {
    /// As in Istio's example of a local limit.
    static let istioPrefix = "http_local_rate_limiter"

    init(_ limit: RateLimit) {
        self.init(
            statPrefix: Self.istioPrefix,
            bucket: Bucket(
                maximumTokens: UInt32(clamping: limit.burst), tokensPerFill: UInt32(clamping: limit.requests),
                fillInterval: limit.interval),
            enabled: .all, enforced: .all,
            responseAdditions: [.init(name: "x-local-rate-limit", value: "true", appends: false)], tellsLimits: true)
    }
}
