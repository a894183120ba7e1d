import JSONWire

extension MeshConfiguration {
    /// The policies that say who may call a workload, by their names. Those of the root namespace hold everywhere.
    package func authorizationPolicies(of workload: MeshWorkload) -> [Item<AuthorizationPolicy>] {
        authorizationPolicies.filter { selects($0, workload) }
    }

    /// Whether a policy holds for a workload.
    func selects(_ policy: Item<AuthorizationPolicy>, _ workload: MeshWorkload) -> Bool {
        (policy.namespace == workload.namespace || policy.namespace == settings.rootNamespace)
            && workload.labels.satisfies(policy.spec.selector ?? [:])
    }

    /// A policy that names an authorizer which nobody knows refuses what it matches; one whose service nobody knows cannot
    /// ask it.
    private func providerProblems(_ name: String, _ policy: ObjectKey) -> [ConfigProblem] {
        func problem(_ message: String) -> [ConfigProblem] {
            [
                ConfigProblem(
                    object: policy, pointer: "/spec/provider/name", severity: .warning, message: message)
            ]
        }
        guard let authorizer = options.authorizers[name] else {
            let place = "ConfigMap \(settings.rootNamespace)/\(MeshOptions.mapName)"
            let known = options.authorizers.keys.sorted().joined(separator: ", ")
            return problem(
                "no extension provider is called \"\(name)\", so what the policy matches is refused; "
                    + (known.isEmpty ? "\(place) has none" : "\(place) has \(known)"))
        }
        guard service(host: authorizer.host)?.ports.contains(where: { $0.number == authorizer.port }) == true else {
            return problem("provider \"\(name)\" is at \(authorizer.host):\(authorizer.port), which is no service here")
        }
        return []
    }

    /// What of policies has no effect, or not the one that was meant.
    var authorizationProblems: [ConfigProblem] {
        authorizationPolicies.flatMap { item -> [ConfigProblem] in
            var problems: [ConfigProblem] = []
            if item.spec.selector != nil, !workloads.contains(where: { selects(item, $0) }) {
                let place =
                    item.namespace == settings.rootNamespace ? "the mesh" : "namespace \"\(item.namespace)\""
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: "/spec/selector", severity: .warning, code: "IST0127",
                        message: "selects no workload of \(place)"))
            }
            if case .custom(let provider) = item.spec.action {
                problems += providerProblems(provider, item.key)
            }
            let annotation = JSONPointer(tokens: ["metadata", "annotations", AuthorizationPolicy.dryRunAnnotation])
            switch (AuthorizationPolicy.isDryRun(item.object.metadata.annotations), item.spec.action) {
            case (nil, _):
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: annotation, severity: .warning,
                        message: "must be \"true\" or \"false\"; as it stands, the policy is in force"))
            case (true?, .audit), (true?, .custom):
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: annotation, severity: .warning,
                        message: "only ALLOW and DENY can be tried; with \(item.spec.action.name) it means nothing"))
            case (true?, .allow), (true?, .deny), (false?, _): break
            }
            return problems
        }
    }
}
