import Discovery
import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TLSTransport
import TrafficPolicy

/// A cluster as one worker knows it: the plan, and its endpoints with their pools and counters.
final class UpstreamCluster {
    let plan: ClusterPlan
    let endpoints: [UpstreamEndpoint]
    /// The cluster's service in the worker's label table.
    let service: LabelID
    /// How often it was drawn among others by its weight.
    var draws: UInt64 = 0
    private let version: UpstreamProtocol.Version
    private var turn: UInt64 = 0
    /// The endpoints that may be chosen, by priority and locality; most clusters have one group.
    private var groups: [EndpointGroup] = []
    /// The state of the ejections that `usable` was made from.
    private var ejectionVersion: UInt64?
    /// No endpoint is avoided before this time; saves a look at each.
    private var avoidanceEnds = MonotonicTime(nanoseconds: 0)

    init(plan: ClusterPlan, endpoints: [UpstreamEndpoint], service: LabelID) {
        self.plan = plan
        version = plan.version
        self.endpoints = endpoints
        self.service = service
        regroup()
    }

    /// Endpoints of which one request in so many chooses.
    private struct EndpointGroup {
        var endpoints: [UpstreamEndpoint]
        /// Where its share ends, of the shares of all.
        var end: UInt64
        /// Made when the first request needs it.
        var table: HashTable?
    }

    /// Finds who may be chosen: of each priority and locality all that are neither ejected nor called unhealthy, or all of
    /// them in panic.
    private func regroup() {
        struct Key: Hashable {
            var priority: Int
            var locality: Locality?
        }
        var order: [Key] = []
        var members: [Key: [(endpoint: UpstreamEndpoint, plan: EndpointPlan)]] = [:]
        for (endpoint, place) in zip(endpoints, plan.endpoints) {
            let key = Key(priority: place.priority, locality: plan.weighsLocalities ? place.locality : nil)
            if members[key] == nil { order.append(key) }
            members[key, default: []].append((endpoint, place))
        }
        let all = order.map { members[$0] ?? [] }
        let usable = all.map { $0.filter { $0.plan.isUsable && !$0.endpoint.isEjected } }
        let shares = PriorityShares.shares(
            of: zip(order, zip(all, usable)).map { key, members in
                PriorityShares.Group(
                    priority: key.priority,
                    weight: plan.weighsLocalities ? members.0.first?.plan.localityWeight ?? 0 : 1,
                    usable: members.1.count, total: members.0.count)
            }, threshold: plan.panicThreshold)
        var end: UInt64 = 0
        groups = []
        for (index, share) in shares.enumerated() where share.parts > 0 {
            end += share.parts
            let chosen = (share.isPanic ? all[index] : usable[index]).map(\.endpoint)
            groups.append(EndpointGroup(endpoints: chosen, end: end))
        }
    }

    /// The group that a number out of all numbers falls to; nothing where nobody may be chosen.
    private func group(of draw: UInt64) -> Int? {
        guard groups.count > 1, let last = groups.last else { return groups.isEmpty ? nil : 0 }
        // Priorities have whole percents, and Envoy takes no more of a hash; localities have finer shares.
        let place = plan.weighsLocalities ? draw % last.end : draw % 100 * (last.end / 100)
        return groups.firstIndex { place < $0.end }
    }

    /// Places that connections were going to, as endpoints of a cluster that has none of its own.
    private var originals: [SocketAddress: UpstreamEndpoint] = [:]
    /// Places that are remembered.
    static let originalLimit = 1024

    /// How many places are remembered now.
    var originalCount: Int { originals.count }

    /// The endpoint at the place where a connection was going.
    func original(_ address: SocketAddress, in worker: Worker) -> UpstreamEndpoint {
        if let known = originals[address] { return known }
        if originals.count >= Self.originalLimit { forgetOriginals { $0.active == 0 } }
        let endpoint = worker.makeEndpoint(EndpointPlan(address: address), plan)
        let passed = worker.configuration.passed
        endpoint.pool.onLocalAddress = { address, isOpen in
            if isOpen { passed.insert(address) } else { passed.remove(address) }
        }
        originals[address] = endpoint
        return endpoint
    }

    /// Has the places of the cluster that this one takes the place of.
    func takeOriginals(of before: UpstreamCluster) { originals = before.originals }

    func forgetOriginals(where isUnused: (UpstreamEndpoint) -> Bool = { _ in true }) {
        for (address, endpoint) in originals where isUnused(endpoint) {
            endpoint.pool.close()
            originals[address] = nil
        }
    }

    /// Whether a request that came in `version` is sent on as HTTP/2.
    @inline(__always)
    func usesHTTP2(for version: HTTPVersion) -> Bool {
        switch self.version {
        case .http1: false
        case .http2: true
        case .downstream: version == .http2
        }
    }

    /// Counts what an attempt says about its endpoint, where anybody wants to know.
    @inline(__always)
    func note(_ evidence: @autoclosure () -> OutlierEvidence, about endpoint: UpstreamEndpoint?, in worker: Worker) {
        guard let monitor = plan.outliers, let endpoint else { return }
        monitor.record(
            evidence(), from: endpoint.address, now: SystemClock.monotonic(), draw: worker.random.next())
    }

    private func takeUpEjections(of monitor: OutlierMonitor, version: UInt64) {
        ejectionVersion = version
        let ejected = monitor.ejected
        for endpoint in endpoints { endpoint.isEjected = ejected.contains(endpoint.address) }
        regroup()
    }

    /// Chooses an endpoint, passing over those that failed a moment ago and those that failed this request.
    ///
    /// - Parameter hash: of the request, where its route says what to hash and it has that.
    func pick(
        random: inout RandomSource, now: MonotonicTime, tried: [UpstreamEndpoint], hash: UInt64? = nil
    ) -> UpstreamEndpoint? {
        if let monitor = plan.outliers {
            let version = monitor.version(now: now)
            if version != ejectionVersion { takeUpEjections(of: monitor, version: version) }
        }
        if plan.hashing != nil { return pick(hash ?? random.next(), tried: tried) }
        guard let group = groups.count > 1 ? group(of: random.next()) : groups.isEmpty ? nil : 0 else { return nil }
        let endpoints = groups[group].endpoints
        if endpoints.count == 1 { return endpoints[0] }
        turn &+= 1
        let first = plan.choice == .roundRobin ? turn : random.next()
        let second = random.next()
        guard !tried.isEmpty || now < avoidanceEnds else {
            return plan.choice.pick(of: endpoints.count, first: first, second: second, active: { endpoints[$0].active })
                .map { endpoints[$0] }
        }
        return plan.choice.pick(
            of: endpoints.count, first: first, second: second, active: { endpoints[$0].active },
            isExcluded: { index in
                endpoints[index].avoidUntil > now || tried.contains { $0 === endpoints[index] }
            }
        ).map { endpoints[$0] }
    }

    /// Other than Envoy's ring, one with a few tries only: the last of them is taken whatever it is.
    private func pick(_ hash: UInt64, tried: [UpstreamEndpoint]) -> UpstreamEndpoint? {
        guard let kind = plan.hashing, let group = group(of: hash) else { return nil }
        let usable = groups[group].endpoints
        if usable.count == 1 { return usable[0] }
        let table = groups[group].table ?? HashTable(kind, addresses: usable.map(\.addressText))
        groups[group].table = table
        var found: UpstreamEndpoint?
        for attempt in 0..<5 {
            found = table.endpoint(of: hash, attempt: attempt).map { usable[$0] }
            guard let endpoint = found, tried.contains(where: { $0 === endpoint }) else { return found }
        }
        return found
    }

    /// A connection to `endpoint` could not be made: another is preferred for a moment.
    func avoid(_ endpoint: UpstreamEndpoint, now: MonotonicTime) {
        endpoint.avoidUntil = now.advanced(by: UpstreamEndpoint.avoidance)
        avoidanceEnds = max(avoidanceEnds, endpoint.avoidUntil)
    }
}

/// One endpoint of a cluster as one worker knows it. It outlives snapshots as long as its address and TLS identity
/// stay, and with it its connections.
final class UpstreamEndpoint {
    /// How long an endpoint is passed over after a connection failed, when another exists.
    static let avoidance: Duration = .seconds(1)

    let address: SocketAddress
    let addressText: String
    let tlsIdentity: [String]
    let pool: HTTPConnectionPool
    /// Who runs there: from the control plane, else from the response headers.
    var workload: WorkloadLabels?
    /// The response header that `workload` came from, when it did.
    var metadata: [UInt8] = []
    /// Labels of the workload with and without the certificate's name, once known.
    var secureLabel: LabelID?
    var plainLabel: LabelID
    /// Requests and TCP connections under way.
    var active = 0
    /// TCP connections that are passed on to it, those being made as well.
    var connections = 0
    var total: UInt64 = 0
    var failed: UInt64 = 0
    var connectFailures: UInt64 = 0
    var avoidUntil = MonotonicTime(nanoseconds: 0)
    /// As this worker last knew.
    var isEjected = false
    /// What its cluster's breakers count; nothing where nothing is limited.
    private(set) var breakers: ClusterBreakers?
    /// Requests that wait for a connection, the longest first. Somebody has one as long as anybody waits.
    private var waiting: [Exchange] = []

    init(
        address: SocketAddress, tlsIdentity: [String], pool: HTTPConnectionPool, workload: WorkloadLabels?,
        plainLabel: LabelID
    ) {
        self.address = address
        self.addressText = address.description
        self.tlsIdentity = tlsIdentity
        self.pool = pool
        self.workload = workload
        self.plainLabel = plainLabel
    }

    // MARK: Limits

    /// Counts its connections where `new` says, those that there are as well.
    func takeUp(_ new: ClusterBreakers?) {
        guard new !== breakers else { return }
        for _ in 0..<pool.connectionCount {
            breakers?.release(.connections)
            new?.force(.connections)
        }
        breakers = new
        pool.onConnectionCount = new.map { breakers in
            { [weak self] change in
                if change > 0 { return breakers.force(.connections) }
                breakers.release(.connections)
                self?.serveWaitingSoon()
            }
        }
        pool.onIdle = new.map { _ in { [weak self] in self?.serveWaiting() } }
        serveWaitingSoon()
    }

    func wait(_ exchange: Exchange) { waiting.append(exchange) }

    func stopWaiting(_ exchange: Exchange) { waiting.removeAll { $0 === exchange } }

    /// Whether a new connection may be made. The first always may: without one a request would wait for ever.
    var mayConnect: Bool {
        guard let breakers, pool.connectionCount > 0 else { return true }
        return breakers.count(.connections) < breakers.limits.limit(of: .connections, underWay: 0)
    }

    private func serveWaitingSoon() {
        guard !waiting.isEmpty else { return }
        pool.onSoon { [weak self] in self?.serveWaiting() }
    }

    private func serveWaiting() {
        while let first = waiting.first, pool.hasRoom(http2: first.usesHTTP2) || mayConnect {
            waiting.removeFirst().waitEnded()
        }
    }

    func report(cluster: String, now: MonotonicTime) -> EndpointReport {
        EndpointReport(
            cluster: cluster, address: addressText, activeRequests: active, totalRequests: total,
            failedRequests: failed, activeConnections: pool.connectionCount + connections,
            connectFailures: connectFailures, isPreferred: avoidUntil <= now, isEjected: isEjected)
    }
}
