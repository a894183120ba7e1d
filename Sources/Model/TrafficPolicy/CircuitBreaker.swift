/// How much of a cluster's may be under way at once, over all workers.
package struct BreakerLimits: Sendable, Hashable {
    package var connections: UInt32
    /// Requests that wait for a connection.
    package var pendingRequests: UInt32
    /// Requests that have one.
    package var requests: UInt32
    package var retries: UInt32
    /// Replaces ``retries`` when there is one.
    package var retryBudget: RetryBudget?

    /// Envoy's defaults.
    package init(
        connections: UInt32 = 1024, pendingRequests: UInt32 = 1024, requests: UInt32 = 1024, retries: UInt32 = 3,
        retryBudget: RetryBudget? = nil
    ) {
        self.connections = connections
        self.pendingRequests = pendingRequests
        self.requests = requests
        self.retries = retries
        self.retryBudget = retryBudget
    }

    /// Whether no limit can ever be reached: nothing needs counting then. Istio's default.
    package var isUnlimited: Bool {
        [connections, pendingRequests, requests, retries].allSatisfy { $0 == .max } && retryBudget == nil
    }

    /// The most of a resource.
    ///
    /// - Parameter underWay: pending and active requests of the cluster, for the retry budget.
    package func limit(of resource: BreakerResource, underWay: Int) -> Int {
        switch resource {
        case .connections: Int(connections)
        case .pendingRequests: Int(pendingRequests)
        case .requests: Int(requests)
        case .retries: retryBudget?.limit(underWay: underWay) ?? Int(retries)
        }
    }
}

/// What circuit breakers count.
package enum BreakerResource: Int, Sendable, Hashable, CaseIterable {
    case connections, pendingRequests, requests, retries
}

/// Retries as a share of the requests under way, so that they cannot become the load themselves.
package struct RetryBudget: Sendable, Hashable {
    package var percent: Double
    /// Allowed however few requests are under way.
    package var minimumConcurrency: UInt32

    package init(percent: Double = 20, minimumConcurrency: UInt32 = 3) {
        self.percent = percent
        self.minimumConcurrency = minimumConcurrency
    }

    package func limit(underWay: Int) -> Int {
        max(Int(max(0, min(percent, 100)) / 100 * Double(max(0, underWay))), Int(minimumConcurrency))
    }
}
