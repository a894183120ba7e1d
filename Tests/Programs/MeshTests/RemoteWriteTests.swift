import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// Debian's Prometheus scrapes the demo's proxies and sends on what it finds; meshtop draws the graph once from the
    /// proxies and once from what was sent.
    @Suite("Prometheus sends to us", .enabled(if: Peer.isUsable("prometheus"), "prometheus is not installed"))
    struct RemoteWriteTests {
        private static let address = "127.0.0.1:19292"
        private static let receiver = "127.0.0.1:19392"
        private static let windowSeconds = 30

        @Test func `remote write and scraping give the same edges and rates`() throws {
            let mesh = try RunningMesh.running()
            let prometheus = try start(in: mesh.stateDirectory)
            defer { prometheus.end() }
            // A whole wave of the shoppers each, so that one window has as many as the next.
            let window = ["--window", "60s", "-o", "json"]

            // Not through the control plane, which also tells by which names hosts outside go.
            let scraped = try edges(mesh, ["--targets-url", "http://127.0.0.1:15010/v1/targets"] + window)
            let pushed = try edges(mesh, ["--receive", Self.receiver] + window)

            let busy = scraped.filter { $0.value.samples >= 100 }
            #expect(busy.count >= 5, "too few edges had traffic enough to compare")
            for (id, ours) in busy {
                let theirs = try #require(pushed[id], "\(id) was not sent")
                // One minute after the other: chance has its say, in bunches of the requests of one shopper.
                let chance = 6 * (2 * ours.rate / 60).squareRoot()
                #expect(
                    abs(ours.rate - theirs.rate) <= 0.1 * ours.rate + chance,
                    "\(id): \(ours.rate)/s, \(theirs.rate)/s")
                #expect(ours.mtlsRatio == theirs.mtlsRatio, "\(id)")
                #expect(ours.reporter == theirs.reporter, "\(id)")
            }
            #expect(Set(pushed.filter { $0.value.samples >= 10 }.keys).isSubset(of: scraped.keys))
        }

        @Test func `what was sent agrees with the sender's own rates, and senders are targets`() throws {
            let mesh = try RunningMesh.running()
            let prometheus = try start(in: mesh.stateDirectory)
            defer { prometheus.end() }

            let result = try mesh.meshtop(
                ["graph", "--once", "--receive", Self.receiver, "--window", "\(Self.windowSeconds)s", "-o", "json"],
                seconds: 120)
            try #require(result.status == 0, "\(result.errors)")
            let graph = try JSONValue(parsing: result.output)
            let rates = (graph["edges"]?.array ?? []).compactMap { $0["requestsPerSecond"]?.double }

            #expect(graph["targets"]?.array?.count == RunningMesh.proxyCount, "\(graph["targets"] ?? .null)")
            let theirs = try value(
                of: "sum(rate(istio_requests_total{reporter=\"destination\"}[\(Self.windowSeconds)s]))")
            let ours = rates.reduce(0, +)
            let truth = try #require(theirs)
            // Edges from outside the mesh have one reporter as well, so every request is in both.
            #expect(abs(ours - truth) <= 0.1 * truth, "\(ours)/s, Prometheus \(truth)/s")
        }

        // MARK: Asking

        private struct Edge {
            var rate: Double
            var samples: Double
            var mtlsRatio: Double?
            var reporter: String
        }

        private func edges(_ mesh: RunningMesh, _ words: [String]) throws -> [String: Edge] {
            let result = try mesh.meshtop(["edges"] + words, seconds: 120)
            try #require(result.status == 0, "\(result.errors)")
            var edges: [String: Edge] = [:]
            for edge in try JSONValue(parsing: result.output)["edges"]?.array ?? [] {
                guard let id = edge["id"]?.string else { continue }
                edges[id] = Edge(
                    rate: edge["requestsPerSecond"]?.double ?? 0, samples: edge["samples"]?.double ?? 0,
                    mtlsRatio: edge["mtlsRatio"]?.double, reporter: edge["reporter"]?.string ?? "")
            }
            return edges
        }

        private func value(of query: String) throws -> Double? {
            let answer = try run(
                "curl",
                [
                    "-s", "--max-time", "5", "-G", "--data-urlencode", "query=\(query)",
                    "http://\(Self.address)/api/v1/query",
                ])
            guard answer.status == 0, let json = try? JSONValue(parsing: answer.output) else { return nil }
            return json["data"]?["result"]?[0]?["value"]?[1]?.string.flatMap(Double.init)
        }

        private func start(in state: String) throws -> Companion {
            let directory = "\(state)/remote-write-\(UInt32.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let configuration = """
                global: {scrape_interval: 1s, scrape_timeout: 900ms}
                scrape_configs:
                  - job_name: mesh
                    metrics_path: /stats/prometheus
                    http_sd_configs: [{url: "http://127.0.0.1:15010/v1/targets", refresh_interval: 1s}]
                remote_write:
                  - url: http://\(Self.receiver)/api/v1/write
                    queue_config: {batch_send_deadline: 1s, max_backoff: 500ms}
                """
            try configuration.write(toFile: "\(directory)/prometheus.yml", atomically: true, encoding: .utf8)
            let process = try Companion(
                [
                    "prometheus", "--config.file=\(directory)/prometheus.yml",
                    "--storage.tsdb.path=\(directory)/data", "--web.listen-address=\(Self.address)",
                    "--log.level=error",
                ], log: "\(directory)/log")
            try eventually("two scrapes of every proxy", within: 30) {
                try value(of: "min(count_over_time(up{job=\"mesh\"}[1m]))").map { $0 >= 2 } ?? false
            }
            return process
        }
    }
}
