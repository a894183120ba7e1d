import HTTPTransport
import HTTPWire
import MeshModel
import Quantities
import SystemIO
import TLSTransport

/// One thread's share of the proxy: its listeners, pools, counters and spans. Workers share nothing but snapshots.
///
/// Everything here happens on the loop's thread. What other threads get are copies: ``report``, and spans by `sendSpans`.
final class Worker {
    /// What all workers of a proxy have in common.
    struct Configuration: Sendable {
        var local: WorkloadLabels
        var nodeID: String
        /// `nil` without a receiver for spans: trace headers then pass as they came.
        var sampling: TraceSampling?
        /// What the worker's randomness begins with; `nil` for the system's.
        var seed: UInt64?
        /// Sockets of the proxy before, which listen already.
        var inherited: InheritedSockets?
        /// What all workers together may take on.
        var overload: OverloadGuard
        /// Connections of all workers that go on to where they were going.
        let passed = PassedConnections()

        init(
            local: WorkloadLabels, nodeID: String, sampling: TraceSampling? = nil, seed: UInt64? = nil,
            inherited: InheritedSockets? = nil, overload: OverloadGuard = OverloadGuard(connectionLimit: .max)
        ) {
            self.overload = overload
            self.inherited = inherited
            self.seed = seed
            self.local = local
            self.nodeID = nodeID
            self.sampling = sampling
        }
    }

    /// How long spans gather before they are handed on.
    static let spanInterval: Duration = .milliseconds(200)
    /// Idle upstream connections close before the other side's timeout can race with a request.
    static let upstreamIdleTimeout: Duration = .seconds(30)

    let loop: EventLoop
    let configuration: Configuration
    let isTracing: Bool
    let sampling: TraceSampling
    let peerMetadata: [UInt8]
    let peerMetadataID: [UInt8]
    /// What goes before the bytes of a connection to another sidecar.
    let exchangedMetadata: [UInt8]
    let blackHole: LabelID
    var metrics: RequestMetrics
    var random: RandomSource
    /// The addresses whose connections are passed on byte by byte.
    private(set) lazy var connections = TCPListeners(worker: self, flushInterval: connectionFlushInterval)

    private let connectionFlushInterval: Duration
    private var dateOfNow = DateField()
    private var clusters: [UpstreamCluster] = []
    /// Keys of token issuers that are being fetched, by their source.
    var keyFetches: [ObjectIdentifier: TokenKeyFetch] = [:]
    private var listeners: [SocketAddress: WorkerListener] = [:]
    private var redirections = RedirectionTable()
    private var spans = SpanBuffer()
    private var areSpansScheduled = false
    private let sendSpans: ([SpanRecord]) -> Void

    /// - Parameter sendSpans: called on the loop with spans that are to leave the worker.
    init(
        loop: EventLoop, configuration: Configuration, connectionFlushInterval: Duration = TCPListeners.flushInterval,
        sendSpans: @escaping ([SpanRecord]) -> Void = { _ in }
    ) {
        self.loop = loop
        self.connectionFlushInterval = connectionFlushInterval
        self.configuration = configuration
        self.sendSpans = sendSpans
        random = configuration.seed.map { RandomSource(seed: $0) } ?? RandomSource()
        isTracing = configuration.sampling != nil
        sampling = configuration.sampling ?? TraceSampling()
        peerMetadata = PeerMetadata.encode(configuration.local)
        peerMetadataID = Array(configuration.nodeID.utf8)
        exchangedMetadata = PeerExchange.frame(configuration.local, nodeID: peerMetadataID)
        metrics = RequestMetrics(local: configuration.local)
        blackHole = metrics.services.id(of: .blackHole)
    }

    /// The present time as a `date` field has it.
    var date: [UInt8] { dateOfNow.value(at: loop.now) }

    // MARK: Configuration

    /// Takes up a snapshot. Connections to endpoints that stay are kept, requests under way are not disturbed. What
    /// could not be done, a port that is taken, is returned in words.
    func apply(_ snapshot: ConfigurationSnapshot) -> [String] {
        let before = Dictionary(clusters.map { ($0.plan.name, $0) }, uniquingKeysWith: { $1 })
        var kept: Set<ObjectIdentifier> = []
        let next = snapshot.clusters.map { plan in
            let cluster = makeCluster(plan, before: before[plan.name])
            for endpoint in cluster.endpoints { kept.insert(ObjectIdentifier(endpoint)) }
            return cluster
        }
        let leaving = clusters
        let dropped = clusters.flatMap(\.endpoints).filter { !kept.contains(ObjectIdentifier($0)) }
        clusters = next
        for endpoint in dropped { endpoint.pool.close() }
        let names = Set(next.map(\.plan.name))
        for cluster in leaving where !names.contains(cluster.plan.name) { cluster.forgetOriginals() }

        var problems = connections.apply(snapshot.connectionListeners)
        var remaining = listeners
        for plan in snapshot.listeners {
            if let known = remaining.removeValue(forKey: plan.address) {
                if known.plan.speaksLike(plan) {
                    known.update(plan)
                    continue
                }
                // Connections that stand go on as they began.
                known.close()
            }
            do throws(SystemError) {
                listeners[plan.address] = try WorkerListener(worker: self, plan: plan)
            } catch {
                problems.append("listener \(plan.name): \(error)")
            }
        }
        for (address, listener) in remaining {
            listener.close()
            listeners[address] = nil
        }
        redirections = RedirectionTable()
        for listener in listeners.values where !listener.redirection.isBound {
            redirections.add(listener, listener.plan.reporter, at: listener.plan.address)
        }
        for listener in connections.unbound {
            redirections.add(listener, listener.plan.reporter, at: listener.plan.address)
        }
        return problems
    }

    /// What becomes of a connection that came to a port to which the machine sends connections.
    enum HandOver: Equatable {
        /// It is served elsewhere, or has been closed.
        case taken
        /// No other listener wants it.
        case stays(SocketAddress)
    }

    /// Gives a connection to the listener of where it was going.
    func handOver(_ socket: Socket, _ peer: SocketAddress, _ reporter: Reporter, at own: SocketAddress) -> HandOver {
        let passed = configuration.passed
        guard let original = socket.originalDestination, original != own, !passed.isLoop(peer) else {
            // Nobody may ask for this port itself, and the proxy's own connections must not come back: Istio's rule.
            if socket.originalDestination == nil || socket.originalDestination == own { passed.countLoop() }
            socket.close()
            configuration.overload.connections.give()
            return .taken
        }
        guard let target = redirections.target(reporter, for: original) else { return .stays(original) }
        target.adopt(socket, from: peer, to: original)
        return .taken
    }

    private func makeCluster(_ plan: ClusterPlan, before: UpstreamCluster?) -> UpstreamCluster {
        // Without its certificate a secure cluster has no usable endpoint: never fall back to plaintext.
        let usable = plan.isSecure && plan.tls == nil ? [] : plan.endpoints
        let endpoints = usable.map { endpoint in
            let known = before?.endpoints.first { $0.address == endpoint.address && $0.tlsIdentity == plan.tlsIdentity }
            let result = known ?? makeEndpoint(endpoint, plan)
            result.pool.tls = plan.tls
            result.pool.http2TLS = plan.http2TLS
            result.pool.limits.http2 = HTTP2Limits(plan.http2)
            result.pool.limits.wire.passesTrailers = plan.passesTrailers
            result.takeUp(plan.breakers)
            if let workload = endpoint.workload, workload != result.workload {
                result.workload = workload
                result.plainLabel = metrics.peers.id(of: workload)
            }
            // A rotated certificate may carry another name.
            result.secureLabel = nil
            return result
        }
        let cluster = UpstreamCluster(plan: plan, endpoints: endpoints, service: metrics.services.id(of: plan.service))
        cluster.draws = before?.draws ?? 0
        if plan.isOriginalDestination, let before, before.plan.isOriginalDestination {
            cluster.takeOriginals(of: before)
        }
        return cluster
    }

    func makeEndpoint(_ endpoint: EndpointPlan, _ plan: ClusterPlan) -> UpstreamEndpoint {
        var limits = HTTPClientLimits()
        limits.connectTimeout = plan.connectTimeout
        limits.idleTimeout = Self.upstreamIdleTimeout
        return UpstreamEndpoint(
            address: endpoint.address, tlsIdentity: plan.tlsIdentity,
            pool: HTTPConnectionPool(loop: loop, address: endpoint.address, tls: plan.tls, limits: limits),
            workload: endpoint.workload,
            plainLabel: endpoint.workload.map { metrics.peers.id(of: $0) } ?? .unknown)
    }

    /// A cluster by its place in the snapshot in force. A request that waited may know its place in an older one; then
    /// the name counts.
    func cluster(at place: Int, named name: String? = nil) -> UpstreamCluster? {
        let found = place < clusters.count ? clusters[place] : nil
        guard let name, found?.plan.name != name else { return found }
        return clusters.first { $0.plan.name == name }
    }

    /// The cluster of a name, for what is rare.
    func cluster(named name: String) -> UpstreamCluster? { clusters.first { $0.plan.name == name } }

    /// A connection to an inbound listener ended before any request.
    func handshakeFailed(_ reason: String) {
        if reason == HTTPListener.plaintextRefusal {
            metrics.events.refusedPlaintext &+= 1
        } else {
            metrics.events.refusedHandshake &+= 1
        }
    }

    /// What arrived was no request, and has been answered with `status`.
    func countMalformed(status: Int, reporter: Reporter) {
        metrics.events.malformedRequests &+= 1
        metrics.record(
            RequestSeries(
                reporter: reporter, peer: .unknown, service: .unknown, code: UInt16(clamping: status),
                flag: .downstreamProtocolError, isSecure: false),
            durationMilliseconds: 0, requestBytes: 0, responseBytes: 0)
    }

    // MARK: Peers

    /// The label of an endpoint reached over TLS, with the name on its certificate.
    func secureLabel(of endpoint: UpstreamEndpoint, principal: String?) -> LabelID {
        if let known = endpoint.secureLabel { return known }
        let workload = endpoint.workload ?? .unknown
        let label = metrics.peers.id(of: workload.withPrincipal(principal ?? WorkloadLabels.unknownText))
        endpoint.secureLabel = label
        return label
    }

    /// The label of who calls over a TLS connection. Sidecars send the same metadata with every request of a
    /// connection, so it is decoded once and then compared.
    func callerLabel(of stream: HTTPServerStream, metadata: ArraySlice<UInt8>?) -> LabelID {
        let memory = ConnectionMemory.of(stream)
        if let known = memory.caller, known.metadata.elementsEqual(metadata ?? []) { return known.label }
        let principal = stream.peerURIs.first ?? WorkloadLabels.unknownText
        var labels = metadata.flatMap { PeerMetadata.decode($0) } ?? .unknown
        labels.principal = principal
        let label = metrics.peers.id(of: labels)
        memory.caller = (metadata.map { Array($0) } ?? [], label)
        return label
    }

    /// The label of who connected by TCP over TLS: the certificate tells nothing but the principal, and that the namespace.
    func callerLabel(of principal: String) -> LabelID {
        var labels = WorkloadLabels.unknown
        labels.principal = principal
        if let identity = SPIFFEIdentity(uri: principal) { labels.namespace = identity.namespace }
        return metrics.peers.id(of: labels)
    }

    /// Takes the workload of an endpoint that the control plane did not describe from its own words.
    func learn(_ metadata: ArraySlice<UInt8>, about endpoint: UpstreamEndpoint) {
        guard !metadata.elementsEqual(endpoint.metadata), let labels = PeerMetadata.decode(metadata) else { return }
        endpoint.metadata = Array(metadata)
        endpoint.workload = labels
        endpoint.plainLabel = metrics.peers.id(of: labels)
        endpoint.secureLabel = nil
    }

    // MARK: Telemetry

    /// Keeps a span until the next batch leaves.
    func recordSpan(_ record: SpanRecord) {
        spans.append(record)
        metrics.events.spansDropped = spans.dropped
        guard !areSpansScheduled else { return }
        areSpansScheduled = true
        loop.schedule(after: Self.spanInterval) { [weak self] in self?.flushSpans() }
    }

    /// Hands on what spans there are.
    func flushSpans() {
        areSpansScheduled = false
        let batch = spans.take()
        if !batch.isEmpty { sendSpans(batch) }
    }

    /// A copy of all counters.
    var report: WorkerReport {
        let now = loop.now
        var page = metrics.page
        page.events.bufferedBytes = Int64(connections.bufferedBytes)
        return WorkerReport(
            page: page,
            endpoints: clusters.flatMap { cluster in
                cluster.endpoints.map { $0.report(cluster: cluster.plan.name, now: now) }
            },
            draws: Dictionary(
                clusters.filter { $0.draws > 0 }.map { ($0.plan.name, $0.draws) }, uniquingKeysWith: &+),
            listeners: listeners.values.map { WorkerReport.Listener(name: $0.plan.name, address: $0.boundAddress) }
                + connections.reports)
    }

    // MARK: The end

    /// Another descriptor of every socket that the worker listens on.
    func duplicateSockets() -> [Socket] {
        listeners.values.compactMap { $0.duplicateSocket() } + connections.duplicateSockets()
    }

    /// Stops accepting, lets requests under way finish until the plan's deadline, then cuts what is left.
    ///
    /// - Parameter completion: called once, with the number of requests that were cut.
    func drain(_ plan: DrainPlan, completion: @escaping (Int) -> Void) {
        // One more for the TCP connections, of which nobody knows whether they had more to say.
        var left = listeners.count + 1
        var cut = 0
        func drained(_ count: Int) {
            cut += count
            left -= 1
            guard left == 0 else { return }
            flushSpans()
            completion(cut)
        }
        connections.drain(deadline: plan.deadline) { drained(0) }
        for listener in listeners.values { listener.drain(plan, completion: drained) }
    }
}

/// What a worker tells about itself.
struct WorkerReport: Sendable {
    struct Listener: Sendable, Hashable {
        var name: String
        var address: SocketAddress
    }

    var page: MetricsPage
    var endpoints: [EndpointReport]
    /// How often clusters were drawn among others by their weights.
    var draws: [String: UInt64]
    var listeners: [Listener]
}
