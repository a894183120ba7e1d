import Discovery
import MeshConfig

extension RouteSource {
    /// What a rule does. `port` is where the request was sent, for destinations that name none.
    func action(of rule: VirtualService.HTTPRoute, in namespace: String, port: UInt16) -> Route.Action {
        switch rule.action {
        case .route(let destinations):
            .forward(
                hashed(
                    Route.Forward(
                        target: target(destinations, in: namespace, port: port), timeout: rule.timeout ?? .zero,
                        retryPolicy: RetryPolicy.istio(rule.retries), prefixRewrite: rule.rewrite?.uri,
                        regexRewrite: rule.rewrite?.uriRegex,
                        hostRewrite: rule.rewrite?.authority ?? rule.headers.request.authority
                            ?? only(destinations)?.headers.request.authority,
                        // Nobody's share is no mirror at all.
                        mirrors: rule.mirrors.filter { $0.percentage > 0 }.map { mirror in
                            Route.Mirror(
                                cluster: cluster(mirror.destination, in: namespace, port: port),
                                share: mirror.percentage == 100 ? .all : FractionalPercent(percent: mirror.percentage))
                        }),
                    by: destinations.map {
                        hashPolicy(
                            host: configuration.fullHost($0.destination.host, in: namespace),
                            subset: $0.destination.subset)
                    }))
        case .redirect(let redirect):
            .redirect(
                Route.Redirect(
                    status: redirect.code, scheme: redirect.scheme, host: redirect.authority,
                    // Envoy cannot take the request's port over, but these routes are for one port only.
                    port: redirect.port ?? (redirect.keepsRequestPort ? port : nil), path: path(of: redirect)))
        case .directResponse(let status, let body): .direct(Route.DirectResponse(status: status, bytes: body))
        // Its rules have been put in its place.
        case .delegate: .direct(Route.DirectResponse(status: 404))
        }
    }

    /// What a destination's DestinationRule hashes.
    func hashPolicy(host: String, subset: String?) -> HashPolicy? {
        guard let rule = configuration.destinationRule(host: host)?.spec else { return nil }
        let own = subset.flatMap { name in rule.subsets.first { $0.name == name } }?.trafficPolicy
        let policy = own.map(rule.trafficPolicy.overlaid) ?? rule.trafficPolicy
        return switch policy.consistentHash?.key {
        case nil: nil
        case .header(let name): HashPolicy(.header(name))
        case .cookie(let name, let path, let lifetime): HashPolicy(.cookie(name: name, path: path, lifetime: lifetime))
        case .sourceAddress: HashPolicy(.sourceAddress)
        case .queryParameter(let name): HashPolicy(.queryParameter(name))
        }
    }

    /// With a hash, retries go where the hash says, to an endpoint that failed as well: Istio's choice.
    func hashed(_ forward: Route.Forward, by policies: [HashPolicy?]) -> Route.Forward {
        var forward = forward
        // Istio leaves the time of gRPC requests to them, as far as the route lets it.
        forward.maximumGRPCTimeout = forward.timeout
        for case let policy? in policies where !forward.hashPolicies.contains(policy) {
            forward.hashPolicies.append(policy)
        }
        guard !forward.hashPolicies.isEmpty else { return forward }
        forward.retryPolicy?.avoidsPreviousHosts = false
        forward.retryPolicy?.hostSelectionAttempts = 1
        return forward
    }

    private func path(of redirect: VirtualService.Redirect) -> Route.Redirect.Path {
        switch redirect.path {
        case .replaced(let text): .replaced(text)
        case .prefixReplaced(let text): .prefixReplaced(text)
        case .substituted(let substitution): .substituted(substitution)
        case nil: .unchanged
        }
    }

    /// A single destination takes everything; of several, those without weight take nothing and are left out.
    private func target(
        _ destinations: [VirtualService.RouteDestination], in namespace: String, port: UInt16
    ) -> Route.Forward.Target {
        if let only = only(destinations) { return .cluster(cluster(only.destination, in: namespace, port: port)) }
        let used = destinations.filter { ($0.weight ?? 0) > 0 }
        if used.count == 1, let last = used.first, last.headers == VirtualService.HeaderChanges() {
            return .cluster(cluster(last.destination, in: namespace, port: port))
        }
        return .weighted(
            used.map { entry in
                Route.WeightedCluster(
                    name: cluster(entry.destination, in: namespace, port: port),
                    weight: UInt32(clamping: entry.weight ?? 0), headers: HeaderOperations(entry.headers),
                    hostRewrite: entry.headers.request.authority)
            })
    }

    /// The destination of a rule that names no other.
    private func only(_ destinations: [VirtualService.RouteDestination]) -> VirtualService.RouteDestination? {
        destinations.count == 1 ? destinations.first : nil
    }

    func cluster(_ destination: VirtualService.Destination, in namespace: String, port: UInt16) -> String {
        let host = configuration.fullHost(destination.host, in: namespace)
        let ports = configuration.service(host: host)?.ports ?? []
        // Unsaid, the port is the service's only one, or else the one that the request was sent to.
        let number = destination.port ?? (ports.count == 1 ? ports.first?.number : nil) ?? port
        return ResourceNames.outboundCluster(host: host, port: number, subset: destination.subset ?? "")
    }

    /// What a rule changes, and after it what its only destination does.
    func headers(of rule: VirtualService.HTTPRoute) -> HeaderOperations {
        var operations = HeaderOperations(rule.headers)
        guard let own = only(rule.destinations).map({ HeaderOperations($0.headers) }) else { return operations }
        operations.requestAdditions += own.requestAdditions
        operations.requestRemovals += own.requestRemovals
        operations.responseAdditions += own.responseAdditions
        operations.responseRemovals += own.responseRemovals
        return operations
    }
}

extension RetryPolicy {
    /// Istio's retries: its default when nothing is said, none when the attempts are 0.
    fileprivate static func istio(_ retry: VirtualService.Retry?) -> RetryPolicy? {
        guard let retry else { return .outboundDefault }
        guard retry.attempts > 0 else { return nil }
        var policy = RetryPolicy.outboundDefault
        policy.retries = retry.attempts
        policy.perTryTimeout = retry.perTryTimeout.flatMap { $0 == .zero ? nil : $0 }
        if !retry.conditions.isEmpty { policy.conditions = retry.conditions }
        policy.statusCodes = retry.statusCodes
        policy.avoidsPreviousHosts = retry.ignoresPreviousHosts
        if !retry.ignoresPreviousHosts { policy.hostSelectionAttempts = 1 }
        policy.avoidsPreviousPriorities = retry.reachesRemoteLocalities
        policy.backOff = retry.backoff.flatMap { $0 == .zero ? nil : BackOff(base: $0) }
        return policy
    }
}

extension HeaderOperations {
    /// Sorted by name, so that equal configuration gives equal bytes.
    fileprivate init(_ changes: VirtualService.HeaderChanges) {
        func additions(_ operations: VirtualService.HeaderChanges.Operations) -> [Addition] {
            let set = operations.set.sorted { $0.key < $1.key }.map {
                Addition(name: $0.key, template: $0.value, appends: false)
            }
            return set
                + operations.add.sorted { $0.key < $1.key }.map {
                    Addition(name: $0.key, template: $0.value, appends: true)
                }
        }
        self.init(
            requestAdditions: additions(changes.request), requestRemovals: changes.request.remove,
            responseAdditions: additions(changes.response), responseRemovals: changes.response.remove)
    }
}
