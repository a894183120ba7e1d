import Discovery
import JSONWire
import MeshConfig
import Testing

@testable import ControlPlane

/// The textbook canary as a proxy sees it, byte for byte in meaning.
@Suite struct CanaryGoldenTests {
    private let resources: NodeResources

    init() throws {
        resources = discoveryResources(for: paymentV1, in: try mesh(canary))
    }

    @Test func `requests to the service divide nine to one`() throws {
        let routes = try #require(resources.routes.first)

        try expectGolden(routes.resource, CanaryGolden.outboundRoutes)
    }

    @Test func `a version is a cluster of its own with its identities`() throws {
        let cluster = try #require(resources.clusters.first { $0.name.contains("|v1|") })

        try expectGolden(cluster.resource, CanaryGolden.subsetCluster)
    }

    @Test func `a version has its endpoints and they say who they are`() throws {
        let endpoints = try #require(resources.endpoints.first { $0.clusterName.contains("|v2|") })

        try expectGolden(endpoints.resource, CanaryGolden.subsetEndpoints)
    }

    @Test func `the application is reached over mutual TLS only`() throws {
        let listener = try #require(resources.listeners.first { $0.trafficDirection == .inbound })

        try expectGolden(listener.resource, CanaryGolden.inboundListener)
    }

    @Test func `the application's own requests come in on 15001`() throws {
        let listener = try #require(resources.listeners.first { $0.trafficDirection == .outbound })

        try expectGolden(listener.resource, CanaryGolden.outboundListener)
    }

    @Test func `the application is a cluster of one address`() throws {
        let cluster = try #require(resources.clusters.first { $0.name.hasPrefix("inbound") })

        try expectGolden(cluster.resource, CanaryGolden.inboundCluster)
    }

    @Test func `every resource has one name, and every cluster its endpoints`() {
        let names = resources.clusters.map(\.name)

        #expect(Set(names).count == names.count)
        #expect(
            names == [
                "inbound|8080||", "outbound|80||payment-service.payments.svc.cluster.local",
                "outbound|80|v1|payment-service.payments.svc.cluster.local",
                "outbound|80|v2|payment-service.payments.svc.cluster.local",
            ])
        #expect(resources.endpoints.map(\.clusterName) == Array(names.dropFirst()))
        #expect(resources.listeners.map(\.name) == ["virtualOutbound", "127.0.1.9_8080"])
    }
}
