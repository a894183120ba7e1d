/// A service whose route divides its traffic by weight: the thing a canary moves.
package struct TrafficSplit: Hashable, Sendable {
    package struct Share: Hashable, Sendable {
        /// The DestinationRule subset, `v2`.
        package var subset: String
        /// The `version` label that the subset selects, when it selects by that label.
        package var version: String?
        /// 0 or more; a share is its weight among the sum.
        package var weight: Int

        package init(subset: String, version: String? = nil, weight: Int) {
            self.subset = subset
            self.version = version
            self.weight = weight
        }
    }

    package var service: ServiceName
    /// The VirtualService that holds the weights, as `namespace/name`.
    package var owner: ServiceName
    /// Which entry of `spec.http` holds them.
    package var routeIndex: Int
    package var shares: [Share]
    /// The `resourceVersion` the weights were read at; a change is refused when it is stale.
    package var resourceVersion: String

    package init(
        service: ServiceName, owner: ServiceName, routeIndex: Int, shares: [Share], resourceVersion: String
    ) {
        self.service = service
        self.owner = owner
        self.routeIndex = routeIndex
        self.shares = shares
        self.resourceVersion = resourceVersion
    }

    package var totalWeight: Int { shares.reduce(0) { $0 &+ $1.weight } }
}

/// New weights for one split, by subset. Subsets that are not named keep their weight.
package struct WeightChange: Hashable, Sendable {
    package var split: TrafficSplit
    package var weights: [String: Int]

    package init(split: TrafficSplit, weights: [String: Int]) {
        self.split = split
        self.weights = weights
    }
}

/// What became of a weight change.
package enum WeightChangeOutcome: Hashable, Sendable {
    /// Stored; `resourceVersion` is the new one.
    case applied(resourceVersion: String)
    /// It would be accepted; nothing was stored.
    case validated
    /// Somebody changed the route since it was read: read again, then decide again.
    case stale
    /// The mesh refused it, and why.
    case refused(reason: String)
    /// The mesh could not be asked, and why.
    case unreachable(reason: String)
}
