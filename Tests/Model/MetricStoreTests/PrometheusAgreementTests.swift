import ExpositionWire
import MeshModel
import MetricStore
import Quantities
import SystemIO
import Testing

/// Against the answers of a real Prometheus; see `Fixtures/README.md`.
@Suite struct PrometheusAgreementTests {
    private struct Samples {
        var columns: [String]
        var rows: [[String]]

        /// The scrape of one second, as an exposition.
        func exposition(at second: Int) -> [UInt8] {
            var text = ""
            for (column, value) in zip(columns, rows[second]) {
                let parts = column.split(separator: "/", omittingEmptySubsequences: false)
                switch parts[0] {
                case "counter": text += "work_total{job=\"\(parts[1])\"} \(value)\n"
                default: text += "took_bucket{job=\"\(parts[1])\",le=\"\(parts[2])\"} \(value)\n"
                }
            }
            return Array(text.utf8)
        }
    }

    private func lines(of name: String) throws -> [Substring] {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast()
        let bytes = try Files.read(path.joined(separator: "/") + "/Fixtures/prometheus-2.42/" + name)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    private func samples() throws -> Samples {
        let table = try lines(of: "samples.csv").map { $0.split(separator: ",").dropFirst().map(String.init) }
        return Samples(columns: table[0], rows: Array(table.dropFirst()))
    }

    @Test func `rates and quantiles are those of Prometheus`() throws {
        // Given: one scrape a second, as Prometheus had them.
        let samples = try samples()
        var store = MetricStore<(job: String, bound: Double?)>(families: ["work_total", "took_bucket"]) { key, _ in
            (key["job"] ?? "", key["le"].map { $0 == "+Inf" ? .infinity : Double($0) ?? .nan })
        }
        var questions: [Int: [[Substring]]] = [:]
        for line in try lines(of: "expected.txt") {
            let parts = line.split(separator: " ")
            questions[try #require(Int(parts[0])), default: []].append(parts)
        }
        var compared = 0

        for second in samples.rows.indices {
            try store.ingest(samples.exposition(at: second), from: "t", at: time(Double(second)))
            for question in questions[second] ?? [] {
                let length = Duration.seconds(try #require(Int(question[1])))
                let window = try #require(store.window(of: "t", length: length, now: time(Double(second))))
                let expected = try #require(Double(question[4]))
                var rate = 0.0
                var buckets = BucketCounts()
                store.forEachSeries(of: "t", over: window) { series, increase, _ in
                    guard question[3] == series.job || question[3] == "all" else { return }
                    if let bound = series.bound {
                        buckets.add(increase, upTo: bound)
                    } else {
                        rate += increase / window.duration.inSeconds
                    }
                }
                let answer = question[2] == "rate" ? rate : buckets.value(at: Double(question[2]) ?? .nan)?.value
                let seen = try #require(answer, "\(question)")
                // Prometheus stretches a window to its ends, and where a scrape stands on both there is nothing to
                // stretch: then the two are the same.
                #expect(abs(seen - expected) <= max(1e-9, expected * 1e-6), "\(question): \(seen)")
                compared += 1
            }
        }
        #expect(compared > 300)
    }
}
