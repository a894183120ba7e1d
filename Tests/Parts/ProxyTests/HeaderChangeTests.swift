import Discovery
import HTTPTransport
import HTTPWire
import JSONWire
import Testing

@testable import Proxy

/// What routes do to headers, in Envoy's order.
@Suite("Header changes") struct HeaderChangeTests {
    private func chain(_ route: JSONValue) throws -> TestChain {
        let chain = try TestChain()
        try chain.applySource(endpoints: [chain.inbound], routes: [try Route(json: route)])
        return chain
    }

    private func adding(_ value: String, action: String = "APPEND_IF_EXISTS_OR_ADD") -> JSONValue {
        [["header": ["key": "x-order", "value": .string(value)], "append_action": .string(action)]]
    }

    @Test func `a route has the last word over its shares`() throws {
        let chain = try chain([
            "match": ["prefix": "/"],
            "request_headers_to_add": adding("route", action: "OVERWRITE_IF_EXISTS_OR_ADD"),
            "response_headers_to_add": adding("route", action: "OVERWRITE_IF_EXISTS_OR_ADD"),
            "route": [
                "weighted_clusters": [
                    "clusters": [
                        [
                            "name": .string(TestChain.cluster), "weight": 1, "request_headers_to_add": adding("share"),
                            "response_headers_to_add": adding("share"),
                        ]
                    ]
                ]
            ],
        ])

        let response = try chain.send()

        #expect(chain.seen.first?.headers["x-order"] == "route")
        #expect(response.headers["x-order"] == "route")
    }

    @Test func `an answer of the proxy's own has its route's headers`() throws {
        let chain = try chain([
            "match": ["prefix": "/"],
            "response_headers_to_add": [
                ["header": ["key": "content-type", "value": "application/json"]], ["header": ["key": "x-empty"]],
            ],
            "direct_response": ["status": 200, "body": ["inline_string": "{}"]],
        ])

        let response = try chain.send()

        #expect(response.headers["content-type"] == "application/json")
        #expect(response.headers["x-empty"] == nil)
    }

    @Test func `an answer without a date gets one, and a 204 has no length`() throws {
        let chain = try chain(["match": ["prefix": "/"], "direct_response": ["status": 204]])

        let response = try chain.send()

        #expect(response.headers["date"].flatMap { HTTPDate($0) } != nil)
        #expect(response.headers["content-length"] == nil)
    }

    @Test func `an upstream's answer tells how long it took`() throws {
        let chain = try chain(["match": ["prefix": "/"], "route": ["cluster": .string(TestChain.cluster)]])

        let response = try chain.send()

        #expect(response.headers["x-envoy-upstream-service-time"].flatMap { Int($0) } != nil)
    }

    @Test func `an answer for want of one tells of the retries`() {
        let answer = LocalReply.connectionFailure

        #expect(
            String(decoding: answer.text(isRetried: false), as: UTF8.self).hasSuffix(
                "headers. reset reason: remote connection failure"))
        #expect(
            String(decoding: answer.text(isRetried: true), as: UTF8.self)
                .hasSuffix("headers. retried and the latest reset reason: remote connection failure"))
        #expect(LocalReply.noHealthyUpstream.text(isRetried: true) == Array("no healthy upstream".utf8))
    }
}
