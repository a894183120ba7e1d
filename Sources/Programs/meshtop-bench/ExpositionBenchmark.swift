import ExpositionWire
import Quantities
import SystemIO

/// Reading the same target again and again: what a collector does all day.
struct ExpositionBenchmark {
    func run() throws {
        // Every value of a scrape differs from the one before, in its length too.
        let scrapes = [Self.text(series: 50_000, factor: 7919), Self.text(series: 50_000, factor: 104_729)]
        let megabytes = Double(scrapes[0].count) / 1e6
        var sink = Sink()
        var parser = ExpositionParser()
        let first = try seconds { try parser.parse(scrapes[0], into: &sink) }
        guard sink.new == 50_000 else { throw BenchmarkFailure("\(sink.new) series were seen, not 50,000") }
        var known: [Double] = []
        for round in 1...15 {
            sink.index.beginScrape()
            known.append(try seconds { try parser.parse(scrapes[round % 2], into: &sink) })
        }
        guard sink.new == 50_000 else { throw BenchmarkFailure("known series were taken for new ones") }
        print("  new series: \(Humane.count(megabytes / first)) MB/s (\(Humane.fixed(megabytes, decimals: 0)) MB)")
        print("  known series: \(Humane.count(megabytes / median(known))) MB/s")
    }

    private func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = SystemClock.monotonic()
        try work()
        return start.duration(to: SystemClock.monotonic()).inSeconds
    }

    /// Counts and keeps the last value, as a store would.
    private struct Sink: ExpositionSink {
        var index = SeriesIndex(seed: 1)
        var values: [Double] = []
        var new = 0

        mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
            switch index.find(key) {
            case .known(let number): values[number] = value
            case .new:
                // A store reads the labels on first sight.
                guard (try? SeriesKey.parse(key)) != nil else { return }
                values.append(value)
                new += 1
            case .full: break
            }
        }

        mutating func family(name: UnsafeRawBufferPointer, type: MetricType) {}
    }

    private static func text(series: Int, factor: Int) -> [UInt8] {
        var text = "# TYPE istio_requests_total counter\n"
        for number in 0..<series {
            let source = number % 500
            let target = number / 500
            text +=
                "istio_requests_total{reporter=\"destination\",source_workload=\"client-\(source)-v1\","
                + "source_canonical_service=\"client-\(source)\",source_canonical_revision=\"v1\","
                + "source_workload_namespace=\"shop\",source_principal=\"spiffe://cluster.local/ns/shop/sa/client\","
                + "destination_workload=\"server-\(target)-v1\",destination_workload_namespace=\"payments\","
                + "destination_service=\"server-\(target).payments.svc.cluster.local\",request_protocol=\"http\","
                + "response_code=\"200\",response_flags=\"-\",connection_security_policy=\"mutual_tls\"} \(number * factor)\n"
        }
        return Array(text.utf8)
    }
}
