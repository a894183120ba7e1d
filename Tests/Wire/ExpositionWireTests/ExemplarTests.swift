import ExpositionWire
import Testing

@Suite struct ExemplarTests {
    private static func statements(
        _ text: String, _ format: ExpositionFormat = .openMetrics
    ) throws -> [ExpositionDocument.Statement] {
        let end = format == .openMetrics ? "# EOF\n" : ""
        let document = try ExpositionDocument.parse(Array("\(text)\n\(end)".utf8), format: format)
        #expect(document.failure == nil)
        return document.statements
    }

    @Test(arguments: [
        (##"m_bucket{le="1"} 3 # {trace_id="4bf9"} 0.43 1520879607.789"##, 1_520_879_607_789 as Int64?),
        (##"m_bucket{le="1"} 3 1520879607 # {trace_id="4bf9"} 0.43"##, nil),
        ("m_bucket{le=\"1\"}\t3\t#\t{ trace_id = \"4bf9\" , }\t0.43\t1.5\t", 1500),
        (##"m_bucket{le="1"} 3 #{trace_id="4bf9"} 0.43 -1"##, -1000),
    ])
    func `an exemplar has labels, a value and perhaps a time`(line: String, time: Int64?) throws {
        guard case .sample(let key, let number, _, let example?)? = try Self.statements(line).first else {
            Issue.record("no sample with an exemplar")
            return
        }

        #expect(key == SeriesKey(name: "m_bucket", labels: [Label(name: "le", value: "1")]))
        #expect(number.value == 3)
        #expect(example.labels == [Label(name: "trace_id", value: "4bf9")])
        #expect(example.value.value == 0.43)
        #expect(example.time == time)
    }

    @Test func `an exemplar in Prometheus' text is taken too`() throws {
        let statements = try Self.statements(##"m{a="#"} 1 5 # {} NaN"##, .prometheus)

        #expect(
            statements == [
                .sample(
                    SeriesKey(name: "m", labels: [Label(name: "a", value: "#")]), .init(1), time: 5,
                    .init(labels: [], value: .init(.nan), time: nil))
            ])
    }

    @Test(
        arguments: [
            (["trace_id"], "trace_id"), (["traceID"], "traceID"), (["traceId"], "traceId"),
            (["span_id", "traceID", "trace_id"], "trace_id"), (["span_id"], nil),
        ] as [([String], String?)])
    func `the trace is known by any of its names`(names: [String], chosen: String?) {
        let exemplar = Exemplar(labels: names.map { Label(name: $0, value: "by \($0)") }, value: 1)

        #expect(exemplar.traceID == chosen.map { "by \($0)" })
    }

    @Test(arguments: [
        ("{a=\"1\",a=\"2\"}", "column 8 of the series: the label \"a\" is here twice"),
        ("{\"\"=\"1\"}", "column 2 of the series: expected a name in the quotes, found none"),
        ("{a=\"1\"", "column 7 of the series: expected ',' or '}', found the end of the line"),
    ])
    func `a mistake in its labels is told with its place`(labels: String, description: String) {
        let error = #expect(throws: ExpositionError.self) {
            try Array(labels.utf8).withUnsafeBufferPointer { bytes throws(ExpositionError) in
                try Exemplar(labels: UnsafeRawBufferPointer(bytes), value: 1, timestampMilliseconds: nil)
            }
        }

        #expect(error?.description == description)
    }
}
