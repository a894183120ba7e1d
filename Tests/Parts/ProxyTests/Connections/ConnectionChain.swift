import Discovery
import MeshModel
import Quantities
import SystemIO
import TLSTransport
import TestSupport
import Testing

@testable import Proxy

/// Client → outbound proxy → (mutual TLS) → inbound proxy → application, bytes only, all on one loop.
final class ConnectionChain {
    static let cluster = "outbound|6379||cache.shop.svc.cluster.local"
    static let inboundCluster = "inbound|6379||"
    static let cache = WorkloadLabels(
        workload: "cache-v1", namespace: "shop", app: "cache", version: "v1", cluster: "Kubernetes",
        principal: "spiffe://cluster.local/ns/shop/sa/cache")

    enum Mode { case strict, permissive, disable }

    let loop: EventLoop
    let mesh: TestMesh
    let source: Worker
    let destination: Worker
    let application: RawListener
    private(set) var outbound = SocketAddress.loopback()
    private(set) var inbound = SocketAddress.loopback()
    private var sourceBuilder = SnapshotBuilder(local: TestChain.web, ownAddress: nil)
    private var destinationBuilder = SnapshotBuilder(local: cache, ownAddress: nil)
    private let sourceSecrets: SecretBook
    private let destinationSecrets: SecretBook

    init(_ mode: Mode = .strict, idleTimeout: Duration? = nil, flushInterval: Duration = .seconds(3600)) throws {
        loop = try EventLoop()
        mesh = try TestMesh()
        sourceSecrets = try mesh.secrets(account: "web")
        destinationSecrets = try mesh.secrets(account: "cache")
        source = Worker(
            loop: loop, configuration: Worker.Configuration(local: TestChain.web, nodeID: "web"),
            connectionFlushInterval: flushInterval)
        destination = Worker(
            loop: loop, configuration: Worker.Configuration(local: Self.cache, nodeID: "cache"),
            connectionFlushInterval: flushInterval)
        application = try RawListener(loop)
        try applyDestination(mode)
        try applySource(endpoints: [inbound], secure: mode != .disable, idleTimeout: idleTimeout)
    }

    // MARK: Configuration

    /// - Parameter decoy: where another cluster leads, which stands before the application's.
    func applyDestination(
        _ mode: Mode, decoy: SocketAddress? = nil, changing change: (inout Listener) -> Void = { _ in }
    ) throws {
        let tls = DownstreamTLSContext(
            common: CommonTLSContext(
                certificate: .secret(SecretReference(name: "default")),
                validation: .secret(SecretReference(name: "ROOTCA")), alpn: ["istio"]),
            requiresClientCertificate: true)
        let filter = FilterChain.Filter.tcp(
            TCPProxy(statPrefix: Self.inboundCluster, target: .cluster(Self.inboundCluster)))
        let chains: [FilterChain] =
            switch mode {
            case .strict: [FilterChain(tls: tls, filter: filter)]
            case .disable: [FilterChain(filter: filter)]
            case .permissive:
                [
                    FilterChain(transport: .tls, applicationProtocols: ["istio"], tls: tls, filter: filter),
                    FilterChain(transport: .tls, filter: filter),
                    FilterChain(transport: .plainText, filter: filter),
                ]
            }
        var listener = Listener(
            name: "inbound", address: Self.address(inbound), trafficDirection: .inbound, filterChains: chains,
            inspectsTLS: chains.count > 1, inspectionTimeout: .zero)
        change(&listener)
        var resources = ResourceSet()
        resources.replace(listeners: [listener])
        resources.replace(
            clusters: (decoy.map { [Self.cluster("decoy", [$0])] } ?? [])
                + [Self.cluster(Self.inboundCluster, [application.address])])
        let (snapshot, problems) = destinationBuilder.build(resources, destinationSecrets)
        try #require(problems == [])
        try #require(destination.apply(snapshot) == [])
        inbound = try #require(destination.report.listeners.first?.address)
    }

    /// The outbound proxy: everything to `endpoints`.
    func applySource(
        endpoints: [SocketAddress], secure: Bool = true, idleTimeout: Duration? = nil, attempts: UInt32? = nil,
        accepting account: String = "cache", changing change: (inout Cluster) -> Void = { _ in }
    ) throws {
        var cluster = Self.cluster(Self.cluster, endpoints)
        if secure {
            cluster.tls = UpstreamTLSContext(
                common: CommonTLSContext(
                    certificate: .secret(SecretReference(name: "default")),
                    validation: .combined(
                        CertificateValidation(acceptedURIs: [mesh.uri(account)]),
                        roots: SecretReference(name: "ROOTCA")), alpn: ["istio"]))
        }
        change(&cluster)
        let proxy = TCPProxy(
            statPrefix: Self.cluster, target: .cluster(Self.cluster), idleTimeout: idleTimeout,
            maximumConnectAttempts: attempts)
        try applySource(
            listeners: [Self.listener(outbound, [FilterChain(filter: .tcp(proxy))])], clusters: [cluster])
    }

    func applySource(listeners: [Listener], clusters: [Cluster]) throws {
        var resources = ResourceSet()
        resources.replace(listeners: listeners)
        resources.replace(clusters: clusters)
        let (snapshot, problems) = sourceBuilder.build(resources, sourceSecrets)
        try #require(problems == [])
        try #require(source.apply(snapshot) == [])
        if let address = source.report.listeners.first?.address { outbound = address }
    }

    static func listener(_ address: SocketAddress, _ chains: [FilterChain], inspects: Bool = false) -> Listener {
        Listener(
            name: "outbound", address: Self.address(address), trafficDirection: .outbound, filterChains: chains,
            inspectsTLS: inspects)
    }

    static func cluster(_ name: String, _ endpoints: [SocketAddress]) -> Cluster {
        Cluster(
            name: name,
            endpoints: .inline(
                ClusterLoadAssignment(
                    clusterName: name,
                    endpoints: endpoints.map { endpoint in
                        Endpoint(
                            address: address(endpoint),
                            metadata: Endpoint.meshMetadata(
                                workload: WorkloadIdentity(
                                    namespace: "shop", workload: "cache-v1", app: "cache", version: "v1"),
                                isMutualTLS: true))
                    })), connectTimeout: .seconds(5))
    }

    private static func address(_ address: SocketAddress) -> NetworkAddress {
        NetworkAddress(ip: address.ip, port: address.port)
    }

    // MARK: Running

    /// What the policies of the inbound proxy have done.
    var access: AccessBook { destinationBuilder.access }

    func connect() throws -> RawPeer { try RawPeer(loop, connectingTo: outbound) }

    /// A client and the application's end of its connection.
    func pair() throws -> (client: RawPeer, server: RawPeer) {
        let before = application.peers.count
        let client = try connect()
        try wait { application.peers.count > before }
        return (client, application.peers[before])
    }

    func wait(_ condition: () -> Bool) throws {
        let held = runs(loop, until: condition)
        try #require(held, "the deadline passed")
    }

    /// What a worker has counted under labels that hold all of `labels`.
    func counts(_ worker: Worker, _ labels: String...) -> ConnectionCounts {
        let page = worker.report.page.connections
        return zip(page.labelTexts, page.counts).filter { text, _ in labels.allSatisfy { text.contains($0) } }
            .reduce(into: ConnectionCounts()) { $0 += $1.1 }
    }

    func active(_ worker: Worker) -> Int64 { worker.metrics.events.activeConnections }
}

/// A TLS client of the mesh whose handshake goes on when a test says so.
final class TLSPeer {
    let peer: RawPeer
    private let session: TLSSession

    init(_ chain: ConnectionChain, account: String, connectingTo address: SocketAddress) throws {
        let material = try chain.mesh.material(account: account)
        session = try TLSSession(
            TLSContext(
                client: TLSClientSettings(
                    chain: try Certificate.chain(pem: material.chain), key: try PrivateKey(pem: material.key),
                    roots: try Certificate.chain(pem: chain.mesh.rootPEM), applicationProtocols: ["istio"])))
        peer = try RawPeer(chain.loop, connectingTo: address)
        try advance()
    }

    /// Takes in what has come and sends the next step; true when the handshake is done.
    @discardableResult
    func advance() throws -> Bool {
        peer.received.withUnsafeBytes { session.receive($0) }
        peer.forget()
        let isDone = try session.handshake()
        session.takeCiphertext { peer.send(Array($0)) }
        return isDone
    }

    func send(_ text: String) throws {
        try session.write(Array(text.utf8))
        session.takeCiphertext { peer.send(Array($0)) }
    }
}

/// The first bytes that a TLS client sends.
func clientHello(serverName: String?, protocols: [String] = []) throws -> [UInt8] {
    let session = try TLSSession(
        TLSContext(
            client: TLSClientSettings(
                roots: [], serverName: serverName, verifiesPeer: false, applicationProtocols: protocols)))
    _ = try session.handshake()
    var bytes: [UInt8] = []
    session.takeCiphertext { bytes += $0 }
    return bytes
}

/// An address where nobody listens: bound once and closed again.
func unusedAddress() throws -> SocketAddress {
    let socket = try Socket.listening(on: .loopback())
    defer { socket.close() }
    return try #require(socket.localAddress)
}
