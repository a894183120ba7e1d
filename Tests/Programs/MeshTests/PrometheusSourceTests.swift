import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// Debian's Prometheus and VictoriaMetrics scrape the demo's proxies, and meshtop draws the graph once from the proxies
    /// and once from them.
    @Suite("Prometheus as our source")
    struct PrometheusSourceTests {
        enum Server: String, CaseIterable {
            case prometheus
            case victoriaMetrics = "victoria-metrics"

            static let usable = allCases.filter { Peer.isUsable($0.rawValue) }
        }

        private static let address = "127.0.0.1:19291"
        /// One whole wave of the shoppers, 40 in a hundred up and down: a window that is shorter and a second late would
        /// see up to 3 in a hundred more or fewer of them, whoever looks.
        private static let windowSeconds = 60

        @Test(arguments: Server.usable)
        func `--prometheus and scraping give the same edges, rates and quantiles`(server: Server) throws {
            let mesh = try RunningMesh.running()
            let process = try start(server, in: mesh.stateDirectory)
            defer { process.end() }

            try isThereAtOnce(mesh)
            // A minute by scraping, and the server asked for the same minute as soon as it is over.
            let window = ["--window", "\(Self.windowSeconds)s", "-o", "json"]
            // By the same list as the server: a control plane also tells by which names hosts outside go.
            let scraped = try edges(mesh, ["--targets-url", "http://127.0.0.1:15010/v1/targets"] + window)
            let asked = try edges(
                mesh, ["--prometheus", "http://\(Self.address)", "--prometheus-interval", "1s"] + window)

            // Whoever is seen by one is seen by the other, but for those of whom there were a handful of requests.
            let ids = (scraped: Set(scraped.keys), asked: Set(asked.keys))
            for id in ids.scraped.symmetricDifference(ids.asked) {
                let edge = try #require(scraped[id] ?? asked[id])
                #expect(edge.samples < 10, "\(id) is seen by one only, with \(edge.samples) requests")
            }
            var compared = 0
            for (id, ours) in scraped {
                guard let theirs = asked[id], ours.samples >= 200 else { continue }
                // Two in a hundred, and what chance moves: scrapes and queries come at different moments, so the two
                // windows differ by up to a second at either end – three standard deviations of a Poisson count of those
                // two seconds.
                let chance = 3 * (2 * ours.rate).squareRoot() / Double(Self.windowSeconds)
                #expect(
                    abs(ours.rate - theirs.rate) <= 0.02 * ours.rate + chance,
                    "\(id): \(ours.rate)/s by scraping, \(theirs.rate)/s by PromQL")
                #expect(
                    abs(Self.bucket(of: ours.p95) - Self.bucket(of: theirs.p95)) <= 1, "\(id): p95 \(ours), \(theirs)")
                #expect(abs(ours.errorRatio - theirs.errorRatio) < 0.02, "\(id): errors \(ours), \(theirs)")
                #expect(ours.mtlsRatio == theirs.mtlsRatio, "\(id): mTLS \(ours), \(theirs)")
                #expect(ours.reporter == theirs.reporter, "\(id)")
                compared += 1
            }
            #expect(compared >= 5, "too few edges had traffic enough to compare")
            // All requests together are so many that chance has little say. They come in bunches, one for each of a hundred
            // shoppers a second: two seconds at either end move 6000 shoppers by twenty, 0.3 in a hundred.
            let totals = (scraped.values.map(\.rate).reduce(0, +), asked.values.map(\.rate).reduce(0, +))
            #expect(abs(totals.0 - totals.1) <= 0.02 * totals.0, "\(totals.0)/s by scraping, \(totals.1)/s by PromQL")
        }

        @Test(.enabled(if: Peer.isUsable("prometheus"), "prometheus is not installed"))
        func `both at once count every edge once`() throws {
            let mesh = try RunningMesh.running()
            let process = try start(.prometheus, in: mesh.stateDirectory)
            defer { process.end() }
            let server = ["--prometheus", "http://\(Self.address)", "--prometheus-interval", "1s"]
            // A whole wave of the shoppers each: ten seconds at its top have twice as many as ten at its bottom.
            let window = ["--window", "60s", "-o", "json"]

            let scraped = try edges(mesh, window)
            // The control plane's proxies are scraped, and the server has scraped the same.
            let both = try edges(mesh, ["--control", "127.0.0.1:15010"] + server + window)

            let totals = (scraped.values.map(\.rate).reduce(0, +), both.values.map(\.rate).reduce(0, +))
            #expect(abs(totals.1 - totals.0) < 0.2 * totals.0, "\(totals)")
            #expect(Set(scraped.filter { $0.value.samples >= 50 }.keys).isSubset(of: both.keys))
        }

        /// A graph does not wait for its window, a minute, to pass, and has the server as its only target.
        private func isThereAtOnce(_ mesh: RunningMesh) throws {
            let began = Clock.now
            let result = try mesh.meshtop([
                "graph", "--once", "--prometheus", "http://\(Self.address)", "--prometheus-interval", "1s",
                "--prometheus-matcher", "job=\"mesh\"", "--window", "60s", "-o", "json",
            ])
            try #require(result.status == 0, "\(result.errors)")
            #expect(result.ended - began < 30_000_000_000)
            let graph = try JSONValue(parsing: result.output)
            #expect((graph["edges"]?.array?.count ?? 0) >= 10)
            #expect(graph["targets"]?.array?.count == 1)
            #expect(graph["notices"]?.array?.isEmpty == true, "\(graph["notices"] ?? .null)")

            let nothing = try mesh.meshtop([
                "graph", "--once", "--prometheus", "http://\(Self.address)/elsewhere", "-o", "json",
            ])
            #expect(nothing.status == 1)
            #expect(nothing.errors.contains("is the path right?"), "\(nothing.errors)")
        }

        // MARK: Asking

        private struct Edge {
            var rate: Double
            var samples: Double
            var errorRatio: Double
            var p95: Double
            var mtlsRatio: Double?
            var reporter: String
        }

        private func edges(_ mesh: RunningMesh, _ words: [String]) throws -> [String: Edge] {
            let result = try mesh.meshtop(["edges"] + words, seconds: 120)
            try #require(result.status == 0, "\(result.errors)")
            let table = try JSONValue(parsing: result.output)
            var edges: [String: Edge] = [:]
            for edge in table["edges"]?.array ?? [] {
                guard let id = edge["id"]?.string else { continue }
                edges[id] = Edge(
                    rate: edge["requestsPerSecond"]?.double ?? 0, samples: edge["samples"]?.double ?? 0,
                    errorRatio: edge["errorRatio"]?.double ?? 0, p95: edge["p95Milliseconds"]?.double ?? 0,
                    mtlsRatio: edge["mtlsRatio"]?.double, reporter: edge["reporter"]?.string ?? "")
            }
            return edges
        }

        private func start(_ server: Server, in state: String) throws -> Companion {
            let directory = "\(state)/prometheus-source-\(UInt32.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let configuration = """
                global: {scrape_interval: 1s, scrape_timeout: 900ms}
                scrape_configs:
                  - job_name: mesh
                    metrics_path: /stats/prometheus
                    http_sd_configs: [{url: "http://127.0.0.1:15010/v1/targets", refresh_interval: 1s}]
                """
            try configuration.write(toFile: "\(directory)/prometheus.yml", atomically: true, encoding: .utf8)
            let words =
                switch server {
                case .prometheus:
                    [
                        "--config.file=\(directory)/prometheus.yml", "--storage.tsdb.path=\(directory)/data",
                        "--web.listen-address=\(Self.address)", "--log.level=warn",
                    ]
                case .victoriaMetrics:
                    // It would hide samples for half a minute, to have all of one moment.
                    [
                        "-promscrape.config=\(directory)/prometheus.yml", "-storageDataPath=\(directory)/data",
                        "-httpListenAddr=\(Self.address)", "-search.latencyOffset=0s", "-loggerLevel=WARN",
                        "-promscrape.httpSDCheckInterval=1s", "-promscrape.config.strictParse=false",
                        // It would drop labels beyond thirty, with a warning for each series.
                        "-maxLabelsPerTimeseries=40",
                    ]
                }
            let process = try Companion([server.rawValue] + words, log: "\(directory)/log")
            try eventually("five scrapes of every proxy", within: 30) {
                let answer = try run(
                    "curl",
                    [
                        "-s", "--max-time", "5", "-G", "--data-urlencode",
                        "query=min(count_over_time(up{job=\"mesh\"}[1m])) + 0 * (count(up{job=\"mesh\"} == 1) == \(RunningMesh.proxyCount))",
                        "http://\(Self.address)/api/v1/query",
                    ])
                guard answer.status == 0, let json = try? JSONValue(parsing: answer.output) else { return false }
                return json["data"]?["result"]?[0]?["value"]?[1]?.string.flatMap(Double.init).map { $0 >= 5 } ?? false
            }
            return process
        }

        private static let bounds: [Double] = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000]

        private static func bucket(of milliseconds: Double) -> Int {
            bounds.firstIndex { milliseconds <= $0 } ?? bounds.count
        }
    }
}
