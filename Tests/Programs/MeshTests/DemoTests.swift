import JSONWire
import Testing

extension EndToEnd {
    /// What the demo has of everything: gRPC, TCP, a fault, a mirror, TLS to a server outside.
    @Suite("What the demo shows")
    struct DemoTests {
        /// Half a minute of edges, and the shop's own counts before and after.
        private struct HalfMinute {
            var edges: [JSONValue]
            var before: ShopReport
            var after: ShopReport

            static let watched = Result {
                let mesh = try RunningMesh.running()
                let before = try mesh.shopReport()
                let result = try mesh.meshtop(["graph", "--once", "--window", "30s", "-o", "json"])
                let graph = try JSONValue(parsing: result.output)
                return HalfMinute(edges: graph["edges"]?.array ?? [], before: before, after: try mesh.shopReport())
            }

            func edge(_ source: String, _ target: String) -> JSONValue? {
                edges.first {
                    $0["source"]?.string?.contains("/\(source)/") == true
                        && $0["target"]?.string?.contains("/\(target)/") == true
                }
            }

            func calls(from source: String, to target: String) -> Double {
                Double(after.calls(from: source, to: target) - before.calls(from: source, to: target))
            }

            var seconds: Double { Double(after.nanoseconds - before.nanoseconds) / 1e9 }
        }

        @Test func `messages go by gRPC, and their status counts`() throws {
            let watched = try HalfMinute.watched.get()
            let edge = try #require(watched.edge("order-service", "notification-service"))

            #expect(edge["protocol"]?.string == "grpc")
            #expect(edge["errorRatio"]?.double == 0)
            #expect(edge["mtlsRatio"]?.double == 1)
            #expect(watched.calls(from: "order-service", to: "notification-service") > 300)
        }

        @Test func `the stock is counted in a database over TCP`() throws {
            let watched = try HalfMinute.watched.get()
            let edge = try #require(watched.edge("inventory-service", "stock-db"))

            #expect(edge["protocol"]?.string == "tcp")
            #expect(edge["mtlsRatio"]?.double == 1)
            // A question of 13 bytes and an answer of some six.
            let commands = watched.calls(from: "inventory-service", to: "stock-db") / watched.seconds
            let bytes = try #require(edge["bytesPerSecond"]?.double)
            #expect(commands > 5)
            #expect(bytes > commands * 15 && bytes < commands * 30, "\(bytes) B/s of \(commands) commands/s")
        }

        @Test func `the database answers who asks through a sidecar, and nobody else`() throws {
            _ = try RunningMesh.running()
            let redis = "*2\r\n$3\r\nGET\r\n$6\r\nitem:7\r\nPING\r\nQUIT\r\n"

            let through = try run("curl", ["-sS", "--max-time", "5", "telnet://127.0.1.6:6379"], input: redis)
            let past = try run("curl", ["-sS", "--max-time", "2", "telnet://127.0.1.12:6379"], input: redis)

            #expect(through.output.contains("+PONG\r\n+OK"), "\(through)")
            #expect(through.output.hasPrefix("$"))
            #expect(past.output.isEmpty, "\(past)")
        }

        @Test func `a fifth of the questions is copied, and nobody waits for the copies`() throws {
            let watched = try HalfMinute.watched.get()
            let edge = try #require(watched.edge("web", "picks-lab"))

            let questions = watched.calls(from: "web", to: "recommendation-service")
            let copies = try #require(edge["requestsPerSecond"]?.double) * watched.seconds
            // 99.9 % of a binomial, and what comes of the window's ends.
            let band = 3.3 * (questions * 0.2 * 0.8).squareRoot() + 0.05 * questions * 0.2
            #expect(questions > 300)
            #expect(abs(copies - 0.2 * questions) <= band, "\(copies) of \(questions)")
        }

        @Test func `delays are told from slowness by their flag`() throws {
            _ = try RunningMesh.running()

            try eventually("a delayed message in the metrics", within: 20) {
                try fetch("http://127.0.1.5:15090/stats/prometheus").output.split(separator: "\n").contains { line in
                    line.hasPrefix("istio_requests_total{") && line.contains("response_flags=\"DI\"")
                        && line.contains("destination_service_name=\"notification-service\"")
                }
            }
        }

        @Test func `the bank takes TLS alone, and shows a certificate of its own`() throws {
            let watched = try HalfMinute.watched.get()
            let mesh = try RunningMesh.running()

            let plain = try run("curl", ["-sS", "--max-time", "5", "http://127.0.3.1:8443/transfers"])
            let trusted = try run(
                "curl",
                [
                    "-sS", "--max-time", "5", "--cacert", "\(mesh.stateDirectory)/bank/root-cert.pem", "--resolve",
                    "bank.example:8443:127.0.3.1", "-o", "/dev/null", "-w", "%{http_code}",
                    "https://bank.example:8443/transfers",
                ])
            let distrusted = try run(
                "curl",
                [
                    "-sS", "--max-time", "5", "--cacert", "\(mesh.stateDirectory)/control/root-cert.pem", "--resolve",
                    "bank.example:8443:127.0.3.1", "https://bank.example:8443/transfers",
                ])

            #expect(plain.status != 0)
            #expect(trusted.output == "200")
            #expect(distrusted.status == 60)
            #expect(watched.calls(from: "payment-service", to: "bank") > 300)
            #expect(watched.after.failedShoppers - watched.before.failedShoppers < 60)
        }
    }
}
