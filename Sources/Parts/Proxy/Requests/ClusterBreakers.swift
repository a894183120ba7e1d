import Synchronization
import TrafficPolicy

/// A cluster's circuit breakers, shared by the workers. Clusters without limits have none.
///
/// A count is raised first and taken back when that was too much: two workers may then both be refused the last place,
/// and never both get it.
final class ClusterBreakers: Sendable {
    let cluster: String
    let limits: BreakerLimits
    private let connections = Atomic<Int>(0)
    private let pendingRequests = Atomic<Int>(0)
    private let requests = Atomic<Int>(0)
    private let retries = Atomic<Int>(0)
    private let connectionOverflow = Atomic<UInt64>(0)
    private let requestOverflow = Atomic<UInt64>(0)
    private let retryOverflow = Atomic<UInt64>(0)

    init(cluster: String, limits: BreakerLimits) {
        self.cluster = cluster
        self.limits = limits
    }

    /// Takes one of a resource if there is one; refusals are counted.
    func take(_ resource: BreakerResource) -> Bool {
        let limit = limits.limit(
            of: resource, underWay: resource == .retries ? count(.requests) + count(.pendingRequests) : 0)
        if add(1, to: resource) <= limit { return true }
        _ = add(-1, to: resource)
        switch resource {
        case .connections: connectionOverflow.wrappingAdd(1, ordering: .relaxed)
        case .pendingRequests, .requests: requestOverflow.wrappingAdd(1, ordering: .relaxed)
        case .retries: retryOverflow.wrappingAdd(1, ordering: .relaxed)
        }
        return false
    }

    func countConnectionOverflow() { connectionOverflow.wrappingAdd(1, ordering: .relaxed) }

    /// Takes one whatever the limit says.
    func force(_ resource: BreakerResource) { _ = add(1, to: resource) }

    func release(_ resource: BreakerResource) { _ = add(-1, to: resource) }

    func count(_ resource: BreakerResource) -> Int { add(0, to: resource) }

    /// The count after `change`.
    private func add(_ change: Int, to resource: BreakerResource) -> Int {
        switch resource {
        case .connections: connections.wrappingAdd(change, ordering: .relaxed).newValue
        case .pendingRequests: pendingRequests.wrappingAdd(change, ordering: .relaxed).newValue
        case .requests: requests.wrappingAdd(change, ordering: .relaxed).newValue
        case .retries: retries.wrappingAdd(change, ordering: .relaxed).newValue
        }
    }

    var report: BreakerReport {
        let underWay = count(.requests) + count(.pendingRequests)
        return BreakerReport(
            cluster: cluster,
            resources: BreakerResource.allCases.map { resource in
                (resource, limits.limit(of: resource, underWay: underWay), count(resource))
            }, connectionOverflow: connectionOverflow.load(ordering: .relaxed),
            requestOverflow: requestOverflow.load(ordering: .relaxed),
            retryOverflow: retryOverflow.load(ordering: .relaxed))
    }
}

/// A cluster's breakers at one moment.
struct BreakerReport: Sendable {
    var cluster: String
    /// In the order of ``BreakerResource``.
    var resources: [(resource: BreakerResource, limit: Int, count: Int)]
    /// Connections that were wanted and not made.
    var connectionOverflow: UInt64
    /// Requests that were refused.
    var requestOverflow: UInt64
    /// Retries that were not made.
    var retryOverflow: UInt64
}

extension BreakerReport {
    /// What is left of a resource.
    static func remaining(limit: Int, count: Int) -> Int { max(0, limit - count) }
}

extension BreakerResource {
    /// Envoy's name for it.
    var envoyName: String {
        switch self {
        case .connections: "connections"
        case .pendingRequests: "pending_requests"
        case .requests: "requests"
        case .retries: "retries"
        }
    }
}

/// What one request has taken of its cluster's breakers, and not given back.
struct BreakerHold {
    private var held: UInt8 = 0

    mutating func take(_ resource: BreakerResource, of breakers: ClusterBreakers) -> Bool {
        guard breakers.take(resource) else { return false }
        held |= 1 << UInt8(resource.rawValue)
        return true
    }

    mutating func release(_ resource: BreakerResource, of breakers: ClusterBreakers) {
        let bit: UInt8 = 1 << UInt8(resource.rawValue)
        guard held & bit != 0 else { return }
        held &= ~bit
        breakers.release(resource)
    }
}
