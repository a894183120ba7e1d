import Discovery
import MeshConfig
import Testing

@testable import ControlPlane

/// What a proxy is told whose workload's connections are intercepted.
@Suite("Interception for proxies") struct InterceptionTranslationTests {
    private func resources(_ yaml: String = "") throws -> NodeResources {
        var node = paymentV1
        node.metadata.isIntercepted = true
        return discoveryResources(for: node, in: try mesh(canary + shop + yaml))
    }

    private func options(_ mode: String) -> String {
        """
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data: {mesh: "outboundTrafficPolicy: {mode: \(mode)}"}

        """
    }

    @Test func `two listeners take everything, and the others have no port`() throws {
        let listeners = try resources().listeners

        #expect(listeners.filter(\.bindsToPort).map(\.name) == ["virtualOutbound", "virtualInbound"])
        #expect(listeners.filter(\.usesOriginalDestination).map(\.address.port) == [15001, 15006])
        #expect(listeners.contains { $0.name == "0.0.0.0_80" && $0.address.ip == "0.0.0.0" && !$0.bindsToPort })
        #expect(listeners.contains { $0.name == "127.0.1.9_8080" && $0.trafficDirection == .inbound })
        // Without interception nothing of it is there.
        let plain = discoveryResources(for: paymentV1, in: try mesh(canary + shop))
        #expect(plain.listeners.allSatisfy { $0.bindsToPort && !$0.usesOriginalDestination })
        #expect(!plain.clusters.contains { $0.endpoints == .original })
    }

    @Test(arguments: [
        ("ALLOW_ANY", "PassthroughCluster", "allow_any"), ("REGISTRY_ONLY", "BlackHoleCluster", "block_all"),
    ])
    func `what nobody has declared passes or not`(mode: String, cluster: String, host: String) throws {
        let told = try resources(options(mode))

        let proxy = told.listeners.first { $0.name == "virtualOutbound" }?.filterChains.first?.proxy
        #expect(proxy?.target == .cluster(cluster))
        #expect(told.routes.first?.virtualHosts.filter { $0.domains == ["*"] }.map(\.name) == [host])
        #expect(told.clusters.filter { $0.endpoints == .original }.map(\.sourceIP) == [nil, "127.0.0.6"])
    }

    @Test func `what arrives in plain text at a port that is not declared ends under STRICT`() throws {
        func target(_ yaml: String = "") throws -> TCPProxy.Target? {
            try resources(yaml).listeners.first { $0.name == "virtualInbound" }?.filterChains.first?.proxy?.target
        }
        let strict = """
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: payments}
            spec: {mtls: {mode: STRICT}}

            """
        let permissive = strict.replacing("STRICT", with: "PERMISSIVE")

        #expect(try target(permissive) == .cluster("InboundPassthroughCluster"))
        #expect(try target(strict) == .cluster("BlackHoleCluster"))
    }
}
