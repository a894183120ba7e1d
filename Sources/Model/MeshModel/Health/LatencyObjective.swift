package import Patterns
package import Quantities

/// A promise about latency: `99 % of the requests to payment-service within 250 ms, over 1 h`. Kiali has nothing like it,
/// and its colours do not depend on latency: an objective changes a colour only where it is told at which burn rate.
package struct LatencyObjective: Hashable, Sendable {
    /// At which burn rates an objective makes a service ill. Absent: never.
    package struct BurnLimits: Hashable, Sendable {
        package var degraded: Double?
        package var failure: Double?

        package init(degraded: Double? = nil, failure: Double? = nil) {
            self.degraded = degraded
            self.failure = failure
        }
    }

    /// What people call it.
    package var name: String
    /// Which services it is for, made by ``Pattern/init(anchoring:)``. A node without a service's name goes by its
    /// app's.
    package var namespace: Pattern
    package var service: Pattern
    /// Milliseconds within which an answer is good.
    package var threshold: Double
    /// The share of answers that must be good, below 1.
    package var target: Ratio
    /// The time that the budget is for.
    package var window: Duration
    package var limits: BurnLimits
    /// Fewer requests than this change no colour.
    package var minimumRequests: Double

    package init(
        name: String, namespace: Pattern, service: Pattern, threshold: Double, target: Ratio, window: Duration,
        limits: BurnLimits = BurnLimits(), minimumRequests: Double = 100
    ) {
        self.name = name
        self.namespace = namespace
        self.service = service
        self.threshold = threshold
        self.target = target
        self.window = window
        self.limits = limits
        self.minimumRequests = minimumRequests
    }

    /// How it stands by what was observed.
    ///
    /// - Parameter observed: how long these requests took to come in.
    package func status(of buckets: BucketCounts, observed: Duration) -> ObjectiveMeasure? {
        let total = buckets.total
        guard total > 0 else { return nil }
        let good = buckets.count(upTo: threshold)
        let budget = 1 - target.value
        let missed = max(0, 1 - good.estimate / total)
        // A promise that leaves no room is broken by the first miss.
        let burn = missed == 0 ? 0 : budget > 0 ? missed / budget : .infinity
        let share = window > .zero ? min(1, observed.inSeconds / window.inSeconds) : 1
        return ObjectiveMeasure(
            requests: total, good: Ratio(good.estimate / total),
            goodBounds: Ratio(good.lower / total)...Ratio(good.upper / total), burnRate: burn,
            budgetLeft: 1 - burn * share, isWholeWindow: observed >= window)
    }

    /// The worst that its burn rate makes of a service.
    package func verdict(of measure: ObjectiveMeasure) -> HealthVerdict {
        guard measure.requests >= minimumRequests else { return HealthVerdict() }
        // Burn rates are divisions of what is left of 1; 144 of 1,000 must be 14.4 times 1 %.
        for (health, limit) in [(Health.failure, limits.failure), (.degraded, limits.degraded)] {
            guard let limit, measure.burnRate > 0, measure.burnRate + 1e-9 >= limit else { continue }
            let finding = HealthCause.LatencyFinding(
                objective: name, burnRate: measure.burnRate, threshold: limit, requests: measure.requests)
            return HealthVerdict(health: health, cause: HealthCause(health: health, finding: .latency(finding)))
        }
        return HealthVerdict()
    }

    func isFor(_ node: MeshNode) -> Bool {
        guard node.inbound != nil, let name = node.service ?? node.app else { return false }
        return namespace.isFound(in: node.namespace) && service.isFound(in: name)
    }

    /// One entry for each service that it is for: all versions of it together.
    func standing(in snapshot: MeshSnapshot) -> [ObjectiveStatus] {
        var buckets: [ServiceName: BucketCounts] = [:]
        for node in snapshot.nodes where isFor(node) {
            let service = ServiceName(namespace: node.namespace, name: node.service ?? node.app ?? "")
            buckets[service, default: BucketCounts()].merge(node.inbound?.latencyBuckets ?? BucketCounts())
        }
        return buckets.keys.sorted().map { service in
            ObjectiveStatus(
                objective: self, service: service,
                measure: buckets[service].flatMap { status(of: $0, observed: snapshot.window) })
        }
    }

    /// Makes nodes ill that burn the budget too fast, each version by itself.
    func join(into snapshot: inout MeshSnapshot) {
        guard limits.degraded != nil || limits.failure != nil else { return }
        for index in snapshot.nodes.indices where isFor(snapshot.nodes[index]) {
            let node = snapshot.nodes[index]
            guard let buckets = node.inbound?.latencyBuckets,
                let measure = status(of: buckets, observed: snapshot.window)
            else { continue }
            let verdict = HealthVerdict(health: node.health, cause: node.healthCause).merged(
                with: self.verdict(of: measure))
            snapshot.nodes[index].health = verdict.health
            snapshot.nodes[index].healthCause = verdict.cause
        }
    }
}

/// What an objective comes to.
package struct ObjectiveMeasure: Hashable, Sendable {
    package var requests: Double
    /// The share within the threshold, interpolated where that lies inside a bucket.
    package var good: Ratio
    /// What is certain of that share; one value when the threshold is a bucket's bound.
    package var goodBounds: ClosedRange<Ratio>
    /// 1 uses up the budget exactly in the window; 14.4 uses up 2 % of a month's in an hour.
    package var burnRate: Double
    /// Of the window's budget, 1 for all of it; below 0 when it is overdrawn. An upper bound while less than the window
    /// was observed: the rest of it is taken to be without misses.
    package var budgetLeft: Double
    package var isWholeWindow: Bool
}

/// How an objective stands for one service.
package struct ObjectiveStatus: Hashable, Sendable {
    package var objective: LatencyObjective
    package var service: ServiceName
    /// Nothing without requests.
    package var measure: ObjectiveMeasure?
}
