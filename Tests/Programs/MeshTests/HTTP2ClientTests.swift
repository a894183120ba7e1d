import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// Programs that speak HTTP/2, and what they make of ours: the receiver of spans.
    @Suite("Clients of HTTP/2")
    struct HTTP2ClientTests {
        private static let receiver = "http://127.0.0.1:4318"

        @Test(.enabled(if: Peer.isUsable("curl"), "curl is not installed"))
        func `curl gets the same answer by either version`() throws {
            _ = try RunningMesh.running()
            let services = Self.receiver + "/api/services"

            let first = try run("curl", ["-sS", "-w", " %{http_version}", services])
            let second = try run("curl", ["-sS", "--http2-prior-knowledge", "-w", " %{http_version}", services])
            // Without prior knowledge curl asks to upgrade, which HTTP/1.1 may pass over.
            let upgrade = try run("curl", ["-sS", "--http2", "-w", " %{http_version}", services])

            #expect(first.output.hasSuffix(" 1.1") && upgrade.output.hasSuffix(" 1.1"), "\(first)")
            #expect(second.output.hasSuffix(" 2"), "\(second)")
            #expect(first.output.dropLast(4) == second.output.dropLast(2))
        }

        @Test(.enabled(if: Peer.isUsable("curl"), "curl is not installed"))
        func `curl sends a large body and is told when it is too large`() throws {
            _ = try RunningMesh.running()
            let file = FileManager.default.temporaryDirectory.appendingPathComponent(
                "body-\(UInt32.random(in: 0 ... .max))")
            defer { try? FileManager.default.removeItem(at: file) }
            var statuses: [String] = []
            for megabytes in [15, 40] {
                try Data(repeating: 0x20, count: megabytes << 20).write(to: file)
                let result = try run(
                    "curl",
                    [
                        "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_version} %{http_code}",
                        "-H", "content-type: application/json", "--data-binary", "@\(file.path)",
                        Self.receiver + "/v1/traces",
                    ])
                statuses.append(result.output)
            }

            // Blanks are no JSON.
            #expect(statuses == ["2 400", "2 413"])
        }

        @Test(.enabled(if: Peer.isUsable("nghttp"), "nghttp is not installed"))
        func `nghttp sees the frames it should`() throws {
            _ = try RunningMesh.running()

            let result = try run("nghttp", ["-nv", Self.receiver + "/api/services"])

            try #require(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("SETTINGS_MAX_CONCURRENT_STREAMS"))
            #expect(result.output.contains(":status: 200"))
        }

        @Test(.enabled(if: Peer.isUsable("h2load"), "h2load is not installed"))
        func `h2load loses no request`() throws {
            _ = try RunningMesh.running()
            let file = FileManager.default.temporaryDirectory.appendingPathComponent(
                "body-\(UInt32.random(in: 0 ... .max))")
            defer { try? FileManager.default.removeItem(at: file) }
            try Data("{}".utf8).write(to: file)

            let result = try run(
                "h2load",
                [
                    "-n", "20000", "-c", "20", "-m", "10", "-d", file.path, "-H", "content-type: application/json",
                    Self.receiver + "/v1/traces",
                ])

            try #require(result.status == 0, "\(result.errors)\(result.output)")
            #expect(
                result.output.contains(
                    "20000 total, 20000 started, 20000 done, 20000 succeeded, 0 failed, 0 errored, 0 timeout"),
                "\(result.output)")
        }
    }
}
