import ExpositionWire
import TestSupport
import Testing

@Suite struct ExpositionParserTests {
    /// Every construct once.
    static let everything = #"""
        # HELP http_requests_total The total number of HTTP requests.
        # TYPE http_requests_total counter
        http_requests_total{method="post",code="200"} 1027 1395066363000
        http_requests_total{method="post",code="400"}    3 1395066363000

        # Escaping in label values:
        msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
        metric_without_timestamp_and_labels 12.47
        something_weird{problem="division by zero"} +Inf -3982045
        # TYPE http_request_duration_seconds histogram
        http_request_duration_seconds_bucket{le="0.05"} 24054 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.789
        http_request_duration_seconds_bucket{le="+Inf"} 144320
        braces{a="}{",b="#"} NaN
        \#tspaced { a = "1" , b="2" , }\#t7\#t
        empty{} 1
        {"utf8.name",a="1"} 2
        ns:colon 3
        # EOF
        """#

    @Test func `every construct is read`() throws {
        let result = try Samples.parse(Self.everything)

        #expect(
            result.samples == [
                .init(#"http_requests_total{method="post",code="200"}"#, 1027, at: 1_395_066_363_000),
                .init(#"http_requests_total{method="post",code="400"}"#, 3, at: 1_395_066_363_000),
                .init(
                    #"msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""}"#,
                    1.458255915e9),
                .init("metric_without_timestamp_and_labels", 12.47),
                .init(#"something_weird{problem="division by zero"}"#, .infinity, at: -3_982_045),
                .init(#"http_request_duration_seconds_bucket{le="0.05"}"#, 24054),
                .init(#"http_request_duration_seconds_bucket{le="+Inf"}"#, 144320),
                .init(##"braces{a="}{",b="#"}"##, .nan),
                .init(#"spaced { a = "1" , b="2" , }"#, 7),
                .init("empty{}", 1),
                .init(#"{"utf8.name",a="1"}"#, 2),
                .init("ns:colon", 3),
            ])
        #expect(
            result.families == [
                .init(name: "http_requests_total", type: .counter),
                .init(name: "http_request_duration_seconds", type: .histogram),
            ])
    }

    @Test func `carriage returns change nothing`() throws {
        let text = Self.everything.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")

        #expect(try Samples.parse(text + "\r\n") == Samples.parse(Self.everything))
    }

    @Test(arguments: [
        ("0", 0.0), ("-0", -0.0), ("42", 42), ("999999999999999", 999_999_999_999_999), ("0.1", 0.1),
        ("12345678901234567890", 12_345_678_901_234_567_168), ("1e-3", 1e-3), ("-2.5E+10", -2.5e10), ("NaN", .nan),
        ("+Inf", .infinity), ("Inf", .infinity), ("-Inf", -.infinity), ("inf", .infinity), (".5", 0.5),
        ("5e-324", .leastNonzeroMagnitude), ("1.7976931348623157e308", 1.7976931348623157e308),
    ])
    func `a value is the nearest double`(text: String, value: Double) throws {
        #expect(try Samples.parse("m \(text)").samples == [.init("m", value)])
        #expect(try Samples.parse("m{a=\"#\"} \(text) 5").samples == [.init("m{a=\"#\"}", value, at: 5)])
    }

    @Test(arguments: [
        ("m", "1:2: expected a value, found the end of the line"),
        ("m{a=\"1\"}", "1:9: expected a value, found the end of the line"),
        ("ok 1\nm abc", "2:3: expected a number, found 'abc'"),
        ("m 1 2 3", "1:7: expected the end of the line, found '3'"),
        ("m 1 1.5", "1:5: expected a timestamp in whole milliseconds, found '1.5'"),
        ("m 1 99999999999999999999", "1:5: expected a timestamp in whole milliseconds, found '99999999999999999999'"),
        ("9m 1", "1:1: expected a metric name, found '9'"),
        ("m{a=\"1} x", "1:5: the quotes that open here are not closed"),
        ("m{a=1} x", "1:5: expected the label's value in quotes, found '1'"),
        ("m{a} x", "1:4: expected '=' after the label name, found '}'"),
        ("m{a=\"1\" b=\"2\"} x", "1:9: expected ',' or '}', found 'b'"),
        ("m{,} x", "1:3: expected a label name or '}', found ','"),
        ("m{1=\"a\"} x", "1:3: expected a label name or '}', found '1'"),
        ("m{a=\"1\",", "1:9: expected a label name or '}', found the end of the line"),
        ("{a=\"1\"} x", "1:1: expected a metric name before '{' or in quotes after it"),
        (
            "m {count:24,sum:1,schema:0}",
            "1:3: native histograms are not read as text; let the target show classic buckets (le)"
        ),
        (
            "m{a=\"1\"} {count:24,sum:1}",
            "1:10: native histograms are not read as text; let the target show classic buckets (le)"
        ),
        ("m 1 # x", "1:7: expected '{', found 'x'"),
        ("m 1 # {a=\"1\"} x", "1:15: expected the exemplar's value, found 'x'"),
        ("m 1 # {a=\"1\"}", "1:14: expected the exemplar's value, found the end of the line"),
        ("m 1 # {a=\"1\"} 2 x", "1:17: expected the exemplar's timestamp, found 'x'"),
        ("m 1 # {\"n\",a=\"1\"} 2", "1:7: expected labels, found a metric name in quotes"),
        ("# TYPE m countre", "1:10: expected counter, gauge, histogram, summary or untyped, found 'countre'"),
        ("# TYPE m", "1:9: expected counter, gauge, histogram, summary or untyped, found the end of the line"),
        ("# TYPE", "1:7: expected a family's name after TYPE"),
        ("{\"\",a=\"1\"} x", "1:2: expected a name in the quotes, found none"),
        ("m{a=\"1\",\"n\"} x", "1:12: expected '=' after the label name, found '}'"),
        ("m{\"n\"=\"1\",\"\"=\"2\"} x", "1:11: expected a name in the quotes, found none"),
        ("m{a=\"1\" é} x", "1:9: expected ',' or '}', found 'é'"),
        ("m \u{1B}[2J", "1:3: expected a number, found '\\u{1B}[2J'"),
        ("m 1 # {a=\"1\"} 2 NaN", "1:17: expected the exemplar's timestamp, found 'NaN'"),
        ("m 0x10", "1:3: expected a number, found '0x10'"),
        ("m 1_000", "1:3: expected a number, found '1_000'"),
        (
            "m{a=\"1\"} {schema:0,count:24} 5 x",
            "1:10: native histograms are not read as text; let the target show classic buckets (le)"
        ),
        ("# TYPE \"m", "1:8: the quotes that open here are not closed"),
    ])
    func `a mistake is told with its place`(text: String, description: String) {
        let error = #expect(throws: ExpositionError.self) { try Samples.parse(text) }

        #expect(error?.description == description)
    }

    @Test(arguments: [
        "# just words", "#", "#TYPE m nonsense", "# HELP m", "# UNIT m seconds", "# TYPES m x", "", " \t ",
    ])
    func `other comments and blank lines are passed over`(line: String) throws {
        #expect(try Samples.parse("\(line)\nm 1").samples == [.init("m", 1)])
    }

    @Test func `a type is known by either format's word`() throws {
        let lines =
            ["gauge", "summary", "untyped", "unknown", "info", "stateset", "gaugehistogram"]
            .map { "# TYPE m \($0)" } + ["#\tTYPE\t\"a b\" counter "]

        let families = try Samples.parse(lines.joined(separator: "\n")).families

        #expect(
            families.map(\.type) == [
                .gauge, .summary, .untyped, .untyped, .info, .stateSet, .gaugeHistogram, .counter,
            ])
        #expect(families.last?.name == "a b")
    }

    @Test func `a line may have 64 KiB and no more`() throws {
        let value = String(repeating: "x", count: ExpositionParser.maximumLineLength - 9)
        let fits = "m{a=\"\(value)\"} 1"
        let tooLong = "m 1\nm{a=\"\(value)x\"} 1\n"

        #expect(try Samples.parse(fits).samples.count == 1)
        let error = #expect(throws: ExpositionError.self) { try Samples.parse(tooLong) }
        #expect(error?.description == "2:1: the line is longer than 64 KiB")
    }

    @Test func `OpenMetrics has timestamps in seconds and an end`() throws {
        let text = "m_total 1 1520879607.789\nm_total 2 -1\n"

        let samples = try Samples.parse(text + "# EOF\n", format: .openMetrics).samples
        let cut = #expect(throws: ExpositionError.self) { try Samples.parse(text, format: .openMetrics) }
        let after = #expect(throws: ExpositionError.self) {
            try Samples.parse("# EOF\n\nm 1\n", format: .openMetrics)
        }

        #expect(samples == [.init("m_total", 1, at: 1_520_879_607_789), .init("m_total", 2, at: -1000)])
        #expect(cut?.description == "3:1: expected '# EOF', found the end of the text; it may have been cut off")
        #expect(after?.description == "3:1: expected nothing after '# EOF'")
    }

    @Test(arguments: [
        ("m 1 NaN\n# EOF", "1:5: expected a timestamp in seconds, found 'NaN'"),
        ("m 1 1e300\n# EOF", "1:5: expected a timestamp in seconds, found '1e300'"),
        ("m 1\n# EOF\n# EOF\n", "3:1: expected nothing after '# EOF'"),
        ("m 1\n# EOF x\n", "3:1: expected '# EOF', found the end of the text; it may have been cut off"),
        ("m 1\n#EOF\n", "3:1: expected '# EOF', found the end of the text; it may have been cut off"),
        ("", "1:1: expected '# EOF', found the end of the text; it may have been cut off"),
    ])
    func `a mistake in OpenMetrics is told with its place`(text: String, description: String) {
        let error = #expect(throws: ExpositionError.self) { try Samples.parse(text, format: .openMetrics) }

        #expect(error?.description == description)
    }

    @Test func `a line too long is refused as soon as it is, however it comes`() throws {
        var parser = ExpositionParser()
        var samples = Samples()
        let piece = Array(repeating: UInt8(ascii: "x"), count: 1000)
        var pieces = 0

        try parser.read(Array("m 1\n".utf8), into: &samples)
        let error = #expect(throws: ExpositionError.self) {
            while pieces < 1000 {
                try parser.read(piece, into: &samples)
                pieces += 1
            }
        }

        #expect(pieces == ExpositionParser.maximumLineLength / 1000)
        #expect(error?.description == "2:1: the line is longer than 64 KiB")
        #expect(samples.samples == [.init("m", 1)])
    }

    @Test func `a parser that failed begins anew with the next text`() throws {
        var parser = ExpositionParser(format: .openMetrics)
        var samples = Samples()
        #expect(throws: ExpositionError.self) {
            try parser.parse(Array("# TYPE m counter\nm_created 1\nm x".utf8), into: &samples)
        }

        try parser.parse(Array("m_created 1\n# EOF".utf8), into: &samples)

        #expect(samples.samples == [.init("m_created", 1)])
    }

    @Test(arguments: [
        ("text/plain; version=0.0.4", ExpositionFormat.prometheus), ("", .prometheus), ("text/html", .prometheus),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics),
        ("Application/OpenMetrics-Text", .openMetrics),
    ])
    func `the content type names the format`(contentType: String, format: ExpositionFormat) {
        #expect(ExpositionFormat(contentType: contentType) == format)
    }

    @Test func `a text cut anywhere never traps and never invents a series`() throws {
        let bytes = Array(Self.everything.utf8)
        let whole = try Samples.parse(bytes).samples.map(\.key)
        for length in bytes.indices {
            guard let part = try? Samples.parse(Array(bytes.prefix(length))) else { continue }
            // The last series may have lost labels' ends or digits, none before it may.
            #expect(whole.starts(with: part.samples.map(\.key).dropLast()), "cut after \(length) bytes")
        }
    }

    @Test(arguments: SeededGenerator.seeds(30))
    func `changed bytes are read or refused, and never trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let marks = Array("{}\"\\#,= \t\n\r0123eE+-.NaInf:_".utf8) + [0x00, 0x80, 0xFF]
        for _ in 0..<100 {
            var bytes = Array(Self.everything.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = marks.randomElement(using: &random) ?? 0
            }
            do throws(ExpositionError) {
                for sample in try Samples.parse(bytes).samples {
                    #expect(!sample.key.isEmpty)
                    // Whatever was handed out as a key can be asked for its labels.
                    if let key = try? SeriesKey.parse(sample.key) { #expect(!key.name.isEmpty || !key.labels.isEmpty) }
                }
            } catch {
                #expect(error.line ?? 0 >= 1 && error.column >= 1)
            }
        }
    }
}
