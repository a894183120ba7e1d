import TrafficPolicy

/// A compiled route table with its clusters found, and each rule laid out for the request path.
final class RoutePlan: Sendable {
    let table: RouteTable
    /// Where ``RouteRule/index`` points.
    let rules: [RulePlan]
    /// What every request passes before it is forwarded, in order; empty in most places.
    let filters: [any RequestFilter]
    /// Which protocols clients may go on in, where the rule does not say.
    let upgrades: UpgradeRules
    /// How long one that goes on in another protocol may be silent; `nil` for ever.
    let tunnelIdleTimeout: Duration?

    /// - Parameter places: where each cluster stands in ``ConfigurationSnapshot/clusters``.
    /// - Parameter limiter: finds the bucket of a rule that limits its requests.
    init(
        table: RouteTable, places: [String: Int], filters: [any RequestFilter] = [],
        upgrades: UpgradeRules = UpgradeRules(), tunnelIdleTimeout: Duration? = nil,
        limiter: (RateLimitRules) -> RateLimiter
    ) {
        self.table = table
        self.filters = filters
        self.upgrades = upgrades
        self.tunnelIdleTimeout = tunnelIdleTimeout
        rules = table.rules.map { RulePlan($0, clusterNames: table.clusterNames, places: places, limiter: limiter) }
    }
}

/// What becomes of the requests of one rule, read many times and never taken apart again.
final class RulePlan: Sendable {
    enum Action: Sendable {
        case forward
        case redirect(RouteAction.Redirect)
        case direct(status: Int, body: [UInt8])
    }

    let name: String?
    let action: Action
    let path: PathCondition
    let weights: WeightedClusters
    /// For each share its cluster's place in ``ConfigurationSnapshot/clusters``; `nil` for a cluster not known.
    let clusters: [Int?]
    let clusterNames: [String]
    /// For the whole request with its retries; `nil` for no limit.
    let timeout: Duration?
    /// Takes the place of ``timeout`` for gRPC.
    let maximumGRPCTimeout: Duration?
    let retry: RetryRules
    let pathRewrite: PathRewrite?
    let hostRewrite: [UInt8]?
    let hashKeys: [HashKey]
    /// Whether the upstream learns the number of the attempt.
    let tellsAttempts: Bool
    /// The share's changes come first, then the rule's own; `nil` when there are none, which is usual.
    let headerChanges: HeaderChanges?
    let shareHeaderChanges: [HeaderChanges?]
    let shareHostRewrites: [[UInt8]?]
    /// Who gets copies, with the place of each one's cluster; `nil` for a cluster not known.
    let mirrors: [(rule: MirrorRule, cluster: Int?)]
    /// What filters have to do for the rule's requests.
    let filters: RouteFilters
    /// `nil` for those that say nothing of it.
    let upgrades: UpgradeRules?
    /// What the rule's requests need a token of.
    let limiter: RateLimiter?

    init(
        _ rule: RouteRule, clusterNames: [String], places: [String: Int], limiter: (RateLimitRules) -> RateLimiter
    ) {
        name = rule.name.isEmpty ? nil : rule.name
        path = rule.path
        filters = rule.filters
        tellsAttempts = rule.tellsAttempts
        self.limiter = rule.filters.rateLimit.map(limiter)
        weights = rule.clusters
        let names = rule.clusters.clusters.map { clusterNames[$0.rawValue] }
        self.clusterNames = names
        clusters = names.map { places[$0] }
        headerChanges = rule.headerChanges.isEmpty ? nil : rule.headerChanges
        if case .forward(let forward) = rule.action {
            maximumGRPCTimeout = forward.maximumGRPCTimeout
            upgrades = forward.upgrades
        } else {
            maximumGRPCTimeout = nil
            upgrades = nil
        }
        switch rule.action {
        case .forward(let forward):
            action = .forward
            timeout = forward.timeout
            retry = forward.retry
            pathRewrite = forward.pathRewrite
            hostRewrite = forward.hostRewrite
            hashKeys = forward.hashKeys
            mirrors = forward.mirrors.map { ($0, places[$0.cluster]) }
            shareHeaderChanges = forward.shares.map { $0.headerChanges.isEmpty ? nil : $0.headerChanges }
            shareHostRewrites = forward.shares.map(\.hostRewrite)
        case .redirect(let redirect):
            action = .redirect(redirect)
            (timeout, retry, pathRewrite, hostRewrite, shareHeaderChanges, hashKeys) = (nil, .none, nil, nil, [], [])
            (mirrors, shareHostRewrites) = ([], [])
        case .direct(let status, let body):
            action = .direct(status: status, body: body)
            (timeout, retry, pathRewrite, hostRewrite, shareHeaderChanges, hashKeys) = (nil, .none, nil, nil, [], [])
            (mirrors, shareHostRewrites) = ([], [])
        }
    }
}
