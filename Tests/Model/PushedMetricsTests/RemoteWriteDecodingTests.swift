import ExpositionWire
import ProtobufWire
import PushedMetrics
import Testing

@Suite struct RemoteWriteDecodingTests {
    private static let labels = [
        ("__name__", "istio_requests_total"), ("instance", "10.0.0.7:15090"), ("response_code", "200"),
    ]

    /// A request of version one with one series.
    private func one(
        labels: [(String, String)] = Self.labels, samples: [(Double, Int64)] = [(7, 1_700_000_000_000)],
        histograms: Int = 0
    ) -> [UInt8] {
        var request = ProtobufWriter()
        request.message(field: 1) { series in
            for (name, value) in labels {
                series.message(field: 1) {
                    $0.string(field: 1, name)
                    $0.string(field: 2, value)
                }
            }
            for (value, time) in samples {
                series.message(field: 2) {
                    $0.double(field: 1, value)
                    $0.int(field: 2, time)
                }
            }
            for _ in 0..<histograms { series.message(field: 4) { $0.int(field: 1, 1) } }
        }
        request.message(field: 3) { $0.string(field: 2, "istio_requests_total") }
        return request.bytes
    }

    private func two(symbols: [String], references: [UInt8], created: Int64 = 0) -> [UInt8] {
        var request = ProtobufWriter()
        // What names the symbols may stand before them.
        request.message(field: 5) { series in
            series.bytes(field: 1, references)
            series.message(field: 2) {
                $0.double(field: 1, 3)
                $0.int(field: 2, 1_700_000_000_000)
            }
            series.int(field: 6, created)
        }
        for symbol in symbols { request.string(field: 4, symbol) }
        return request.bytes
    }

    @Test func `a series has its name, labels, samples and sender`() throws {
        let batch = try RemoteWriteDecoding.batch(
            one(samples: [(7, 1_700_000_000_000), (9, 1_700_000_001_000)]), version: .one)

        let series = try #require(batch.series.first)
        #expect(batch.series.count == 1 && batch.sampleCount == 2 && batch.writtenCount == 2)
        #expect(series.sender == "10.0.0.7:15090")
        #expect(series.key.name == "istio_requests_total")
        #expect(series.key["response_code"] == "200")
        #expect(series.samples.map(\.value) == [7, 9])
        #expect(series.samples.map(\.milliseconds) == [1_700_000_000_000, 1_700_000_001_000])
        #expect(!series.isDelta)
    }

    @Test func `version two names texts by their numbers, and says when counting began`() throws {
        let symbols = ["", "__name__", "istio_requests_total", "pod", "cart-1"]

        let batch = try RemoteWriteDecoding.batch(
            two(symbols: symbols, references: [1, 2, 3, 4], created: 1_699_999_999_000), version: .two)

        let series = try #require(batch.series.first)
        #expect(series.key.name == "istio_requests_total")
        #expect(series.sender == "cart-1")
        #expect(series.samples.first?.startMilliseconds == 1_699_999_999_000)
    }

    @Test(arguments: [
        ([1, 2, 3], "a name stands without a value"), ([1, 2, 3, 9], "beyond the 5"),
        ([0x81], "ends inside a number"), ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], "longer than 32 bits"),
    ])
    func `references that lead nowhere are refused with a word`(references: [UInt8], word: String) {
        let symbols = ["", "__name__", "x_total", "a", "b"]

        let error = #expect(throws: PushError.self) {
            try RemoteWriteDecoding.batch(two(symbols: symbols, references: references), version: .two)
        }

        #expect(error?.description.contains(word) == true, "\(String(describing: error))")
        #expect(error?.place.hasPrefix("timeseries[0]") == true)
    }

    @Test func `a series without a name is refused, and unwanted ones are left alone`() throws {
        let error = #expect(throws: PushError.self) {
            try RemoteWriteDecoding.batch(one(labels: [("instance", "a")]), version: .one)
        }
        let unwanted = try RemoteWriteDecoding.batch(one(), version: .one) { $0 == "other_total" }

        #expect(error?.message == "it has no label __name__")
        #expect(unwanted.series.isEmpty && unwanted.writtenCount == 1)
    }

    @Test func `floods are cut and counted`() throws {
        var limits = PushLimits()
        limits.labels = 3
        limits.textBytes = 8
        limits.samples = 2
        let flood = (0..<4).map { ("label\($0)", "x") }

        let labels = try RemoteWriteDecoding.batch(
            one(labels: [("__name__", "a_total")] + flood), version: .one, limits: limits)
        let text = try RemoteWriteDecoding.batch(
            one(labels: [("__name__", "a_total"), ("path", "0123456é89")]), version: .one, limits: limits)
        let samples = try RemoteWriteDecoding.batch(
            one(labels: [("__name__", "a_total")], samples: [(1, 1), (2, 2), (3, 3)]), version: .one, limits: limits)

        #expect(labels.series.isEmpty && labels.rejectedCount == 1)
        #expect(labels.firstRejection == "a series has 4 labels, and 3 are read")
        #expect(text.cutCount == 1 && text.series.first?.key["path"]?.hasPrefix("0123456") == true)
        #expect(samples.series.isEmpty && samples.rejectedCount == 3)
    }

    @Test func `stale markers are told from other values that are no numbers`() throws {
        let marker = Double(bitPattern: 0x7FF0_0000_0000_0002)

        let batch = try RemoteWriteDecoding.batch(one(samples: [(marker, 1), (.nan, 2)], histograms: 2), version: .one)

        #expect(batch.series.first?.samples.map(\.isStale) == [true, false])
        #expect(batch.histogramCount == 2)
    }

    @Test func `a request that is cut anywhere is refused or shorter, and never traps`() {
        let whole = one()
        for length in 0..<whole.count {
            let batch = try? RemoteWriteDecoding.batch(Array(whole[..<length]), version: .one)
            #expect((batch?.sampleCount ?? 0) <= 1)
        }
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0xFF
            _ = try? RemoteWriteDecoding.batch(bytes, version: .one)
            _ = try? RemoteWriteDecoding.batch(bytes, version: .two)
        }
    }
}
