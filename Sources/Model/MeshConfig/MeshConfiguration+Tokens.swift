import JSONWire

extension MeshConfiguration {
    /// The issuers whose tokens a workload accepts, those of all policies that concern it together, sorted by issuer.
    /// Policies of the root namespace concern the workloads of every namespace.
    package func tokenRules(for workload: MeshWorkload) -> [JWTRule] {
        requestAuthentications
            .filter { policy in
                [workload.namespace, settings.rootNamespace].contains(policy.namespace)
                    && workload.labels.satisfies(policy.spec.selector ?? [:])
            }
            .sorted { $0.object.isOlder(than: $1.object) }
            .flatMap(\.spec.rules)
            .enumerated()
            .sorted { ($0.element.issuer, $0.offset) < ($1.element.issuer, $1.offset) }
            .map(\.element)
    }

    /// Where keys must be fetched from, each once, with the longest time that a rule allows for it.
    package var keyLocations: [KeyLocation: Duration] {
        var locations: [KeyLocation: Duration] = [:]
        for rule in requestAuthentications.flatMap(\.spec.rules) {
            guard case .location(let location) = rule.keys else { continue }
            locations[location] = max(locations[location] ?? .zero, rule.timeout)
        }
        return locations
    }

    /// Policies about tokens that do nothing, or not what was meant.
    var tokenProblems: [ConfigProblem] {
        requestAuthentications.flatMap { item -> [ConfigProblem] in
            var problems: [ConfigProblem] = []
            let isMeshWide = item.namespace == settings.rootNamespace
            if let selector = item.spec.selector,
                !workloads.contains(where: {
                    (isMeshWide || $0.namespace == item.namespace) && $0.labels.satisfies(selector)
                })
            {
                let place = isMeshWide ? "the mesh" : "namespace \"\(item.namespace)\""
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: "/spec/selector", severity: .warning, code: "IST0127",
                        message: "selects no workload of \(place)"))
            }
            for (index, rule) in item.spec.rules.enumerated() {
                let pointer = JSONPointer(tokens: ["spec", "jwtRules", "\(index)"])
                if case .location(let location) = rule.keys, location.isPlain {
                    problems.append(
                        ConfigProblem(
                            object: item.key, pointer: pointer, severity: .warning,
                            message: "the keys come over plain HTTP: whoever is on the way can sign tokens"))
                }
                if item.spec.rules[..<index].contains(where: { $0.issuer == rule.issuer }) {
                    problems.append(
                        ConfigProblem(
                            object: item.key, pointer: pointer.appending("issuer"), severity: .warning,
                            message: "an earlier rule is for \"\(rule.issuer)\", too; a token that either takes is good"
                        ))
                }
            }
            return problems
        }
    }
}

extension KeyLocation {
    fileprivate var isPlain: Bool {
        switch self {
        case .keys(let uri): uri.hasPrefix("http://")
        case .discovery(let issuer): issuer.hasPrefix("http://")
        }
    }
}
