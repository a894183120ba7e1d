import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// Real Envoys under a load that is known: the graph from scraping them is held against what `hey` says it sent and got.
    @Suite(
        "Envoys of no mesh", .enabled(if: Peer.hasEnvoy, "envoy is not installed"),
        .enabled(if: Peer.isUsable("hey"), "hey is not installed"))
    struct EnvoyTests {
        private static let requestsPerSecond = 200.0
        private static let windowSeconds = 20

        @Test func `the graph of a chain of five is what went through it`() throws {
            let chain = try EnvoyChain()
            defer { chain.end() }
            let targets = EnvoyChain.adminAddresses.flatMap { ["--target", $0] }
            let log = FileManager.default.temporaryDirectory
                .appendingPathComponent("meshtop-hey-\(UInt32.random(in: 0 ... .max))").path
            defer { try? FileManager.default.removeItem(atPath: log) }
            // Forty senders of five requests a second: each has time for one that is delayed.
            let load = try Companion(
                ["hey", "-z", "\(Self.windowSeconds + 8)s", "-c", "40", "-q", "5", EnvoyChain.entrance], log: log)
            defer { load.end() }
            try eventually("the first requests", within: 5) {
                try fetch("http://\(EnvoyChain.adminAddresses[4])/stats?filter=downstream_rq_2xx").output
                    .contains("ingress_http.downstream_rq_2xx: 0\n") == false
            }

            let result = try run(
                RunningMesh.path(of: "meshtop"),
                ["edges", "--window", "\(Self.windowSeconds)s", "-o", "json"] + targets)
            let graph = try run(
                RunningMesh.path(of: "meshtop"), ["graph", "--once", "--window", "2s", "-o", "json"] + targets)
            try eventually("hey's end", within: 30) { !load.process.isRunning }

            let truth = try #require(HeyReport(load.said), "\(load.said)")
            let edges = try JSONValue(parsing: result.output)["edges"]?.array ?? []
            #expect(
                edges.map { "\($0["source"]?.string ?? "") > \($0["target"]?.string ?? "")" }.sorted() == [
                    "app/unknown/cart/latest > app/unknown/order/latest",
                    "app/unknown/front/latest > app/unknown/cart/latest",
                    "app/unknown/ledger/latest > external/bank",
                    "app/unknown/order/latest > app/unknown/payment/latest",
                    "app/unknown/payment/latest > app/unknown/ledger/latest",
                    "unknown > app/unknown/front/latest",
                ])
            // hey is exact itself.
            #expect(abs(truth.requestsPerSecond - Self.requestsPerSecond) <= 0.02 * Self.requestsPerSecond)
            for edge in edges {
                let name = "\(edge["source"]?.string ?? "") > \(edge["target"]?.string ?? "")"
                let rate = try #require(edge["requestsPerSecond"]?.double, "\(name)")
                let errors = try #require(edge["errorRatio"]?.double, "\(name)")
                let p95 = try #require(edge["p95Milliseconds"]?.double, "\(name)")
                #expect(abs(rate - Self.requestsPerSecond) <= 0.02 * Self.requestsPerSecond, "\(name): \(rate)/s")
                #expect(abs(errors - truth.errorRatio) <= 0.005, "\(name): \(errors), hey \(truth.errorRatio)")
                if edge["target"]?.string == "external/bank" {
                    // What is slow is before it.
                    #expect(p95 <= 25, "\(name): \(p95) ms")
                } else {
                    let distance = abs(Self.bucket(of: p95) - Self.bucket(of: truth.p95Milliseconds))
                    #expect(distance <= 1, "\(name): \(p95) ms, hey \(truth.p95Milliseconds) ms")
                }
            }
            let shown = try JSONValue(parsing: graph.output)["targets"]?.array ?? []
            #expect(shown.map { $0["app"]?.string ?? "" } == EnvoyChain.names)
            #expect(shown.allSatisfy { $0["identityFrom"] == "node" && $0["formats"] == ["Envoy"] })
        }

        private static let bounds: [Double] = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000]

        private static func bucket(of milliseconds: Double) -> Int {
            bounds.firstIndex { milliseconds <= $0 } ?? bounds.count
        }
    }
}

/// What `hey` says of its run.
private struct HeyReport {
    var requestsPerSecond: Double
    var p95Milliseconds: Double
    var errorRatio: Double

    init?(_ text: String) {
        var rate: Double?
        var p95: Double?
        var responses = 0.0
        var failures = 0.0
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.first == "Requests/sec:", words.count == 2 { rate = Double(words[1]) }
            // Releases differ: `95% in 0.1532 secs`, `95%% in 0.1532 secs`.
            if words.first?.hasPrefix("95%") == true, words.count == 4 { p95 = Double(words[2]) }
            if words.count == 3, words[2] == "responses", let count = Double(words[1]) {
                responses += count
                if words[0].hasPrefix("[5") { failures += count }
            }
        }
        guard let rate, let p95, responses > 0 else { return nil }
        (requestsPerSecond, p95Milliseconds, errorRatio) = (rate, p95 * 1000, failures / responses)
    }
}
