import ExpositionWire
import TestSupport
import Testing

@Suite struct ExpositionWriterTests {
    @Test func `families and samples are written as Prometheus reads them`() {
        var writer = ExpositionWriter()
        let labels = ExpositionWriter.labelText([("reporter", "source"), ("path", "a\\b\"c\nd")])
        writer.family("requests_total", help: "How many\\all\nof them.", type: .counter)
        writer.sample("requests_total", labels: labels, 12)
        writer.family("seconds", help: "Time.", type: .histogram)
        writer.sample("seconds", suffix: "_bucket", labels: labels, further: ("le", "0.5"), 3)
        writer.sample("seconds", suffix: "_bucket", further: ("le", "+Inf"), 4)
        writer.sample("seconds", suffix: "_sum", 1.25)
        writer.sample("up", labels: [], .nan)

        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == #"""
                # HELP requests_total How many\\all\nof them.
                # TYPE requests_total counter
                requests_total{reporter="source",path="a\\b\"c\nd"} 12
                # HELP seconds Time.
                # TYPE seconds histogram
                seconds_bucket{reporter="source",path="a\\b\"c\nd",le="0.5"} 3
                seconds_bucket{le="+Inf"} 4
                seconds_sum 1.25
                up NaN

                """#)
    }

    @Test(arguments: SeededGenerator.seeds(40))
    func `parsing undoes writing`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var writer = ExpositionWriter()
        var expected: [(key: SeriesKey, value: Double)] = []
        for number in 0..<30 {
            let labels = (0..<Int.random(in: 0...5, using: &random)).map { ("label_\($0)", random.awkwardText()) }
            let value =
                random.oneIn(2)
                ? Double(Int.random(in: 0...1_000_000, using: &random)) : Double(bitPattern: random.next())
            writer.family("metric_\(number)", help: random.awkwardText(), type: .gauge)
            writer.sample("metric_\(number)", labels: labels, value)
            expected.append(
                (SeriesKey(name: "metric_\(number)", labels: labels.map { Label(name: $0.0, value: $0.1) }), value))
        }

        let result = try Samples.parse(writer.bytes)

        #expect(result.families.count == 30)
        #expect(result.samples.count == 30)
        for (sample, (key, value)) in zip(result.samples, expected) {
            #expect(try SeriesKey.parse(sample.key) == key)
            #expect(sample.value == value || value.isNaN && sample.value.isNaN)
        }
    }
}
