import Foundation
import JSONWire
import Testing

extension EndToEnd {
    @Suite("Security")
    struct SecurityTests {
        /// The inbound port of payment v1's sidecar.
        private static let inbound = "127.0.1.9:8080"

        @Test func `plain text straight to an inbound port is refused`() throws {
            _ = try RunningMesh.running()

            let result = try run("curl", ["-sS", "--max-time", "5", "http://\(Self.inbound)/charge"])

            #expect(result.status != 0)
            #expect(result.output.isEmpty)
        }

        @Test func `a TLS client without a certificate is refused`() throws {
            _ = try RunningMesh.running()

            let result = try run(
                "openssl", ["s_client", "-connect", Self.inbound, "-ign_eof", "-quiet"],
                input: "GET /charge HTTP/1.1\r\nHost: payment-service\r\nConnection: close\r\n\r\n")

            #expect(!result.output.contains("HTTP/1.1 200"))
            #expect(result.errors.lowercased().contains("alert"))
        }

        @Test func `payments take orders alone, and whoever else asks shows up under its identity`() throws {
            let mesh = try RunningMesh.running()

            let other = try charge(as: "recommendation-v1", in: mesh)
            let order = try charge(as: "order-v1", in: mesh)

            #expect(other.output.contains("HTTP/1.1 403"), "\(other.output) \(other.errors)")
            #expect(other.output.contains("RBAC: access denied"))
            #expect(order.output.contains("HTTP/1.1 200"), "\(order.output) \(order.errors)")
            try eventually("the identity and the refusal in the metrics", within: 5) {
                let lines = try fetch("http://127.0.1.9:15090/stats/prometheus").output.split(separator: "\n")
                let isNamed = lines.contains { line in
                    line.hasPrefix("istio_requests_total{") && line.contains("response_code=\"403\"")
                        && line.contains("source_principal=\"spiffe://cluster.local/ns/shop/sa/recommendation\"")
                }
                return isNamed
                    && lines.contains { line in
                        line.hasPrefix("meshtop_authorization_decisions_total{policy=\"payments/only-orders\"")
                            && line.contains("result=\"allowed\"")
                    }
            }
        }

        /// Asks payment v1's sidecar with the certificate of a workload of the shop.
        private func charge(as workload: String, in mesh: RunningMesh) throws -> CommandResult {
            let state = "\(mesh.stateDirectory)/proxies/shop.\(workload)"
            let key = try #require(try file(in: state, containing: "PRIVATE KEY"))
            let chain = try #require(try file(in: state, containing: "BEGIN CERTIFICATE"))
            return try run(
                "openssl",
                ["s_client", "-connect", Self.inbound, "-cert", chain, "-key", key, "-ign_eof", "-quiet"],
                input: "GET /charge HTTP/1.1\r\nHost: payment-service.payments\r\nConnection: close\r\n\r\n")
        }

        private func file(in directory: String, containing text: String) throws -> String? {
            for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
                let path = "\(directory)/\(name)"
                if let content = try? String(contentsOfFile: path, encoding: .utf8), content.contains(text) {
                    return path
                }
            }
            return nil
        }
    }
}
