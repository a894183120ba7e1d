import JSONWire
import ProtobufWire
import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct TraceFileTests {
    private func traces() throws -> [Trace] {
        let event = Span.Event(
            time: WallTime(nanosecondsSinceEpoch: 1_700_000_000_004_000_000), name: "cart read",
            attributes: [.init(key: "items", value: "3")])
        var root = try span(1, to: 20, attributes: [.init(key: "http.route", value: "/ \"é\" \u{1F600}")])
        root.events = [event]
        var failed = try span(2, parent: 1, service: "payment", from: 2, to: 15, status: .error, kind: .client)
        failed.statusMessage = "bank is away"
        var other = try span(9, of: 2)
        other.trace = try #require(TraceID(high: 7, low: 2))
        other.kind = .producer
        return try [
            Trace(
                id: root.trace,
                spans: [root, failed, span(3, parent: 2, from: 3, to: 9, status: .ok, kind: .internal)]),
            Trace(id: other.trace, spans: [other]),
        ].compactMap(\.self)
    }

    private func read(_ text: String) throws -> TraceFile { try TraceFile(Array(text.utf8)) }

    @Test func `what is saved as OTLP, in JSON or protobuf, comes back as it was`() throws {
        let traces = try traces()
        let spans = traces.flatMap(\.spans)

        let json = try TraceFile(OTLPEncoding.document(spans, scope: "test").serialized())
        let protobuf = try TraceFile(OTLPEncoding.exportRequest(spans, scope: "test"))

        #expect(json.traces == traces)
        #expect(json.format == .otlpJSON)
        #expect(Set(protobuf.traces) == Set(traces))
        #expect(protobuf.format == .otlpProtobuf)
        #expect(json.notices == [])
    }

    /// The length of a message stands where JSON and XML have their first character.
    @Test(arguments: ["x", "]", "}", "{", "[", "<", " ", "\n"])
    func `OTLP in protobuf of any length is not taken for a text`(filler: String) throws {
        for length in 0...260 {
            let span = try span(1, service: "\r" + String(repeating: filler, count: length))

            let file = try TraceFile(OTLPEncoding.exportRequest([span], scope: "test"))

            #expect(file.traces.flatMap(\.spans).map(\.service) == [span.service], "of length \(length)")
        }
    }

    @Test func `what is saved as Jaeger's comes back as it was, in whole microseconds`() throws {
        let traces = try traces()

        let file = try TraceFile(JaegerJSON.document(traces).serialized())

        #expect(file.traces == traces)
        #expect(file.format == .jaeger)
    }

    @Test func `what is saved as Zipkin's comes back but for what it has no place for`() throws {
        let file = try TraceFile(ZipkinJSON.document(try traces()).serialized())

        var expected = try traces()
        var spans = expected[0].spans
        spans[0].events[0].attributes = []
        spans[2].kind = .unspecified
        expected[0] = try #require(Trace(id: expected[0].id, spans: spans))
        #expect(file.traces == expected)
        #expect(file.format == .zipkin)
    }

    @Test func `the traces of genuine senders survive Zipkin's form`() throws {
        for name in ["zipkin-v2.json", "zipkin-v1.json", "export-request.pb"] {
            let trace = try #require(try TraceFile(try Fixture.bytes(name)).traces.first)

            let back = try #require(try TraceFile(ZipkinJSON.document([trace]).serialized()).traces.first)

            #expect(back.spans.map(\.id) == trace.spans.map(\.id), "\(name)")
            #expect(back.spans.map(\.service) == trace.spans.map(\.service))
            #expect(back.spans.map(\.status) == trace.spans.map(\.status))
            #expect(
                back.spans.map(\.duration.milliseconds)
                    == trace.spans.map { ($0.duration.milliseconds * 1000).rounded(.down) / 1000 })
            #expect(back.spans.map { Set($0.attributes) } == trace.spans.map { Set($0.attributes) })
        }
    }

    @Test func `the file exporter's lines and its messages with lengths are read`() throws {
        let traces = try traces()
        let lines = traces.map { OTLPEncoding.document($0.spans, scope: "").text }.joined(separator: "\n") + "\n"
        let messages = traces.flatMap { trace -> [UInt8] in
            let message = OTLPEncoding.exportRequest(trace.spans, scope: "")
            return (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
        }

        #expect(try read(lines).traces == traces)
        #expect(Set(try TraceFile(messages).traces) == Set(traces))
    }

    @Test func `a file that is still being written is read as far as it goes`() throws {
        let traces = try traces()
        let lines = traces.map { OTLPEncoding.document($0.spans, scope: "").text }.joined(separator: "\n")

        let file = try read(String(lines.dropLast(20)))

        #expect(file.traces == [traces[0]])
        #expect(file.notices.count == 1)
        #expect(file.notices.first?.hasSuffix("bytes are a text that is cut short") == true)
    }

    @Test func `every spelling of the usual formats is known by its content`() throws {
        let span = #"{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"051581bf3cb55c13","name":"x"}"#
        let base64 = #"{"traceId":"W4qlotLIcugyHPNzCNad8g==","spanId":"BRWBvzy1XBM=","name":"x"}"#
        let group = #"[{"scopeSpans":[{"spans":[\#(span)]}]}]"#
        let zipkin = #"{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","id":"051581bf3cb55c13"}"#
        let jaeger =
            #"{"traceID":"5b8aa5a2d2c872e8321cf37308d69df2","spans":[{"spanID":"51581bf3cb55c13","startTime":1,"duration":2}]}"#
        let table: [(String, TraceFile.Format)] = [
            (#"{"resourceSpans":\#(group)}"#, .otlpJSON), (#"[{"resourceSpans":\#(group)}]"#, .otlpJSON),
            (#"{"result":{"resourceSpans":\#(group)}}"#, .otlpJSON),
            (#"{"batches":[{"instrumentationLibrarySpans":[{"spans":[\#(base64)]}]}]}"#, .tempo),
            (#"{"trace":{"resourceSpans":\#(group)},"metrics":{}}"#, .tempo),
            (#"{"trace":{"batches":\#(group)}}"#, .tempo),
            ("\u{FEFF}\n " + #"{"data":[\#(jaeger)]}"#, .jaeger), (jaeger, .jaeger), ("[\(jaeger)]", .jaeger),
            ("[\(zipkin)]", .zipkin), ("[[\(zipkin)]]", .zipkin),
        ]

        for (text, format) in table {
            let file = try read(text)
            #expect(file.format == format, "\(text)")
            #expect(file.traces.map(\.id.description) == ["5b8aa5a2d2c872e8321cf37308d69df2"], "\(text)")
            #expect(file.traces.first?.spans.map(\.id.description) == ["051581bf3cb55c13"], "\(text)")
        }
    }

    @Test func `Tempo's protobuf is known, too, and says when it is partial`() throws {
        let spans = try traces()[0].spans
        var answer = ProtobufWriter()
        answer.bytes(field: 1, OTLPEncoding.exportRequest(spans, scope: ""))
        answer.varint(field: 3, 1)

        let file = try TraceFile(answer.bytes)

        #expect(file.format == .tempo)
        #expect(file.traces.first?.spans.count == 3)
        #expect(file.notices == ["the trace is partial: it does not say why"])
    }

    @Test func `spans beyond the limit, and without ids, are left out and counted`() throws {
        let many = try TraceFile(
            JaegerJSON.document(try traces()).serialized(), limits: SpanLimits(spans: 2))
        let nameless = try read(#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}"#)

        #expect(many.traces.flatMap(\.spans).count == 2)
        #expect(many.notices == ["2 spans are left out: a file is read up to 2 spans"])
        #expect(nameless.traces == [])
        #expect(nameless.notices.first?.hasPrefix("1 spans are left out: a trace id is 16 bytes") == true)
    }

    @Test(arguments: [
        ("", "it is empty"), ("<html>", "it is a web page or XML"), ("hello", "neither JSON nor OTLP in protobuf"),
        ("{\"data\": [", "the JSON is cut short"), ("{\"data\": 7}", "data: expected an array, found a number"),
        ("{]}", "1:2"), ("[1]", "found a number"), ("{\"a\":1,\"b\":2}", "found an object with a, b"),
        (#"{"schema":"meshtop/trace/v1"}"#, "save traces with -o otlp or -o jaeger"),
        (#"{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}"#, "404: trace not found"),
        (#"{"resourceSpans":7}"#, "resourceSpans: expected an array, found a number"),
        (#"{"resourceSpans":[]} {"resourceSpans":7}"#, "text 2, resourceSpans: expected an array"),
        ("[{\"traceId\":\"x\",\"id\":\"1\"}]", "[0].traceId: expected 1 to 32 hexadecimal digits"),
    ])
    func `what is no trace says why`(text: String, words: String) {
        let failure = #expect(throws: SpanPayloadError.self) { try TraceFile(Array(text.utf8)) }
        #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
    }

    @Test func `spoilt files of every format are errors or traces`() throws {
        let traces = try traces()
        let spans = traces.flatMap(\.spans)
        var answer = ProtobufWriter()
        answer.bytes(field: 1, OTLPEncoding.exportRequest(spans, scope: ""))
        let files = [
            OTLPEncoding.document(spans, scope: "").serialized(), OTLPEncoding.exportRequest(spans, scope: ""),
            JaegerJSON.document(traces).serialized(), ZipkinJSON.document(traces).serialized(), answer.bytes,
            try Fixture.bytes("zipkin-v1.json"),
        ]
        var random = SeededGenerator(seed: 11)
        var read = 0
        for round in 0..<3000 {
            let bytes = random.spoilt(files[round % files.count])
            if let file = try? TraceFile(bytes) {
                read += 1
                // And on the way out.
                _ = OTLPEncoding.document(file.traces.flatMap(\.spans), scope: "").text
                _ = ZipkinJSON.document(file.traces).text
                _ = TraceDependency.count(in: file.traces)
            }
        }
        #expect(read > 100)
    }
}
