import JSONWire

extension MeshConfiguration {
    /// A rule as it holds, once those that leave the choice to another object have been joined with its rules.
    package struct EffectiveRoute: Hashable, Sendable {
        package var rule: VirtualService.HTTPRoute
        /// The object that names the destinations: their short names belong to its namespace.
        package var owner: Item<VirtualService>
    }

    /// The rules of a VirtualService, in order. One whose delegate does not exist is none, as are a delegate's rules for
    /// requests that the delegating rule never takes.
    package func effectiveRoutes(of item: Item<VirtualService>) -> [EffectiveRoute] {
        item.spec.http.flatMap { rule -> [EffectiveRoute] in
            guard case .delegate(let delegate) = rule.action else { return [EffectiveRoute(rule: rule, owner: item)] }
            guard let owner = self.delegate(delegate, in: item.namespace) else { return [] }
            return owner.spec.http.compactMap { own in
                own.delegated(by: rule).map { EffectiveRoute(rule: $0, owner: owner) }
            }
        }
    }

    /// The object that a rule of `namespace` leaves its requests to.
    func delegate(_ delegate: VirtualService.Delegate, in namespace: String) -> Item<VirtualService>? {
        let key = ObjectKey(
            kind: .virtualService, namespace: delegate.namespace ?? namespace, name: delegate.name)
        return virtualServices.first { $0.key == key && $0.spec.isDelegate }
    }

    func delegateProblems(
        _ route: VirtualService.HTTPRoute, of item: Item<VirtualService>, at place: [String]
    ) -> [ConfigProblem] {
        guard case .delegate(let delegate) = route.action else { return [] }
        func problem(_ message: String, severity: ConfigProblem.Severity = .error) -> [ConfigProblem] {
            [
                ConfigProblem(
                    object: item.key, pointer: JSONPointer(tokens: place + ["delegate", "name"]), severity: severity,
                    code: "IST0101", message: message)
            ]
        }
        let name = "\(delegate.namespace ?? item.namespace)/\(delegate.name)"
        guard let owner = self.delegate(delegate, in: item.namespace) else {
            let key = ObjectKey(
                kind: .virtualService, namespace: delegate.namespace ?? item.namespace, name: delegate.name)
            let isRoot = virtualServices.contains { $0.key == key }
            return problem(
                isRoot
                    ? "VirtualService \(name) has hosts of its own, so that nothing can be left to it"
                    : "there is no VirtualService \(name)")
        }
        let lost = owner.spec.http.indices.filter { owner.spec.http[$0].delegated(by: route) == nil }
        guard let first = lost.first else { return [] }
        return problem(
            "spec.http[\(first)] of VirtualService \(name) takes requests that do not come here", severity: .warning)
    }
}

extension VirtualService {
    /// True without hosts: other objects leave requests to it, and nobody else asks it.
    package var isDelegate: Bool { hosts.isEmpty }
}

extension VirtualService.HTTPRoute {
    /// This rule for the requests of `root`, which says what this one leaves unsaid; nothing when the two are for
    /// different requests.
    fileprivate func delegated(by root: VirtualService.HTTPRoute) -> VirtualService.HTTPRoute? {
        var rule = self
        if root.match.isEmpty {
            rule.match = match
        } else if match.isEmpty {
            rule.match = root.match
        } else {
            rule.match = []
            // Each of its conditions must lie within one of the root's.
            for own in match {
                let joined = root.match.compactMap { own.joined(with: $0) }
                guard !joined.isEmpty else { return nil }
                rule.match += joined
            }
        }
        rule.name = Self.joined(root.name, name)
        rule.rewrite = rewrite ?? root.rewrite
        rule.timeout = timeout ?? root.timeout
        rule.retries = retries ?? root.retries
        rule.fault = fault ?? root.fault
        rule.cors = cors ?? root.cors
        if mirrors.isEmpty { rule.mirrors = root.mirrors }
        if headers == VirtualService.HeaderChanges() { rule.headers = root.headers }
        return rule
    }

    fileprivate static func joined(_ root: String?, _ own: String?) -> String? {
        let names = [root, own].compactMap(\.self).filter { !$0.isEmpty }
        return names.isEmpty ? nil : names.joined(separator: "-")
    }
}

extension VirtualService.HTTPMatch {
    /// What takes a request that both take; nothing where that cannot be said, or no request is such.
    fileprivate func joined(with root: VirtualService.HTTPMatch) -> VirtualService.HTTPMatch? {
        guard ignoreUriCase == root.ignoreUriCase else { return nil }
        for (own, other) in [
            (uri, root.uri), (scheme, root.scheme), (method, root.method), (authority, root.authority),
        ]
        where !Self.lies(own, within: other) {
            return nil
        }
        for (own, other) in [
            (headers, root.headers), (withoutHeaders, root.withoutHeaders), (queryParams, root.queryParams),
        ] where own.contains(where: { !Self.lies($0.value, within: other[$0.key] ?? nil) }) {
            return nil
        }
        if let port, let other = root.port, port != other { return nil }
        if let namespace = root.sourceNamespace, (sourceNamespace ?? namespace) != namespace { return nil }

        var both = self
        both.name = VirtualService.HTTPRoute.joined(root.name, name)
        both.uri = uri ?? root.uri
        both.scheme = scheme ?? root.scheme
        both.method = method ?? root.method
        both.authority = authority ?? root.authority
        both.headers.merge(root.headers) { own, _ in own }
        both.withoutHeaders.merge(root.withoutHeaders) { own, _ in own }
        both.queryParams.merge(root.queryParams) { own, _ in own }
        both.port = port ?? root.port
        both.sourceLabels.merge(root.sourceLabels) { own, _ in own }
        both.sourceNamespace = sourceNamespace ?? root.sourceNamespace
        if gateways.isEmpty { both.gateways = root.gateways }
        both.statPrefix = statPrefix ?? root.statPrefix
        return both
    }

    /// Whether what `own` takes is part of what `root` takes, as far as texts can be compared: Istio's rule.
    private static func lies(
        _ own: VirtualService.StringMatch?, within root: VirtualService.StringMatch?
    ) -> Bool {
        guard let own, let root else { return true }
        switch (own, root) {
        case (.exact(let text), .exact(let other)): return text == other
        case (.exact(let text), .prefix(let other)), (.prefix(let text), .prefix(let other)):
            return text.hasPrefix(other)
        case (.prefix, .exact), (.regex, _), (_, .regex): return false
        }
    }
}
