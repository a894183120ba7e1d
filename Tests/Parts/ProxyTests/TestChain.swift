import Discovery
import HTTPTransport
import HTTPWire
import MeshModel
import Quantities
import SystemIO
import TLSTransport
import Testing

@testable import Proxy

/// Client → outbound proxy → (mutual TLS) → inbound proxy → application, all on one loop.
final class TestChain {
    static let service = "catalog.shop.svc.cluster.local"
    static let cluster = "outbound|80||\(service)"

    let loop: EventLoop
    let mesh: TestMesh
    let source: Worker
    let destination: Worker
    let client: HTTPClient
    private(set) var sourceSpans: [SpanRecord] = []
    private(set) var destinationSpans: [SpanRecord] = []
    /// What the application does with a request; it echoes by default.
    var application: (HTTPRequest, HTTPResponder) -> Void = { request, responder in
        var response = HTTPResponse(status: 200, body: request.body)
        response.headers.add("content-type", "application/octet-stream")
        responder.respond(response)
    }
    /// Requests that reached the application.
    private(set) var seen: [HTTPRequest] = []
    private var server: HTTPServer?
    private(set) var applicationAddress = SocketAddress.loopback()
    private(set) var inbound = SocketAddress.loopback()
    private(set) var outbound = SocketAddress.loopback()
    private(set) var sourceBuilder = SnapshotBuilder(local: web, ownAddress: nil)
    private var destinationBuilder = SnapshotBuilder(local: catalog, ownAddress: nil)
    let sourceSecrets: SecretBook
    private let destinationSecrets: SecretBook

    static let web = WorkloadLabels(
        workload: "web-v1", namespace: "shop", app: "web", version: "v1", cluster: "Kubernetes",
        principal: "spiffe://cluster.local/ns/shop/sa/web")
    static let catalog = WorkloadLabels(
        workload: "catalog-v1", namespace: "shop", app: "catalog", version: "v1", cluster: "Kubernetes",
        principal: "spiffe://cluster.local/ns/shop/sa/catalog")

    /// - Parameter acceptedByApplication: the routes' own settings.
    init(
        retry: RetryPolicy? = nil, timeout: Duration? = nil, seed: UInt64? = nil,
        overload: OverloadGuard = OverloadGuard(connectionLimit: .max)
    ) throws {
        loop = try EventLoop()
        mesh = try TestMesh()
        client = HTTPClient(loop: loop)
        sourceSecrets = try mesh.secrets(account: "web")
        destinationSecrets = try mesh.secrets(account: "catalog")
        let boxes = (Box(), Box())
        source = Worker(
            loop: loop,
            configuration: Worker.Configuration(
                local: Self.web, nodeID: "web", sampling: TraceSampling(), seed: seed, overload: overload),
            sendSpans: { boxes.0.chain?.sourceSpans += $0 })
        destination = Worker(
            loop: loop,
            configuration: Worker.Configuration(local: Self.catalog, nodeID: "catalog", sampling: TraceSampling()),
            sendSpans: { boxes.1.chain?.destinationSpans += $0 })
        boxes.0.chain = self
        boxes.1.chain = self
        let server = try HTTPServer(loop: loop, address: .loopback(), maximumBody: 32 << 20) { request, responder in
            guard let chain = boxes.0.chain else { return }
            chain.seen.append(request)
            chain.application(request, responder)
        }
        self.server = server
        applicationAddress = server.boundAddress
        try applyDestination()
        try applySource(endpoints: [inbound], retry: retry, timeout: timeout)
    }

    private final class Box {
        weak var chain: TestChain?
    }

    // MARK: Configuration

    /// The inbound proxy: TLS with a client certificate, everything that passes the filters to the application.
    func applyDestination(
        permissive: Bool = false, filters: [HTTPFilter] = [], application: SocketAddress? = nil,
        normalizesPath: Bool = false, upgrades: [UpgradeRule] = [], http2: HTTP2Options? = nil,
        clientCertificate: ClientCertificateHeader = ClientCertificateHeader(),
        changing change: (inout Cluster) -> Void = { _ in }
    ) throws {
        var resources = ResourceSet()
        let tls = DownstreamTLSContext(
            common: CommonTLSContext(
                certificate: .secret(SecretReference(name: "default")),
                validation: .secret(SecretReference(name: "ROOTCA")), alpn: ["h2", "http/1.1"]),
            requiresClientCertificate: true)
        let routes = Self.routes(to: "inbound|8080||")
        var listener = Self.listener(
            "inbound", .inbound, port: inbound.port, routes: routes, tls: tls, filters: filters,
            changing: {
                ($0.normalizesPath, $0.upgrades, $0.http2) = (normalizesPath, upgrades, http2)
                $0.clientCertificate = clientCertificate
            })
        if permissive {
            listener.filterChains.append(
                FilterChain(
                    manager: HTTPConnectionManager(statPrefix: "inbound", routes: .inline(routes), filters: filters)))
        }
        resources.replace(listeners: [listener])
        var cluster = Cluster(
            name: "inbound|8080||",
            endpoints: .inline(
                ClusterLoadAssignment(
                    clusterName: "inbound|8080||",
                    endpoints: [Endpoint(address: Self.address(application ?? applicationAddress))])))
        change(&cluster)
        resources.replace(clusters: [cluster])
        let (snapshot, problems) = destinationBuilder.build(resources, destinationSecrets)
        try #require(problems == [])
        try #require(destination.apply(snapshot) == [])
        inbound = try #require(destination.report.listeners.first?.address)
    }

    /// The outbound proxy: everything to the service at `endpoints`, unless `routes` say otherwise.
    func applySource(
        endpoints: [SocketAddress], retry: RetryPolicy? = nil, timeout: Duration? = nil, secure: Bool = true,
        routes: [Route]? = nil, filters: [HTTPFilter] = [], further: [Cluster] = [], ahead: [Cluster] = [],
        changing change: (inout Cluster) -> Void = { _ in },
        manager changeManager: (inout HTTPConnectionManager) -> Void = { _ in }
    ) throws {
        var configuration = Self.routes(to: Self.cluster, retry: retry, timeout: timeout)
        if let routes { configuration.virtualHosts[0].routes = routes }
        var resources = ResourceSet()
        resources.replace(listeners: [
            Self.listener(
                "outbound", .outbound, port: outbound.port, routes: configuration, filters: filters,
                changing: changeManager)
        ])
        var cluster = Cluster(
            name: Self.cluster,
            endpoints: .inline(
                ClusterLoadAssignment(
                    clusterName: Self.cluster,
                    endpoints: endpoints.map { address in
                        Endpoint(
                            address: Self.address(address),
                            metadata: Endpoint.meshMetadata(
                                workload: WorkloadIdentity(
                                    namespace: "shop", workload: "catalog-v1", app: "catalog", version: "v1",
                                    cluster: "Kubernetes"),
                                isMutualTLS: true))
                    })),
            balancing: .leastRequest, connectTimeout: .seconds(2))
        if secure {
            cluster.tls = UpstreamTLSContext(
                common: CommonTLSContext(
                    certificate: .secret(SecretReference(name: "default")),
                    validation: .combined(
                        CertificateValidation(acceptedURIs: [mesh.uri("catalog")]),
                        roots: SecretReference(name: "ROOTCA"))))
        }
        change(&cluster)
        resources.replace(clusters: ahead + [cluster] + further)
        let (snapshot, problems) = sourceBuilder.build(resources, sourceSecrets)
        try #require(problems == [])
        try #require(source.apply(snapshot) == [])
        outbound = try #require(source.report.listeners.first?.address)
    }

    private static func address(_ address: SocketAddress) -> NetworkAddress {
        NetworkAddress(ip: address.ip, port: address.port)
    }

    private static func listener(
        _ name: String, _ direction: Listener.TrafficDirection, port: UInt16 = 0, routes: RouteConfiguration,
        tls: DownstreamTLSContext? = nil, filters: [HTTPFilter] = [],
        changing change: (inout HTTPConnectionManager) -> Void = { _ in }
    ) -> Listener {
        var manager = HTTPConnectionManager(statPrefix: name, routes: .inline(routes), filters: filters)
        change(&manager)
        return Listener(
            name: name, address: NetworkAddress(ip: "127.0.0.1", port: port), trafficDirection: direction,
            filterChains: [FilterChain(tls: tls, manager: manager)])
    }

    private static func routes(
        to cluster: String, retry: RetryPolicy? = nil, timeout: Duration? = nil
    ) -> RouteConfiguration {
        RouteConfiguration(
            name: "r",
            virtualHosts: [
                VirtualHost(
                    name: "all", domains: cluster.hasPrefix("inbound") ? ["*"] : ["catalog"],
                    routes: [
                        Route(
                            match: Route.Match(),
                            action: .forward(
                                Route.Forward(target: .cluster(cluster), timeout: timeout, retryPolicy: retry)))
                    ], includeRequestAttemptCount: !cluster.hasPrefix("inbound"))
            ])
    }

    // MARK: Running

    /// Sends one request through the outbound proxy and waits for its answer.
    func send(
        _ method: String = "GET", _ target: String = "/", host: String = "catalog",
        headers: [(String, String)] = [], body: [UInt8] = []
    ) throws -> HTTPResponse {
        var answer: Result<HTTPResponse, HTTPClientError>?
        start(method, target, host: host, headers: headers, body: body) { answer = $0 }
        try wait { answer != nil }
        return try #require(answer).get()
    }

    func start(
        _ method: String = "GET", _ target: String = "/", host: String = "catalog",
        headers: [(String, String)] = [], body: [UInt8] = [],
        completion: @escaping (Result<HTTPResponse, HTTPClientError>) -> Void
    ) {
        var request = HTTPRequest(method, target, body: body)
        request.headers.add("host", host)
        for (name, value) in headers { request.headers.add(name, value) }
        client.send(request, to: outbound, deadline: .seconds(20), maximumBody: 8 << 20, completion: completion)
    }

    /// Sends a request and closes its connection once `condition` holds: once it has reached the application, if nothing
    /// else is said.
    func startAndCancel(after condition: (() -> Bool)? = nil) {
        var request = HTTPRequest("GET", "/", body: [])
        request.headers.add("host", "catalog")
        let call = client.send(request, to: outbound, deadline: .seconds(20), maximumBody: 1024) { _ in }
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(5))) {
            condition?() ?? (seen.count == 1)
        }
        call.cancel()
    }

    /// What the policies of the inbound proxy have done.
    var access: AccessBook { destinationBuilder.access }

    /// Runs the loop until `condition` holds.
    func wait(_ condition: () -> Bool) throws {
        let deadline = SystemClock.monotonic().advanced(by: .seconds(20))
        let held = loop.run(until: deadline, condition)
        try #require(held, "the deadline passed")
    }

    /// The one sample of `istio_requests_total` whose labels hold all of `labels`.
    func requests(_ worker: Worker, _ labels: String...) -> UInt64 {
        let page = worker.report.page
        return page.labelTexts.enumerated().filter { _, text in labels.allSatisfy { text.contains($0) } }
            .reduce(0) { $0 + page.cells[$1.offset * MetricsRow.width] }
    }
}
