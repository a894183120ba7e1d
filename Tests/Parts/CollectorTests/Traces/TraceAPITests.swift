import Collector
import HTTPTransport
import HTTPWire
import JSONWire
import Quantities
import Synchronization
import Testing
import TraceModel

@Suite struct TraceAPITests {
    private let traces = LocalTraceSource()
    private var api: TraceAPI { TraceAPI(traces: traces, maximumBody: 4096) }

    private func export(
        _ body: [UInt8], type: String? = "application/x-protobuf", encoding: String? = nil
    ) -> HTTPResponse {
        var request = HTTPRequest("POST", "/v1/traces", body: body)
        request.headers["content-type"] = type
        request.headers["content-encoding"] = encoding
        return api.respond(to: request)
    }

    private func report(_ target: String, _ body: String, type: String = "application/json") -> HTTPResponse {
        api.respond(to: HTTPRequest("POST", target, headers: ["content-type": type], body: Array(body.utf8)))
    }

    private func get(_ target: String) throws -> (status: Int, document: JSONValue) {
        let response = api.respond(to: HTTPRequest(target))
        #expect(response.headers["content-type"] == "application/json")
        return (response.status, try JSONValue.parse(response.body))
    }

    @Test func `protobuf, JSON and gzip are taken`() throws {
        let json = """
            {"resourceSpans":[{"scopeSpans":[{"spans":[
              {"traceId":"00000000000000000000000000000003","spanId":"0000000000000001"}]}]}]}
            """

        let answers = try [
            export(OTLPEncoding.exportRequest([TestSpan.make(1, of: 1)], scope: "")),
            export(
                Gzip.pack(OTLPEncoding.exportRequest([TestSpan.make(1, of: 2)], scope: "")), encoding: "GZIP"),
            export(Array(json.utf8), type: "application/json; charset=utf-8"),
        ]

        #expect(answers.map(\.status) == [200, 200, 200])
        // An empty ExportTraceServiceResponse, in the encoding of the request.
        #expect(answers.map(\.text) == ["", "", "{}"])
        #expect(answers[0].headers["content-type"] == "application/x-protobuf")
        #expect(answers[2].headers["content-type"] == "application/json")
        #expect(traces.counts.traces == 3)
    }

    @Test func `spans that are rejected are said`() throws {
        let json = #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"01"}]}]}]}"#

        let answer = export(Array(json.utf8), type: "application/json")

        #expect(answer.status == 200)
        #expect(
            answer.text == #"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"#
                + #""a trace id is 16 bytes that are not all zero; one has 0 bytes"}}"#)
    }

    @Test func `every refusal has its status and its words`() throws {
        let request = OTLPEncoding.exportRequest([try TestSpan.make(1)], scope: "")
        let bomb = Gzip.pack(Array(repeating: 0, count: 100_000))
        let table: [(HTTPResponse, Int, String)] = [
            (export([0x0A, 0xFF]), 400, "the body is no ExportTraceServiceRequest"),
            (export(Array("{".utf8), type: "application/json"), 400, "the body is no ExportTraceServiceRequest: 1:"),
            (export(request, encoding: "gzip"), 400, "the body is not gzip"),
            (export(Array(Gzip.pack(request).dropLast(9)), encoding: "gzip"), 400, "cut short"),
            (export(bomb, encoding: "gzip"), 413, "more than 4096 bytes"),
            (export(Array(repeating: 0, count: 4097)), 413, "more than 4096 bytes"),
            (export(request, type: "text/plain"), 415, "the content type is \"text/plain\""),
            (export(request, type: nil), 415, "send application/x-protobuf or application/json"),
            (export(request, encoding: "br"), 415, "the content encoding is \"br\""),
            (api.respond(to: HTTPRequest("/v1/traces")), 405, "/v1/traces answers POST only"),
            (api.respond(to: HTTPRequest("/v1/metrics")), 404, "only traces are taken"),
            (api.respond(to: HTTPRequest("DELETE", "/api/traces/1")), 405, "answers GET only"),
            (api.respond(to: HTTPRequest("/api/v2/spans")), 405, "answers POST only"),
            (report("/api/v2/spans", "{}"), 400, "not a list of Zipkin's spans, version 2: expected an array"),
            (report("/api/v1/spans", "[1]"), 400, "version 1: [0]: expected a span, found a number"),
            (report("/api/v2/spans", "[]", type: "application/x-protobuf"), 415, "send application/json"),
            (report("/api/v2/spans", String(repeating: " ", count: 4097)), 413, "more than 4096 bytes"),
            (report("/api/traces", "", type: "application/x-thrift"), 400, "not a Batch of jaeger.thrift: byte 0:"),
            (report("/api/traces?format=jaeger.thrift", ""), 415, "send application/x-thrift"),
            (report("/api/traces?format=zipkin.thrift", ""), 400, "send jaeger.thrift"),
            (api.respond(to: HTTPRequest("/nowhere")), 404, "there is nothing at /nowhere"),
            (api.respond(to: HTTPRequest("/api/traces/zz")), 400, "is no trace id"),
            (api.respond(to: HTTPRequest("/api/traces/1f")), 404, "trace 0000000000000000000000000000001f is not here"),
            (api.respond(to: HTTPRequest("/api/traces?limit=0")), 400, "give a number from 1 to 1500"),
            (api.respond(to: HTTPRequest("/api/traces?minDuration=10")), 400, "minDuration is \"10\""),
            (api.respond(to: HTTPRequest("/api/traces?tags=%7B%22a%22:%5B%5D%7D")), 400, "the tag \"a\" is an array"),
            (api.respond(to: HTTPRequest("/api/traces?maxDuration=x")), 400, "maxDuration is \"x\""),
            (api.respond(to: HTTPRequest("/api/traces?start=x")), 400, "give microseconds since 1970"),
        ]

        for (response, status, words) in table {
            // JSON writes quotes with a backslash.
            let text = response.text.replacing("\\\"", with: "\"")
            #expect(response.status == status, "\(words)")
            #expect(text.contains(words), "\(words) is not in \(text)")
        }
        #expect(table.filter { $0.1 == 405 }.map { $0.0.headers["allow"] } == ["POST", "GET", "POST"])
        #expect(traces.counts.traces == 0)
    }

    @Test func `a refusal in protobuf is a google-rpc-Status`() {
        let answer = export([0x0A, 0xFF])

        // Field 1, varint: INVALID_ARGUMENT; field 2: the message.
        #expect(answer.body.prefix(3) == [0x08, 3, 0x12])
        #expect(answer.headers["content-type"] == "application/x-protobuf")
    }

    @Test func `an answer has the content type of its request`() throws {
        let request = OTLPEncoding.exportRequest([try TestSpan.make(1)], scope: "")

        for type in ["application/x-protobuf", "application/protobuf"] {
            #expect(export(request, type: type).headers["content-type"] == type)
            #expect(export([0x0A, 0xFF], type: type).headers["content-type"] == type)
        }
    }

    @Test func `spans of Zipkin and Jaeger are taken, packed or not, with 202 and nothing more`() throws {
        let v2 = #"[{"traceId":"a","id":"1","localEndpoint":{"serviceName":"web"},"timestamp":5}]"#
        let v1 = #"[{"traceId":"b","id":"1","timestamp":5,"annotations":[],"binaryAnnotations":[]}]"#
        // Batch { 2: list<Span> spans = [{ 1: traceIdLow = 12, 3: spanId = 1 }] }
        let batch: [UInt8] =
            [15, 0, 2, 12, 0, 0, 0, 1] + [10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 12] + [10, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1]
            + [0, 0]
        func send(_ target: String, _ body: [UInt8], _ headers: HTTPHeaders) -> HTTPResponse {
            api.respond(to: HTTPRequest("POST", target, headers: headers, body: body))
        }

        let answers = [
            report("/api/v2/spans", v2), report("/api/v1/spans", v1),
            send("/api/v2/spans", Gzip.pack(Array(v2.utf8)), ["content-encoding": "gzip"]),
            send("/api/traces?format=jaeger.thrift", batch, ["content-type": "application/x-thrift"]),
            send("/api/traces", batch, ["content-type": "application/vnd.apache.thrift.binary"]),
        ]

        #expect(answers.map(\.status) == [202, 202, 202, 202, 202])
        #expect(answers.allSatisfy { $0.body.isEmpty })
        #expect(traces.find(TraceQuery()).map(\.id.low).sorted() == [10, 11, 12])
        #expect(traces.counts.repeatedSpans == 2)
    }

    @Test func `who sends more than can be read is told when to come again`() throws {
        let time = Mutex(MonotonicTime(nanoseconds: 0))
        let slow = TraceAPI(
            traces: traces, bytesPerSecond: 100,
            clock: TraceAPI.Clock(
                wall: { WallTime(nanosecondsSinceEpoch: 0) }, monotonic: { time.withLock { $0 } }))
        func send(_ type: String, _ target: String = "/v1/traces") -> HTTPResponse {
            // 150 bytes; 200 may come at once.
            let body = Array("[]".utf8) + Array(repeating: UInt8(ascii: " "), count: 148)
            return slow.respond(to: HTTPRequest("POST", target, headers: ["content-type": type], body: body))
        }

        #expect(send("application/json", "/api/v2/spans").status == 202)
        let answers = [
            send("application/x-protobuf"), send("application/json"), send("application/json", "/api/v2/spans"),
        ]
        #expect(answers.map(\.status) == [429, 429, 429])
        #expect(answers.map { $0.headers["retry-after"] } == ["1", "1", "1"])
        // Status { code = 14, UNAVAILABLE }.
        #expect(answers[0].body.prefix(2) == [0x08, 14])
        #expect(answers[1].text.contains(#""code":14"#))
        #expect(traces.counts.deferredRequests == 3)

        time.withLock { $0 = MonotonicTime(nanoseconds: 1_000_000_000) }
        #expect(send("application/json", "/api/v2/spans").status == 202)
    }

    @Test func `what was lost is said at the root`() throws {
        _ = export(Array(#"{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}"#.utf8), type: "application/json")

        #expect(api.respond(to: HTTPRequest("/")).text.hasSuffix("or never: 1 spans were rejected.\n"))
    }

    @Test func `traces are found and loaded as Jaeger has them`() throws {
        traces.insert([
            try TestSpan.make(1, of: 1, service: "web"),
            try TestSpan.make(2, parent: 1, of: 1, service: "payment", status: .error),
            try TestSpan.make(1, of: 2, service: "web", milliseconds: 50),
        ])

        func found(_ target: String) throws -> [UInt64] {
            try JaegerJSON.traces(in: get(target).document).map(\.id.low).sorted()
        }
        #expect(try found("/api/traces") == [1, 2])
        #expect(try found("/api/traces?service=web&limit=20&lookback=1h&operation=") == [1, 2])
        #expect(try found("/api/traces?service=payment") == [1])
        #expect(try found("/api/traces?service=web&calledService=payment") == [1])
        #expect(try found("/api/traces?minDuration=30ms") == [2])
        #expect(try found("/api/traces?minDuration=0.03s") == [2])
        #expect(try found("/api/traces?tags=%7B%22error%22%3A%22true%22%7D") == [1])
        #expect(try found("/api/traces/2") == [2])
        #expect(try JaegerJSON.services(in: get("/api/services").document) == ["payment", "web"])
    }

    @Test func `the root is a sentence for people`() {
        let answer = api.respond(to: HTTPRequest("/"))

        #expect(answer.status == 200)
        #expect(answer.text.hasSuffix("0 traces of 0 services are here.\n"))
    }

    @Test func `an answer has so many spans and no more`() throws {
        for trace in 1...3 {
            traces.insert(try (1...4000).map { try TestSpan.make($0, of: UInt64(trace)) })
        }

        #expect(try JaegerJSON.traces(in: get("/api/traces").document).count == 2)
    }
}
