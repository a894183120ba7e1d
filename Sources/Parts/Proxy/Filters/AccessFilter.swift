import HTTPWire
import JSONWire
import TrafficPolicy

/// Lets requests pass or not, by policies about who calls and what for; others are only tried and counted.
struct AccessFilter: RequestFilter {
    let enforced: AccessJudge?
    let tried: AccessJudge?
    /// What stands before the names under which the tried policies' result is left for filters after.
    let triedPrefix: String
    /// The name under which it is left.
    let name: String

    func inspect(_ exchange: Exchange) -> FilterVerdict {
        let facts = RequestAccess(exchange: exchange)
        if let tried {
            let decision = tried.judge(facts)
            var result: JSONObject = exchange.filterMetadata[name] ?? [:]
            result[triedPrefix + "shadow_engine_result"] = decision.isAllowed ? "allowed" : "denied"
            result[triedPrefix + "shadow_effective_policy_id"] = decision.policy.map {
                .string(tried.policies.policies[$0].name)
            }
            exchange.filterMetadata[name] = result
        }
        guard let enforced else { return .pass }
        let decision = enforced.judge(facts)
        if decision.isAllowed { return .pass }
        exchange.refuseAccess(decision.policy.map { enforced.policies.policies[$0].name })
        return .answered
    }
}

/// Policies with what each of them has counted.
struct AccessJudge: Sendable {
    let policies: AccessPolicies
    private let counters: [AccessCounter]
    /// For what no policy matches.
    private let rest: AccessCounter

    init(_ policies: AccessPolicies, isEnforced: Bool, counters book: AccessBook) {
        self.policies = policies
        counters = policies.policies.map {
            book.counter(of: AccessSeries(policy: $0.name, action: policies.action, isEnforced: isEnforced))
        }
        rest = book.counter(of: AccessSeries(policy: nil, action: policies.action, isEnforced: isEnforced))
    }

    func judge(_ facts: some AccessFacts) -> AccessPolicies.Decision {
        let decision = policies.decide(facts)
        (decision.policy.map { counters[$0] } ?? rest).count()
        return decision
    }
}

extension Exchange {
    /// Answers as Envoy does what its policies refuse.
    ///
    /// - Parameter policy: which one; nothing where none allowed it.
    fileprivate func refuseAccess(_ policy: String?) {
        details = "rbac_access_denied_matched_policy[\(policy ?? "none")]"
        nameIntendedService()
        refuse(status: 403, LocalReply.accessDenied.text(isRetried: false))
    }

    /// The service of the only cluster that the request could have gone to, so that a refusal counts for it.
    private func nameIntendedService() {
        guard let rule, rule.clusters.count == 1, let place = rule.clusters[0],
            let cluster = worker.cluster(at: place, named: rule.clusterNames[0])
        else { return }
        service = cluster.service
    }
}
