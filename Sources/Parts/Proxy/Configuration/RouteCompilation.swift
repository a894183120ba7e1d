import Discovery
import TrafficPolicy

/// A route configuration as discovery words it becomes the table that requests are matched against.
extension RouteTable {
    convenience init(_ configuration: RouteConfiguration) {
        self.init(
            configuration.virtualHosts.map { host in
                RouteHost.Source(
                    name: host.name, domains: host.domains,
                    rules: host.routes.enumerated().map { index, route in
                        let owner = "\(configuration.name)/\(host.name)"
                        return RouteRule.Source(
                            route, of: host,
                            scope: route.filters.rateLimit == nil ? owner : "\(owner)/\(index)")
                    })
            })
    }
}

extension RouteRule.Source {
    fileprivate init(_ route: Route, of host: VirtualHost, scope: String) {
        self.init(
            name: route.name ?? "", path: PathCondition(route.match),
            headers: route.match.headers.map {
                FieldCondition($0)
            },
            queryParameters: route.match.queryParameters.map {
                FieldCondition(queryParameter: $0.name, FieldCondition.Test($0.condition))
            },
            action: RouteAction(route.action, fallbackRetry: host.retryPolicy),
            headerChanges: HeaderChanges(route.headers), tellsAttempts: host.includeRequestAttemptCount,
            filters: RouteFilters(route.filters.overriding(host.filters), scope: scope))
    }
}

extension PathCondition {
    fileprivate init(_ match: Route.Match) {
        switch match.path {
        case .exact(let text): self.init(.exact, text.utf8, ignoringCase: !match.caseSensitive)
        case .prefix(let text): self.init(.prefix, text.utf8, ignoringCase: !match.caseSensitive)
        case .segments(let text): self.init(.segments, text.utf8, ignoringCase: !match.caseSensitive)
        case .regex(let pattern): self.init(regex: pattern)
        }
    }
}

extension FieldCondition {
    init(_ matcher: Route.HeaderMatcher) {
        self.init(
            header: matcher.name, Test(matcher.condition), inverted: matcher.inverted,
            treatingMissingAsEmpty: matcher.treatsMissingAsEmpty)
    }
}

extension FieldCondition.Test {
    init(_ condition: Route.StringCondition) {
        switch condition {
        case .present: self = .present
        case .absent: self = .absent
        case .exact(let text, let ignoringCase): self = .exact(Array(text.utf8), ignoringCase: ignoringCase)
        case .prefix(let text, let ignoringCase): self = .prefix(Array(text.utf8), ignoringCase: ignoringCase)
        case .suffix(let text, let ignoringCase): self = .suffix(Array(text.utf8), ignoringCase: ignoringCase)
        case .contains(let text, let ignoringCase): self = .contains(Array(text.utf8), ignoringCase: ignoringCase)
        case .regex(let pattern): self = .regex(pattern)
        }
    }
}

extension RouteAction {
    fileprivate init(_ action: Route.Action, fallbackRetry: RetryPolicy?) {
        switch action {
        case .forward(let forward):
            let shares: [Forward.Share] =
                switch forward.target {
                case .cluster(let name): [Forward.Share(cluster: name)]
                case .weighted(let clusters):
                    clusters.map {
                        Forward.Share(
                            cluster: $0.name, weight: $0.weight, headerChanges: HeaderChanges($0.headers),
                            hostRewrite: $0.hostRewrite.map { Array($0.utf8) })
                    }
                }
            var result =
                Forward(
                    shares: shares, timeout: forward.limit,
                    retry: (forward.retryPolicy ?? fallbackRetry).map { RetryRules($0, within: forward.limit) }
                        ?? .none,
                    pathRewrite: forward.pathRewrite,
                    hostRewrite: forward.hostRewrite.map { Array($0.utf8) },
                    hashKeys: forward.hashPolicies.map { HashKey($0) },
                    mirrors: forward.mirrors.map {
                        MirrorRule(cluster: $0.cluster, share: RequestShare($0.share), marksHost: $0.marksHost)
                    })
            result.maximumGRPCTimeout = forward.maximumGRPCTimeout
            result.upgrades = UpgradeRules(forward.upgrades)
            self = .forward(result)
        case .redirect(let redirect):
            let path: Redirect.Path =
                switch redirect.path {
                case .unchanged: .unchanged
                case .replaced(let text): .replaced(Array(text.utf8))
                case .prefixReplaced(let text): .prefixReplaced(Array(text.utf8))
                case .substituted(let substitution): .substituted(substitution)
                }
            self = .redirect(
                Redirect(
                    status: redirect.status, scheme: redirect.scheme, host: redirect.host, port: redirect.port,
                    path: path, stripsQuery: redirect.stripsQuery))
        case .direct(let response):
            self = .direct(status: response.status, body: response.body)
        }
    }
}

extension Route.Forward {
    fileprivate var pathRewrite: PathRewrite? {
        regexRewrite.map { .regex($0) } ?? prefixRewrite.map { .prefix(Array($0.utf8)) }
    }

    /// Envoy's rule: nothing said means 15 seconds, and zero means no limit.
    fileprivate var limit: Duration? {
        guard let timeout else { return .seconds(15) }
        return timeout == .zero ? nil : timeout
    }
}

extension HashKey {
    fileprivate init(_ policy: HashPolicy) {
        let source: Source =
            switch policy.source {
            case .header(let name): .header(Array(name.utf8))
            case .cookie(let name, let path, let lifetime):
                .cookie(name: Array(name.utf8), path: path, lifetime: lifetime)
            case .queryParameter(let name): .queryParameter(Array(name.utf8))
            case .sourceAddress: .sourceAddress
            }
        self.init(source, isTerminal: policy.isTerminal)
    }
}

extension RetryRules {
    /// - Parameter limit: of the whole request. A limit for one try that is not below it has no effect: Envoy's rule.
    fileprivate init(_ policy: RetryPolicy, within limit: Duration?) {
        var perTry = policy.perTryTimeout
        if let time = perTry, time <= .zero || limit.map({ time >= $0 }) == true { perTry = nil }
        var conditions: RetryConditions = []
        for name in policy.conditions {
            // Names were checked when the configuration was read.
            if let condition = RetryConditions(envoyName: name) { conditions.insert(condition) }
        }
        self.init(
            conditions: conditions, retries: policy.retries,
            perTryTimeout: perTry,
            statusCodes: policy.statusCodes, avoidsPreviousEndpoints: policy.avoidsPreviousHosts,
            backOffBase: policy.backOff?.base ?? .milliseconds(25), backOffMaximum: policy.backOff?.maximum,
            headers: policy.headers.map(FieldCondition.init),
            requestHeaders: policy.requestHeaders.map(FieldCondition.init))
    }
}

extension HeaderChanges {
    fileprivate init(_ operations: HeaderOperations) {
        self.init(
            requestAdditions: [Addition](operations.requestAdditions), requestRemovals: operations.requestRemovals,
            responseAdditions: [Addition](operations.responseAdditions),
            responseRemovals: operations.responseRemovals)
    }
}

extension UpgradeRules {
    init(_ rules: [UpgradeRule]) {
        self.init(rules.map { ($0.type, $0.isAllowed) })
    }
}

extension [HeaderChanges.Addition] {
    init(_ additions: [HeaderOperations.Addition]) {
        self = additions.map { HeaderChanges.Addition(name: $0.name, template: $0.value, appends: $0.appends) }
    }
}
