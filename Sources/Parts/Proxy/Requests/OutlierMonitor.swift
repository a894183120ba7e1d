import Quantities
import Synchronization
import SystemIO
import TrafficPolicy

/// A cluster's ejections, shared by the workers: a fifth failure counts, whichever worker saw the first four.
///
/// Workers look at ``version`` before every choice, which is one load, and take the lock when it has changed, when a
/// sweep is due, and once an attempt. Clusters without outlier detection have none of this.
final class OutlierMonitor: Sendable {
    let cluster: String
    let rules: OutlierRules
    private let detector: Mutex<OutlierDetector<SocketAddress>>
    private let changes = Atomic<UInt64>(0)
    private let nextSweep: Atomic<UInt64>

    init(cluster: String, rules: OutlierRules, endpoints: [SocketAddress], now: MonotonicTime) {
        self.cluster = cluster
        self.rules = rules
        let detector = OutlierDetector(rules, endpoints: endpoints, now: now)
        nextSweep = Atomic(detector.nextSweep.nanoseconds)
        self.detector = Mutex(detector)
    }

    /// Changes whenever the set of ejected endpoints does.
    func version(now: MonotonicTime) -> UInt64 {
        if now.nanoseconds >= nextSweep.load(ordering: .relaxed) { advance(to: now) }
        return changes.load(ordering: .acquiring)
    }

    var ejected: Set<SocketAddress> { detector.withLock { $0.ejected } }

    func setEndpoints(_ endpoints: [SocketAddress]) {
        detector.withLock { $0.setEndpoints(endpoints) }
        changes.wrappingAdd(1, ordering: .releasing)
    }

    func record(_ evidence: OutlierEvidence, from endpoint: SocketAddress, now: MonotonicTime, draw: UInt64) {
        if detector.withLock({ $0.record(evidence, from: endpoint, now: now, draw: draw) }) {
            changes.wrappingAdd(1, ordering: .releasing)
        }
    }

    private func advance(to now: MonotonicTime) {
        let (isChanged, next) = detector.withLock { ($0.advance(to: now), $0.nextSweep) }
        nextSweep.store(next.nanoseconds, ordering: .relaxed)
        if isChanged { changes.wrappingAdd(1, ordering: .releasing) }
    }

    /// What metrics and admin pages say, as of `now`.
    func report(now: MonotonicTime) -> OutlierReport {
        if now.nanoseconds >= nextSweep.load(ordering: .relaxed) { advance(to: now) }
        return detector.withLock {
            OutlierReport(cluster: cluster, endpoints: $0.endpointCount, active: $0.ejected.count, tally: $0.tally)
        }
    }
}

/// A cluster's ejections at one moment.
struct OutlierReport: Sendable, Hashable {
    var cluster: String
    var endpoints: Int
    /// Endpoints that are ejected.
    var active: Int
    var tally: OutlierDetector<SocketAddress>.Tally
}
