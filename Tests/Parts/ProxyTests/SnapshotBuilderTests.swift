import Discovery
import MeshModel
import SystemIO
import TLSTransport
import Testing
import TrafficPolicy

@testable import Proxy

@Suite("Snapshots")
struct SnapshotBuilderTests {
    private let local = WorkloadLabels(workload: "web-v1", namespace: "shop", app: "web", version: "v1")

    @Test func `routes find their clusters and clusters their endpoints`() throws {
        var builder = SnapshotBuilder(local: local, ownAddress: "127.0.0.1")

        let (snapshot, problems) = builder.build(resources(), SecretBook())

        #expect(problems == [])
        let listener = try #require(snapshot.listeners.first)
        #expect(listener.reporter == .source)
        let routes = try #require(listener.plainRoutes)
        let match = try #require(routes.table.host(for: Array("catalog".utf8)[...])?.match(AnyRequest()))
        let rule = routes.rules[match.rule.index]
        let share = try #require(rule.weights.pickShare(draw: 0))
        let place = try #require(rule.clusters[share])
        let cluster = snapshot.clusters[place]
        #expect(cluster.name == "outbound|80||catalog.shop.svc.cluster.local")
        #expect(cluster.service.name == "catalog")
        #expect(cluster.service.namespace == "shop")
        #expect(cluster.spanName == "catalog.shop.svc.cluster.local:80/*")
        #expect(cluster.endpoints.filter(\.isUsable).map(\.address.description) == ["127.0.1.3:8080"])
        #expect(cluster.endpoints.first?.workload?.workload == "catalog-v1")
    }

    @Test func `a listener waits for its routes`() {
        var builder = SnapshotBuilder(local: local, ownAddress: nil)
        var resources = resources()
        resources.replace(routes: [])
        resources.routes = []

        let (snapshot, problems) = builder.build(resources, SecretBook())

        #expect(snapshot.listeners.isEmpty)
        #expect(problems.map(\.reason) == ["listener virtualOutbound: its routes \"15001\" have not arrived"])
    }

    @Test func `an unspecified address becomes the workload's own`() {
        var builder = SnapshotBuilder(local: local, ownAddress: "127.0.1.1")
        var resources = resources()
        resources.listeners[0].address.ip = "0.0.0.0"

        let (snapshot, _) = builder.build(resources, SecretBook())

        #expect(snapshot.listeners.first?.address.description == "127.0.1.1:15001")
    }

    @Test func `a route to a cluster that is not known leads nowhere`() throws {
        var builder = SnapshotBuilder(local: local, ownAddress: nil)
        var resources = resources()
        resources.clusters = []

        let (snapshot, _) = builder.build(resources, SecretBook())

        let rule = try #require(snapshot.listeners.first?.plainRoutes?.rules.first)
        #expect(rule.clusters == [nil])
    }

    @Test func `TLS waits for the certificate and is kept while nothing changes`() throws {
        var builder = SnapshotBuilder(local: local, ownAddress: nil)
        var resources = resources()
        resources.listeners[0].filterChains[0].tls = DownstreamTLSContext(
            common: Self.common, requiresClientCertificate: true)
        resources.clusters[0].tls = UpstreamTLSContext(common: Self.common, serverName: "outbound_.80_._.catalog")

        let (without, problems) = builder.build(resources, SecretBook())
        let secrets = try TestMesh().secrets(account: "web")
        let (first, _) = builder.build(resources, secrets)
        let (second, _) = builder.build(resources, secrets)
        let (rotated, _) = builder.build(resources, try TestMesh().secrets(account: "web"))

        #expect(without.listeners.isEmpty)
        #expect(without.clusters[0].isSecure && without.clusters[0].tls == nil)
        #expect(problems.map(\.reason) == ["listener virtualOutbound: its certificate has not arrived"])
        #expect(first.clusters[0].tls != nil)
        #expect(first.clusters[0].tls === second.clusters[0].tls)
        #expect(first.clusters[0].tls !== rotated.clusters[0].tls)
        guard case .tls(let one) = first.listeners[0].security, case .tls(let other) = second.listeners[0].security
        else {
            Issue.record("not TLS")
            return
        }
        #expect(one === other)
    }

    @Test func `a chain for plaintext beside one for TLS accepts both`() throws {
        var builder = SnapshotBuilder(local: local, ownAddress: nil)
        var resources = resources()
        var secure = resources.listeners[0].filterChains[0]
        secure.tls = DownstreamTLSContext(common: Self.common)
        secure.transport = .tls
        resources.listeners[0].filterChains.append(secure)

        let (snapshot, _) = builder.build(resources, try TestMesh().secrets(account: "web"))

        guard case .either? = snapshot.listeners.first?.security else {
            Issue.record("not permissive")
            return
        }
    }

    private static let common = CommonTLSContext(
        certificate: .secret(SecretReference(name: "default")),
        validation: .combined(
            CertificateValidation(acceptedURIs: ["spiffe://cluster.local/ns/shop/sa/catalog"]),
            roots: SecretReference(name: "ROOTCA")))

    private func resources() -> ResourceSet {
        let name = "outbound|80||catalog.shop.svc.cluster.local"
        var resources = ResourceSet()
        resources.replace(listeners: [
            Listener(
                name: "virtualOutbound", address: NetworkAddress(ip: "127.0.0.1", port: 15001),
                trafficDirection: .outbound,
                filterChains: [
                    FilterChain(
                        manager: HTTPConnectionManager(
                            statPrefix: "outbound", routes: .discovered(name: "15001", source: .controlPlane)))
                ])
        ])
        resources.replace(clusters: [
            Cluster(name: name, endpoints: .discovered(serviceName: nil, source: .controlPlane))
        ])
        let workload = WorkloadIdentity(
            namespace: "shop", workload: "catalog-v1", app: "catalog", version: "v1", cluster: "Kubernetes")
        resources.replace(endpoints: [
            ClusterLoadAssignment(
                clusterName: name,
                endpoints: [
                    Endpoint(
                        address: NetworkAddress(ip: "127.0.1.3", port: 8080),
                        metadata: Endpoint.meshMetadata(workload: workload, isMutualTLS: true)),
                    Endpoint(address: NetworkAddress(ip: "127.0.1.4", port: 8080), healthStatus: .unhealthy),
                ])
        ])
        resources.replace(routes: [
            RouteConfiguration(
                name: "15001",
                virtualHosts: [
                    VirtualHost(
                        name: "catalog", domains: ["catalog", "catalog.shop.svc.cluster.local"],
                        routes: [Route(match: Route.Match(), action: .forward(Route.Forward(target: .cluster(name))))])
                ])
        ])
        return resources
    }
}

/// A GET request for `/`.
private struct AnyRequest: RequestFacts {
    var authority: ArraySlice<UInt8> { [] }
    var target: ArraySlice<UInt8> { [UInt8(ascii: "/")] }
    var method: ArraySlice<UInt8> { ArraySlice("GET".utf8) }
    var scheme: ArraySlice<UInt8> { ArraySlice("http".utf8) }
    func header(_ name: [UInt8]) -> ArraySlice<UInt8>? { nil }
}
