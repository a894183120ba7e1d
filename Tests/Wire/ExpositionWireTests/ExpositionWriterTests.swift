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

    @Test func `OpenMetrics has units, exemplars, seconds and an end`() {
        var writer = ExpositionWriter(format: .openMetrics)
        let key = SeriesKey(name: "work_seconds_total", labels: [Label(name: "a", value: "1\"\\\n")])
        writer.family("work_seconds", help: "\"Work\".", type: .counter, unit: "seconds")
        writer.sample(
            key, 1.5, timestampMilliseconds: -1_005,
            exemplar: Exemplar(
                labels: [Label(name: "trace_id", value: "4bf9"), Label(name: "none", value: "")], value: 0.25,
                timestampMilliseconds: 1_520_879_607_780))
        writer.created(SeriesKey(name: "work_seconds_created", labels: []), timestampMilliseconds: 60_000)
        writer.family("any.thing", help: "", type: .untyped)
        writer.sample(SeriesKey(name: "any.thing", labels: []), -0.0)
        writer.sample(SeriesKey(name: "any.thing", labels: [Label(name: "9", value: "é")]), .infinity)
        writer.finish()

        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == #"""
                # HELP work_seconds \"Work\".
                # TYPE work_seconds counter
                # UNIT work_seconds seconds
                work_seconds_total{a="1\"\\\n"} 1.5 -1.005 # {trace_id="4bf9"} 0.25 1520879607.780
                work_seconds_created 60
                # HELP "any.thing" 
                # TYPE "any.thing" unknown
                {"any.thing"} -0.0
                {"any.thing","9"="é"} +Inf
                # EOF

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
