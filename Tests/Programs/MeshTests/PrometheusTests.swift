import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// Debian's Prometheus scrapes the same proxies, found by the control plane's own target list, and its PromQL is
    /// the truth that our rates and quantiles are held against.
    @Suite("Prometheus beside us", .enabled(if: Peer.isUsable("prometheus"), "prometheus is not installed"))
    struct PrometheusTests {
        private static let address = "127.0.0.1:19290"
        private static let windowSeconds = 30

        @Test func `it scrapes every proxy without an error and agrees with our rates and quantiles`() throws {
            let mesh = try RunningMesh.running()
            let prometheus = try start(in: mesh.stateDirectory)
            defer { prometheus.end() }
            // Both then look at the same half minute.
            try eventually("two scrapes of every proxy", within: 20) {
                try value(of: "min(count_over_time(up{job=\"mesh\"}[1m]))").map { $0 >= 2 } ?? false
            }

            let result = try mesh.meshtop(
                ["edges", "--window", "\(Self.windowSeconds)s", "-o", "json"])
            try #require(result.status == 0, "\(result.errors)")

            #expect(try value(of: "count(up{job=\"mesh\"} == 1)") == Double(RunningMesh.proxyCount))
            #expect(try value(of: "sum(scrape_samples_post_metric_relabeling{job=\"mesh\"} < bool 1)") == 0)
            let table = try JSONValue(parsing: result.output)
            let edges = table["edges"]?.array ?? []
            // Asked for the moment of our snapshot: the shoppers' wave moves rates by a few percent a second.
            let moment = table["time"]?.string
            var compared = 0
            for edge in edges where (edge["samples"]?.double ?? 0) >= 200 {
                guard let source = edge["sourceWorkload"]?.string, let target = edge["targetWorkload"]?.string else {
                    continue
                }
                let selector =
                    "reporter=\"destination\",source_workload=\"\(source)\",destination_workload=\"\(target)\""
                let window = "[\(Self.windowSeconds)s]"
                let rate = try value(of: "sum(rate(istio_requests_total{\(selector)}\(window)))", at: moment)
                guard let rate, let ours = edge["requestsPerSecond"]?.double else { continue }
                // Two in a hundred, and what chance moves: both count their own scrapes, so the two windows differ by up
                // to a second at either end – three standard deviations of a Poisson count of those two seconds.
                let chance = 3 * (2 * rate).squareRoot() / Double(Self.windowSeconds)
                #expect(
                    abs(ours - rate) <= 0.02 * rate + chance, "\(source) → \(target): \(ours)/s, Prometheus \(rate)/s")
                let p95 = try value(
                    of: "histogram_quantile(0.95, sum by (le) "
                        + "(rate(istio_request_duration_milliseconds_bucket{\(selector)}\(window))))", at: moment)
                if let p95, let ours = edge["p95Milliseconds"]?.double {
                    #expect(
                        abs(Self.bucket(of: ours) - Self.bucket(of: p95)) <= 1,
                        "\(source) → \(target): p95 \(ours) ms, Prometheus \(p95) ms")
                }
                compared += 1
            }
            #expect(compared >= 5, "too few edges had traffic enough to compare")
        }

        @Test func `promtool finds only Istio's milliseconds to say about a proxy's metrics`() throws {
            _ = try RunningMesh.running()

            let metrics = try fetch("http://127.0.1.9:15090/stats/prometheus")
            let verdict = try run("promtool", ["check", "metrics"], input: metrics.output)

            #expect(metrics.output.contains("istio_requests_total"))
            // Istio's own name for this metric has milliseconds in it.
            let complaints = verdict.errors.split(separator: "\n").filter {
                !$0.hasPrefix("istio_request_duration_milliseconds use base unit \"seconds\"")
            }
            #expect(complaints.allSatisfy { $0.allSatisfy(\.isWhitespace) }, "\(complaints)")
            #expect(verdict.output.isEmpty)
        }

        private func start(in state: String) throws -> Companion {
            let directory = "\(state)/prometheus"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let configuration = """
                global: {scrape_interval: 1s, scrape_timeout: 900ms}
                scrape_configs:
                  - job_name: mesh
                    metrics_path: /stats/prometheus
                    http_sd_configs: [{url: "http://127.0.0.1:15010/v1/targets", refresh_interval: 1s}]
                """
            try configuration.write(toFile: "\(directory)/prometheus.yml", atomically: true, encoding: .utf8)
            return try Companion(
                [
                    "prometheus", "--config.file=\(directory)/prometheus.yml", "--storage.tsdb.path=\(directory)/data",
                    "--web.listen-address=\(Self.address)", "--log.level=warn",
                ], log: "\(directory)/log")
        }

        /// The single value of an instant query, now or at an RFC 3339 `moment`; nothing while it has none.
        private func value(of query: String, at moment: String? = nil) throws -> Double? {
            let time = moment.map { ["--data-urlencode", "time=\($0)"] } ?? []
            let answer = try run(
                "curl",
                ["-s", "--max-time", "5", "-G", "--data-urlencode", "query=\(query)"] + time
                    + ["http://\(Self.address)/api/v1/query"])
            guard answer.status == 0, let json = try? JSONValue(parsing: answer.output) else { return nil }
            return json["data"]?["result"]?[0]?["value"]?[1]?.string.flatMap(Double.init)
        }

        private static let bounds: [Double] = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000]

        private static func bucket(of milliseconds: Double) -> Int {
            bounds.firstIndex { milliseconds <= $0 } ?? bounds.count
        }
    }
}
