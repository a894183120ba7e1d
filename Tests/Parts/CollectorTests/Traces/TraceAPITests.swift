import Collector
import HTTPTransport
import HTTPWire
import JSONWire
import Quantities
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
            (api.respond(to: HTTPRequest("POST", "/api/traces")), 405, "answers GET only"),
            (api.respond(to: HTTPRequest("DELETE", "/api/traces/1")), 405, "answers GET only"),
            (api.respond(to: HTTPRequest("/nowhere")), 404, "there is nothing at /nowhere"),
            (api.respond(to: HTTPRequest("/api/traces/zz")), 400, "is no trace id"),
            (api.respond(to: HTTPRequest("/api/traces/1f")), 404, "trace 0000000000000000000000000000001f is not here"),
            (api.respond(to: HTTPRequest("/api/traces?limit=0")), 400, "give a number from 1 to 1500"),
            (api.respond(to: HTTPRequest("/api/traces?minDuration=10")), 400, "minDuration is \"10\""),
            (api.respond(to: HTTPRequest("/api/traces?tags=%7B%22a%22:1%7D")), 400, "the tag \"a\""),
            (api.respond(to: HTTPRequest("/api/traces?operation=x")), 400, "operation cannot be searched for"),
        ]

        for (response, status, words) in table {
            // JSON writes quotes with a backslash.
            let text = response.text.replacing("\\\"", with: "\"")
            #expect(response.status == status, "\(words)")
            #expect(text.contains(words), "\(words) is not in \(text)")
        }
        #expect(table.filter { $0.1 == 405 }.map { $0.0.headers["allow"] } == ["POST", "GET", "GET"])
        #expect(traces.counts.traces == 0)
    }

    @Test func `a refusal in protobuf is a google-rpc-Status`() {
        let answer = export([0x0A, 0xFF])

        // Field 1, varint: INVALID_ARGUMENT; field 2: the message.
        #expect(answer.body.prefix(3) == [0x08, 3, 0x12])
        #expect(answer.headers["content-type"] == "application/x-protobuf")
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
