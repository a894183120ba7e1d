import JSONWire
import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct JaegerJSONTests {
    @Test func `traces survive the way there and back`() throws {
        let traces = try [
            Trace(
                id: #require(TraceID(high: 0, low: 1)),
                spans: [
                    span(1, attributes: [Span.Attribute(key: "span.kind", value: "odd"), .init(key: "x", value: "")]),
                    span(2, parent: 1, service: "payment", status: .error, kind: .client), span(3, status: .ok),
                ]),
            Trace(id: #require(TraceID(high: 0, low: 2)), spans: [span(1, of: 2)]),
        ].compactMap(\.self)

        let document = try JSONValue.parse(JaegerJSON.document(traces).serialized())

        #expect(try JaegerJSON.traces(in: document) == traces)
    }

    @Test func `the trace of OpenTelemetry's exporter survives it too, but for nanoseconds`() throws {
        let spans = try OTLPDecoding.batch(protobuf: Fixture.bytes("export-request.pb")).spans
        let trace = try #require(Trace(id: spans[0].trace, spans: spans))

        let back = try #require(try JaegerJSON.traces(in: JaegerJSON.document([trace])).first)

        #expect(back.spans.map(\.attributes) == trace.spans.map(\.attributes))
        #expect(back.spans.map(\.status) == trace.spans.map(\.status))
        #expect(back.spans.map(\.statusMessage) == trace.spans.map(\.statusMessage))
        #expect(back.spans[2].start.nanosecondsSinceEpoch == 1_700_000_000_002_000_000)
        #expect(back.spans[2].duration == .microseconds(6_999))
    }

    /// The shape of Jaeger's own answer, with typed tags, process tags and ids without leading zeros.
    @Test func `an answer of Jaeger is read`() throws {
        let document = try JSONValue(
            parsing: """
                {"data": [{"traceID": "1f", "spans": [{
                  "traceID": "1f", "spanID": "a", "operationName": "GET /", "references": [
                    {"refType": "FOLLOWS_FROM", "traceID": "1f", "spanID": "c"},
                    {"refType": "CHILD_OF", "traceID": "1f", "spanID": "b"}],
                  "startTime": 1700000000000000, "duration": 1500, "processID": "p1", "logs": [], "warnings": null,
                  "tags": [{"key": "span.kind", "type": "string", "value": "server"},
                    {"key": "error", "type": "bool", "value": true},
                    {"key": "http.status_code", "type": "int64", "value": 500}]}],
                  "processes": {"p1": {"serviceName": "web", "tags": [
                    {"key": "host.name", "type": "string", "value": "h"}]}}}], "total": 0, "errors": null}
                """)

        let span = try #require(try JaegerJSON.traces(in: document).first?.spans.first)

        #expect(span.trace.description == "0000000000000000000000000000001f")
        #expect(span.parent?.value == 0xB)
        #expect(span.kind == .server)
        #expect(span.status == .error)
        #expect(span.service == "web")
        #expect(span.duration == .microseconds(1500))
        #expect(span.attributes.map { "\($0.key)=\($0.value)" } == ["http.status_code=500", "host.name=h"])
    }

    @Test func `a refusal and a wrong shape are told apart`() throws {
        let refusal = JaegerJSON.failure(code: 404, message: "trace not found")
        #expect(throws: JaegerJSONError.refused(code: 404, message: "trace not found")) {
            try JaegerJSON.traces(in: refusal)
        }
        let error = #expect(throws: JaegerJSONError.self) {
            try JaegerJSON.traces(in: ["data": [["traceID": "1", "spans": [["spanID": "zz"]]]]])
        }
        #expect(
            error?.description == "data[0].spans[0].spanID: expected 1 to 16 hexadecimal digits, not all 0")
        #expect(try JaegerJSON.traces(in: ["data": .null]).isEmpty)
        #expect(throws: JaegerJSONError.self) { try JaegerJSON.traces(in: [:]) }
    }

    @Test func `services are listed`() throws {
        #expect(try JaegerJSON.services(in: JaegerJSON.document(services: ["a", "b"])) == ["a", "b"])
    }
}
