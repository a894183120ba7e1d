import Discovery
import Foundation
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

    private static let secure = """
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: secure, namespace: shop}
        spec:
          selector: {istio: ingress-gateway}
          servers:
          - port: {number: 8443, name: https-a, protocol: HTTPS}
            hosts: [a.example]
            tls: {mode: SIMPLE, serverCertificate: /certs/a.pem, privateKey: /certs/a.key}
          - port: {number: 8443, name: https-b, protocol: HTTPS}
            hosts: [b.example, a.example, "*.b.example"]
            tls:
              mode: MUTUAL
              serverCertificate: /certs/b.pem
              privateKey: /certs/b.key
              caCertificates: /certs/clients.pem
              minProtocolVersion: TLSV1_3

        """

    @Test func `HTTPS ends at the gateway, by the name that is asked for`() throws {
        let listener = try #require(try listeners(shop + Self.secure).first { $0.address.port == 8443 })

        #expect(listener.inspectsTLS)
        #expect(listener.filterChains.map(\.serverNames) == [["a.example"], ["b.example", "*.b.example"]])
        let contexts = listener.filterChains.compactMap(\.tls)
        #expect(contexts.map(\.requiresClientCertificate) == [false, true])
        #expect(contexts.map(\.common.minimumVersion) == [.tls12, .tls13])
        #expect(contexts.map(\.common.alpn) == [["h2", "http/1.1"], ["h2", "http/1.1"]])
        guard case .inline(let certificate) = contexts[0].common.certificate else {
            Issue.record("no certificate")
            return
        }
        #expect(certificate.privateKey == .file(path: "/certs/a.key"))
        #expect(listener.filterChains.allSatisfy { $0.manager?.clientCertificate == .edge })
    }

    @Test func `a server for any name takes who asks for none`() throws {
        let any = Self.secure.replacing("hosts: [a.example]", with: "hosts: [\"*\"]")
        let listener = try #require(try listeners(shop + any).first { $0.address.port == 8443 })

        #expect(listener.filterChains.map(\.serverNames).first == [])
    }

    @Test(arguments: [
        ("protocol: HTTPS}", "protocol: MONGO}", "MONGO", "HTTP, HTTP2, GRPC, HTTPS"),
        ("protocol: HTTPS}", "protocol: HTTP}", "belongs to protocol HTTPS", ""),
        ("mode: SIMPLE, ", "", "mode", "required"), ("mode: SIMPLE", "mode: ISTIO_MUTUAL", "SIMPLE, MUTUAL", ""),
        ("mode: SIMPLE", "mode: MUTUAL", "needs \"caCertificates\"", ""),
        ("privateKey: /certs/a.key", "privateKey: a.key", "not the whole path", ""),
        ("privateKey: /certs/a.key", "privateKey: /k, subjectAltNames: [a]", "is for mode MUTUAL", ""),
        ("mode: SIMPLE", "mode: SIMPLE, credentialName: x", "\"credentialName\" is not supported", ""),
    ])
    func `what makes no sense is refused`(text: String, change: String, reason: String, advice: String) throws {
        // Only the first of the two servers changes.
        let range = try #require(Self.secure.range(of: text))
        let changed = Self.secure.replacingCharacters(in: range, with: change)

        let error = #expect(throws: SchemaError.self) { try listeners(shop + changed) }

        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(advice.isEmpty || error?.description.contains(advice) == true, "\(error?.description ?? "")")
    }
}
