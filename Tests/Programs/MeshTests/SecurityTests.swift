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

        @Test func `a request with another workload's certificate shows up under that identity`() throws {
            let mesh = try RunningMesh.running()
            // Recommendation never calls payment; its certificate is as good as any, and its name must be told.
            let state = "\(mesh.stateDirectory)/proxies/shop.recommendation-v1"
            let key = try #require(try file(in: state, containing: "PRIVATE KEY"))
            let chain = try #require(try file(in: state, containing: "BEGIN CERTIFICATE"))

            let result = try run(
                "openssl",
                ["s_client", "-connect", Self.inbound, "-cert", chain, "-key", key, "-ign_eof", "-quiet"],
                input: "GET /charge HTTP/1.1\r\nHost: payment-service.payments\r\nConnection: close\r\n\r\n")

            #expect(result.output.contains("HTTP/1.1 200"), "\(result.output) \(result.errors)")
            try eventually("the identity in the metrics", within: 5) {
                let metrics = try fetch("http://127.0.1.9:15090/stats/prometheus")
                return metrics.output.split(separator: "\n").contains { line in
                    line.hasPrefix("istio_requests_total{")
                        && line.contains("source_principal=\"spiffe://cluster.local/ns/shop/sa/recommendation\"")
                }
            }
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
