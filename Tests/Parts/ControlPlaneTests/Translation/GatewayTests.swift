import Discovery
import JSONWire
import MeshConfig
import Testing

@testable import ControlPlane

/// What Gateways become for the proxies that play them.
@Suite("Gateways for proxies") struct GatewayTests {
    private func listeners(_ yaml: String) throws -> [Listener] {
        discoveryResources(for: ingress, in: try mesh(canary + yaml)).listeners
    }

    @Test func `a load balancer's word is expected where the gateway's workload says so`() throws {
        let said = shop.replacing(
            "metadata: {name: ingress-gateway, namespace: shop}",
            with: """
                metadata:
                    name: ingress-gateway
                    namespace: shop
                    annotations: {proxy.istio.io/config: "gatewayTopology: {proxyProtocol: {}}"}
                """)

        #expect(try listeners(said).map(\.proxyProtocol) == [.required])
        #expect(try listeners(shop).map(\.proxyProtocol) == [nil])
        let error = #expect(throws: SchemaError.self) {
            try listeners(said.replacing("proxyProtocol", with: "proxyProtocols"))
        }
        #expect(error?.path == "metadata.annotations[\"proxy.istio.io/config\"]")
        #expect(error?.message.contains("did you mean \"proxyProtocol\"") == true)
    }
}
