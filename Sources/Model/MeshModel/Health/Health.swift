/// How well something is, worst last. Kiali's order and names; merging two takes the worse.
package enum Health: String, Hashable, Comparable, Sendable, CaseIterable {
    /// Kiali's `NA`: nothing is known.
    case unknown
    case healthy
    /// Scaled down to nothing, on purpose.
    case notReady = "not-ready"
    case degraded, failure

    package static func < (left: Health, right: Health) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .unknown: 0
        case .healthy: 1
        case .notReady: 2
        case .degraded: 3
        case .failure: 4
        }
    }
}

/// How many instances of a workload there should be and are.
package struct ReplicaCounts: Hashable, Sendable {
    package var desired: Int
    package var current: Int
    package var available: Int
    /// Instances whose proxy has the newest configuration; nothing where that does not apply.
    package var synced: Int?

    package init(desired: Int, current: Int, available: Int, synced: Int? = nil) {
        self.desired = desired
        self.current = current
        self.available = available
        self.synced = synced
    }

    /// Kiali's rule, of which the first line that holds counts.
    ///
    ///     none desired                                   not ready
    ///     some available, but fewer than desired         degraded
    ///     none available                                 failure
    ///     as many available as desired, not as current   failure
    ///     fewer proxies in step than desired             degraded
    ///     all equal                                      healthy
    ///     anything else                                  degraded
    package var health: Health {
        if desired == 0 { return .notReady }
        if current > 0, available > 0, min(current, available) < desired { return .degraded }
        if available == 0 { return .failure }
        if available == desired, available != current { return .failure }
        if let synced, synced >= 0, synced < desired { return .degraded }
        return desired == current && current == available ? .healthy : .degraded
    }
}
