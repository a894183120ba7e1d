import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct OTLPDecodingTests {
    /// What `Fixtures/make.py` recorded.
    private func checkFixture(_ spans: [Span]) throws {
        #expect(spans.map(\.name) == ["POST /pay", "POST payment-service", "GET /checkout"])
        #expect(spans.map(\.service) == ["payment-service", "web", "web"])
        #expect(spans.map(\.trace.description) == Array(repeating: "0af7651916cd43dd8448eb211c80319c", count: 3))
        #expect(
            spans.map(\.id.description) == ["b7ad6b7169203333", "b7ad6b7169203332", "b7ad6b7169203331"])
        #expect(spans.map(\.parent?.description) == ["b7ad6b7169203332", "b7ad6b7169203331", nil])
        #expect(spans.map(\.kind) == [.server, .client, .server])
        #expect(spans.map(\.status) == [.error, .error, .ok])
        #expect(spans.map(\.statusMessage) == ["card refused", "", ""])
        #expect(spans[0].start.nanosecondsSinceEpoch == 1_700_000_000_002_000_001)
        #expect(spans[0].duration == .nanoseconds(6_999_999))
        #expect(
            spans[2].attributes.map { "\($0.key)=\($0.value)" } == [
                "http.request.method=GET", "http.response.status_code=500", "url.path=/checkout?é", "ratio=0.25",
                "cached=false", "tags=[\"a\",\"b\"]", "sizes=[1,2]", "deployment.environment.name=test",
            ])
    }

    @Test func `the bytes of OpenTelemetry's exporter are read`() throws {
        let batch = try OTLPDecoding.batch(protobuf: Fixture.bytes("export-request.pb"))

        try checkFixture(batch.spans)
        #expect(batch.rejectedCount == 0)
    }

    @Test func `the same request in JSON brings the same spans`() throws {
        let protobuf = try OTLPDecoding.batch(protobuf: Fixture.bytes("export-request.pb"))
        let json = try OTLPDecoding.batch(json: Fixture.bytes("export-request.json"))

        try checkFixture(json.spans)
        #expect(json == protobuf)
    }

    @Test func `what is encoded here is read back`() throws {
        let spans = try [
            span(1, attributes: [Span.Attribute(key: "http.route", value: "/pay")]),
            span(2, parent: 1, from: 3, to: 4, status: .error, kind: .client),
            span(3, parent: 2, service: "payment", from: 3, to: 3),
        ]

        let batch = try OTLPDecoding.batch(protobuf: OTLPEncoding.exportRequest(spans, scope: "test"))

        #expect(batch.spans == spans)
    }

    @Test func `a request cut anywhere is refused, or is whole up to there`() throws {
        for (name, read) in [
            ("export-request.pb", { bytes in try OTLPDecoding.batch(protobuf: bytes).spans }),
            ("export-request.json", { bytes in try OTLPDecoding.batch(json: bytes).spans }),
        ] as [(String, ([UInt8]) throws -> [Span])] {
            let whole = try Fixture.bytes(name)
            let spans = try read(whole)
            var refusals = 0
            for count in 0..<whole.count {
                do {
                    let part = try read(Array(whole[..<count]))
                    #expect(part == Array(spans.prefix(part.count)), "\(name) cut at \(count)")
                } catch let error as SpanPayloadError {
                    refusals += 1
                    #expect(!error.description.isEmpty)
                }
            }
            // Only the cuts between two of the outermost fields leave a message.
            #expect(refusals >= whole.count - 3, "\(name)")
        }
    }

    @Test(arguments: SeededGenerator.seeds(200))
    func `bytes that were spoilt never trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for name in ["export-request.pb", "export-request.json"] {
            var bytes = try Fixture.bytes(name)
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let batch =
                name.hasSuffix("pb")
                ? try? OTLPDecoding.batch(protobuf: bytes) : try? OTLPDecoding.batch(json: bytes)
            #expect((batch?.spans.count ?? 0) <= 3)
        }
    }

    @Test func `an error says where`() throws {
        let json = #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}"#

        let error = #expect(throws: SpanPayloadError.self) { try OTLPDecoding.batch(json: Array(json.utf8)) }
        #expect(
            error?.description
                == "resourceSpans[0].scopeSpans[0].spans[0].traceId: expected hexadecimal digits, found \"xyz\"")

        let list = #expect(throws: SpanPayloadError.self) { try OTLPDecoding.batch(json: Array("[]".utf8)) }
        #expect(list?.description == "expected an object with \"resourceSpans\", found an array")

        let cut = try Array(Fixture.bytes("export-request.pb").dropLast())
        let truncation = #expect(throws: SpanPayloadError.self) { try OTLPDecoding.batch(protobuf: cut) }
        #expect(truncation?.message.contains("bytes, but") == true)
    }

    @Test func `numbers, names and nulls of other senders are read`() throws {
        let json = """
            {"resourceSpans": [{"resource": null, "scopeSpans": [{"spans": [{
              "traceId": "0AF7651916CD43DD8448EB211C80319C", "spanId": "b7ad6b7169203331", "parentSpanId": "",
              "kind": "SPAN_KIND_CONSUMER", "startTimeUnixNano": 5, "endTimeUnixNano": 3,
              "status": {"code": "STATUS_CODE_ERROR"}, "attributes": [
                {"key": "a", "value": {"intValue": 7}}, {"key": "b", "value": {"doubleValue": "NaN"}},
                {"key": "c", "value": {"kvlistValue": {"values": [{"key": "d", "value": {"boolValue": true}}]}}},
                {"key": "e"}]
            }]}]}]}
            """

        let span = try #require(try OTLPDecoding.batch(json: Array(json.utf8)).spans.first)

        #expect(span.trace.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(span.parent == nil)
        #expect(span.service == "unknown_service")
        #expect(span.kind == .consumer)
        #expect(span.status == .error)
        // An end before the start is a clock that was set back, not a negative span.
        #expect(span.duration == .zero)
        #expect(span.attributes.map(\.value) == ["7", "NaN", #"{"d":true}"#, ""])
    }

    @Test func `spans without ids are rejected alone, and so are spans over the limit`() throws {
        let json = """
            {"resourceSpans":[{"scopeSpans":[{"spans":[
              {"traceId":"00000000000000000000000000000000","spanId":"b7ad6b7169203331"},
              {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7"},
              {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"},
              {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203332"}]}]}]}
            """

        let batch = try OTLPDecoding.batch(json: Array(json.utf8), limits: SpanLimits(spans: 1))

        #expect(batch.spans.map(\.id.description) == ["b7ad6b7169203331"])
        #expect(batch.rejectedCount == 3)
        #expect(
            batch.firstRejection == "a trace id is 16 bytes that are not all zero; one has only zeros")
    }

    @Test func `texts and attributes are kept up to their limits`() throws {
        let long = try span(
            1, service: "ééééééé", attributes: (0..<9).map { Span.Attribute(key: "k\($0)", value: "123456789012345") })
        let bytes = OTLPEncoding.exportRequest([long], scope: "")

        let batch = try OTLPDecoding.batch(protobuf: bytes, limits: SpanLimits(attributes: 2, textBytes: 13))

        let kept = try #require(batch.spans.first)
        #expect(kept.service == "éééééé")
        #expect(kept.attributes.map(\.value) == ["1234567890123", "1234567890123"])
    }
}
