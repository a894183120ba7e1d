import HTTPTransport
import HTTPWire
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

        init(local: WorkloadLabels, nodeID: String, sampling: TraceSampling? = nil) {
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
    let blackHole: LabelID
    var metrics: RequestMetrics
    var random = RandomSource()

    private var clusters: [UpstreamCluster] = []
    /// Keys of token issuers that are being fetched, by their source.
    var keyFetches: [ObjectIdentifier: TokenKeyFetch] = [:]
    private var listeners: [SocketAddress: WorkerListener] = [:]
    private var spans = SpanBuffer()
    private var areSpansScheduled = false
    private let sendSpans: ([SpanRecord]) -> Void

    /// - Parameter sendSpans: called on the loop with spans that are to leave the worker.
    init(loop: EventLoop, configuration: Configuration, sendSpans: @escaping ([SpanRecord]) -> Void = { _ in }) {
        self.loop = loop
        self.configuration = configuration
        self.sendSpans = sendSpans
        isTracing = configuration.sampling != nil
        sampling = configuration.sampling ?? TraceSampling()
        peerMetadata = PeerMetadata.encode(configuration.local)
        peerMetadataID = Array(configuration.nodeID.utf8)
        metrics = RequestMetrics(local: configuration.local)
        blackHole = metrics.services.id(of: .blackHole)
    }

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
        let dropped = clusters.flatMap(\.endpoints).filter { !kept.contains(ObjectIdentifier($0)) }
        clusters = next
        for endpoint in dropped { endpoint.pool.close() }

        var problems: [String] = []
        var remaining = listeners
        for plan in snapshot.listeners {
            if let known = remaining.removeValue(forKey: plan.address) {
                known.update(plan)
                continue
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
        return problems
    }

    private func makeCluster(_ plan: ClusterPlan, before: UpstreamCluster?) -> UpstreamCluster {
        // Without its certificate a secure cluster has no usable endpoint: never fall back to plaintext.
        let usable = plan.isSecure && plan.tls == nil ? [] : plan.endpoints
        let endpoints = usable.map { endpoint in
            let known = before?.endpoints.first { $0.address == endpoint.address && $0.tlsIdentity == plan.tlsIdentity }
            let result = known ?? makeEndpoint(endpoint, plan)
            result.pool.tls = plan.tls
            result.takeUp(plan.breakers)
            if let workload = endpoint.workload, workload != result.workload {
                result.workload = workload
                result.plainLabel = metrics.peers.id(of: workload)
            }
            // A rotated certificate may carry another name.
            result.secureLabel = nil
            return result
        }
        return UpstreamCluster(plan: plan, endpoints: endpoints, service: metrics.services.id(of: plan.service))
    }

    private func makeEndpoint(_ endpoint: EndpointPlan, _ plan: ClusterPlan) -> UpstreamEndpoint {
        var limits = HTTPClientLimits()
        limits.connectTimeout = plan.connectTimeout
        limits.idleTimeout = Self.upstreamIdleTimeout
        return UpstreamEndpoint(
            address: endpoint.address, tlsIdentity: plan.tlsIdentity,
            pool: HTTPConnectionPool(loop: loop, address: endpoint.address, tls: plan.tls, limits: limits),
            workload: endpoint.workload,
            plainLabel: endpoint.workload.map { metrics.peers.id(of: $0) } ?? .unknown)
    }

    /// The cluster at a place of the snapshot in force.
    func cluster(at place: Int) -> UpstreamCluster? { place < clusters.count ? clusters[place] : nil }

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
        if let known = stream.connectionContext as? KnownCaller, known.metadata.elementsEqual(metadata ?? []) {
            return known.label
        }
        let principal = stream.peerURIs.first ?? WorkloadLabels.unknownText
        var labels = metadata.flatMap { PeerMetadata.decode($0) } ?? .unknown
        labels.principal = principal
        let label = metrics.peers.id(of: labels)
        stream.connectionContext = KnownCaller(metadata: metadata.map { Array($0) } ?? [], label: label)
        return label
    }

    /// Who a connection's last request said it was.
    private final class KnownCaller {
        let metadata: [UInt8]
        let label: LabelID

        init(metadata: [UInt8], label: LabelID) {
            self.metadata = metadata
            self.label = label
        }
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
        return WorkerReport(
            page: metrics.page,
            endpoints: clusters.flatMap { cluster in
                cluster.endpoints.map { $0.report(cluster: cluster.plan.name, now: now) }
            },
            listeners: listeners.values.map { WorkerReport.Listener(name: $0.plan.name, address: $0.boundAddress) })
    }

    // MARK: The end

    /// Stops accepting, lets requests under way finish until `deadline` has passed, then cuts what is left.
    ///
    /// - Parameter completion: called once, with the number of requests that were cut.
    func drain(deadline: Duration, completion: @escaping (Int) -> Void) {
        var left = listeners.count
        var cut = 0
        guard left > 0 else { return completion(0) }
        for listener in listeners.values {
            listener.drain(deadline: deadline) { [self] count in
                cut += count
                left -= 1
                guard left == 0 else { return }
                flushSpans()
                completion(cut)
            }
        }
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
    var listeners: [Listener]
}
