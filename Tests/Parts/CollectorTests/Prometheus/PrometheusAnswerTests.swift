import ExpositionWire
import HTTPTransport
import Quantities
import Testing

@testable import Collector

/// Answers as <https://prometheus.io/docs/prometheus/latest/querying/api/> documents them.
@Suite struct PrometheusAnswerTests {
    private static let query = PrometheusQuery.graph[1]

    private func parse(
        _ text: String, limits: PrometheusLimits = PrometheusLimits()
    ) throws(PrometheusFailure) -> PrometheusAnswer {
        try PrometheusAnswer.parse(Array(text.utf8), query: Self.query, limits: limits)
    }

    private func failure(_ text: String) -> String? {
        do throws(PrometheusFailure) {
            _ = try parse(text)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `a vector becomes series with their name and what is implied`() throws {
        let answer = try parse(
            #"""
            {"status": "success", "data": {"resultType": "vector", "result": [
              {"metric": {"le": "25", "reporter": "source"}, "value": [1435781451.781, "1.5"]},
              {"metric": {"le": "+Inf", "response_code": "503"}, "value": [1435781451.781, "2"]}
            ]}}
            """#)

        #expect(answer.series.count == 2)
        #expect(answer.time == 1435781451.781)
        #expect(answer.series[0].key.name == "istio_request_duration_milliseconds_bucket")
        #expect(answer.series[0].key["le"] == "25")
        #expect(answer.series[0].key["response_code"] == "200")
        #expect(answer.series[0].key["response_flags"] == "-")
        #expect(answer.series[0].points == [PrometheusAnswer.Point(time: 1435781451.781, value: 1.5)])
        // What the server says counts more.
        #expect(answer.series[1].key["response_code"] == "503")
        #expect(answer.warnings.isEmpty && answer.infos.isEmpty && answer.leftOut == 0)
    }

    @Test func `a matrix becomes series of points`() throws {
        let answer = try parse(
            #"""
            {"status": "success", "data": {"resultType": "matrix", "result": [
              {"metric": {}, "values": [[1, "1"], [2, "NaN"], [3, "3e0"]]}, {"metric": {}, "values": []}
            ]}}
            """#)

        #expect(answer.series.map { $0.points.map(\.time) } == [[1, 3]])
    }

    @Test(arguments: [
        #""NaN""#, #""+Inf""#, #""-Inf""#, #""-1""#, #""""#, #""x""#, "1", "null", "[]",
    ])
    func `a value that is no rate is no value`(value: String) throws {
        let answer = try parse(
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,\#(value)]}]}}"#
        )

        #expect(answer.series.isEmpty)
    }

    @Test(arguments: [
        #"{"metric":{"a":"b"}}"#, #"{"metric":{"a":"b"},"value":[]}"#, #"{"metric":{"a":"b"},"value":[1]}"#,
        #"{"metric":{"a":"b"},"histogram":[1,{"count":"1","sum":"2","buckets":[]}]}"#,
    ])
    func `a series without a value is passed over`(item: String) throws {
        let answer = try parse(#"{"status":"success","data":{"resultType":"vector","result":[\#(item)]}}"#)

        #expect(answer.series.isEmpty)
    }

    @Test func `warnings make an answer partial, infos do not`() throws {
        let answer = try parse(
            #"""
            {"status": "success", "data": {"resultType": "vector", "result": []}, "isPartial": true,
             "warnings": ["store 10.0.0.1: \u001b[31mtimeout\n", "b", "c", "d", "e"], "infos": ["i"]}
            """#)

        #expect(
            answer.warnings == [
                "store 10.0.0.1: [31mtimeout", "b", "c", "and 2 more of the kind", "some of its stores did not answer",
            ])
        #expect(answer.infos == ["i"])
    }

    @Test func `series beyond the bound are left out and counted`() throws {
        let items = (0..<10).map { #"{"metric":{"a":"\#($0)"},"value":[1,"1"]}"# }.joined(separator: ",")
        var limits = PrometheusLimits()
        limits.series = 7

        let answer = try parse(
            #"{"status":"success","data":{"resultType":"vector","result":[\#(items)]}}"#, limits: limits)

        #expect(answer.series.count == 7)
        #expect(answer.leftOut == 3)
    }

    @Test(arguments: [
        ("", "its answer cannot be read"), ("{", "its answer cannot be read"), ("[]", "it has no status"),
        ("\n <html><body>Login</body></html>", "answered 200 with a web page; is it a Prometheus"),
        (#"{"status":"success"}"#, "no data.result"),
        (#"{"status":"success","data":{"resultType":"vector"}}"#, "no data.result"),
        (#"{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}"#, "is a scalar, not a vector"),
        (#"{"status":"success","data":{"resultType":"vector","result":[{}]}}"#, "a series without labels"),
        (#"{"status":"error","errorType":"execution","error":"boom"}"#, "cannot work the query out: boom"),
        (String(repeating: "[", count: 100_000), "nested deeper than 16"),
    ])
    func `what is no answer says why`(text: String, reason: String) {
        #expect(failure(text)?.contains(reason) == true, "\(failure(text) ?? "none")")
    }

    @Test func `any beginning of an answer is refused in words`() {
        let text =
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"é"},"value":[1,"1"]}]}}"#
        for count in 0..<text.utf8.count {
            #expect(throws: PrometheusFailure.self) {
                try PrometheusAnswer.parse(
                    Array(text.utf8.prefix(count)), query: Self.query, limits: PrometheusLimits())
            }
        }
    }

    // MARK: Refusals

    private static func error(_ type: String, _ text: String) -> String {
        #"{"status":"error","errorType":"\#(type)","error":"\#(text)"}"#
    }

    @Test(arguments: [
        (400, error("bad_data", "parse error"), "refuses the query: parse error", true),
        (422, error("execution", "too many samples"), "cannot work the query out: too many samples", true),
        (503, error("timeout", "query timed out"), "ran out of its own time for the query: query timed out", true),
        (503, error("canceled", "x"), "gave up on the query: x", true),
        (503, error("unavailable", "starting"), "is not ready: starting", false),
        (429, error("too_many_requests", "slow down"), "wants fewer questions: slow down", true),
        (500, error("internal", "x"), "answered 500, internal: x", true),
        // Mimir's, of its distributor and of its gateway.
        (401, "no org id", "answered 401: it wants credentials, or others", false),
        (403, "", "answered 403: the credentials are not enough", false),
        (
            404, "404 page not found\n",
            "answered 404; is the path right? Mimir's ends in /prometheus: 404 page not found", false
        ),
        (429, "", "answered 429, it wants fewer questions", true),
        (503, "no healthy upstream", "answered 503, it is not ready or has no time: no healthy upstream", false),
        (
            502, "<html>Bad Gateway</html>", "answered 502 with a web page; is it a Prometheus, and is the path right?",
            false
        ),
        (418, "tea\nand more", "answered 418: tea", false),
    ])
    func `refusals are told in words`(status: Int, body: String, words: String, isVerdict: Bool) {
        let failure = PrometheusWords.failure(HTTPResponse(status: status, body: Array(body.utf8)))

        #expect(failure.message == words)
        #expect(failure.isVerdict == isVerdict)
    }

    @Test func `a server's long words are cut, and cannot steer a terminal`() {
        let words = PrometheusWords.short("a\u{1B}[2Jb\u{202E}c\r\n" + String(repeating: "d", count: 1000))

        #expect(words.hasPrefix("a [2Jb c d"))
        #expect(words.unicodeScalars.count == 200 || words.hasSuffix("…"))
        #expect(words.unicodeScalars.count <= 201)
    }
}
