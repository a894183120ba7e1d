import Discovery
import HTTPTransport
import JSONWire
import SystemIO
import Testing

@testable import Proxy

/// Requests that are tried again, and what their end is called. What is expected was read from an Envoy 1.40 with the
/// same routes.
@Suite("Retries") struct RetryTests {
    private func chain(
        _ policy: JSONObject, timeout: String? = nil, to endpoints: [SocketAddress]? = nil
    ) throws -> TestChain {
        var policy = policy
        policy["retry_back_off"] = ["base_interval": "0.001s"]
        var forward: JSONObject = ["cluster": .string(TestChain.cluster), "retry_policy": .object(policy)]
        forward["timeout"] = timeout.map { .string($0) }
        let chain = try TestChain()
        let route = try Route(json: ["match": ["prefix": "/"], "route": .object(forward)])
        try chain.applySource(
            endpoints: endpoints ?? [chain.inbound], secure: endpoints == nil, routes: [route])
        return chain
    }

    private func flags(_ chain: TestChain, _ text: String) -> UInt64 {
        chain.requests(chain.source, #"response_flags="\#(text)""#)
    }

    @Test func `a response that should have been tried again says that no more tries were left`() throws {
        let chain = try chain(["retry_on": "5xx", "num_retries": 2])
        chain.application = { $1.respond(HTTPResponse(status: 503)) }

        #expect(try chain.send().status == 503)

        #expect(chain.seen.map { $0.headers["x-envoy-attempt-count"] } == ["1", "2", "3"])
        #expect(flags(chain, "URX") == 1)
    }

    @Test func `one that another try made good says nothing`() throws {
        let chain = try chain(["retry_on": "5xx", "num_retries": 1])
        var answers = [200, 503]
        chain.application = { $1.respond(HTTPResponse(status: answers.popLast() ?? 500)) }

        #expect(try chain.send().status == 200)

        #expect(flags(chain, "-") == 1)
    }

    @Test func `a failure says so as well as how the last try failed`() throws {
        let socket = try Socket.listening(on: .loopback())
        let nobody = try #require(socket.localAddress)
        socket.close()
        let tried = try chain(["retry_on": "connect-failure", "num_retries": 1], to: [nobody])
        let plain = try chain(["retry_on": "retriable-4xx", "num_retries": 1], to: [nobody])

        let response = try tried.send()
        let other = try plain.send()

        #expect(response.status == 503)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: "
                + "remote connection failure")
        #expect(flags(tried, "URX,UF") == 1)
        #expect(
            String(decoding: other.body, as: UTF8.self)
                == "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure")
        #expect(flags(plain, "UF") == 1)
    }

    @Test func `a field of the response asks for another try`() throws {
        let chain = try chain([
            "retry_on": "retriable-headers", "num_retries": 1,
            "retriable_headers": [["name": "x-again", "string_match": ["exact": "yes"]]],
        ])
        var answers = ["yes", "yes", "no"]
        chain.application = { _, responder in
            var response = HTTPResponse(status: 200)
            response.headers.add("x-again", answers.popLast() ?? "no")
            responder.respond(response)
        }

        #expect(try chain.send().headers["x-again"] == "no")
        #expect(try chain.send().headers["x-again"] == "yes")

        #expect(chain.seen.count == 3)
        #expect(flags(chain, "URX") == 1)
    }

    @Test func `a request without the field that retries need is sent once`() throws {
        let chain = try chain([
            "retry_on": "5xx", "num_retries": 1, "retriable_request_headers": [["name": "x-go"]],
        ])
        chain.application = { $1.respond(HTTPResponse(status: 503)) }

        _ = try chain.send()
        #expect(chain.seen.count == 1)
        #expect(flags(chain, "-") == 1)
        _ = try chain.send(headers: [("x-go", "1")])
        #expect(chain.seen.count == 3)
        #expect(flags(chain, "URX") == 1)
    }

    @Test func `a limit for one try that is not below the route's has no effect`() throws {
        let chain = try chain(
            ["retry_on": "5xx", "num_retries": 5, "per_try_timeout": "0.05s"], timeout: "0.05s")
        var held: [HTTPResponder] = []
        chain.application = { held.append($1) }

        #expect(try chain.send().status == 504)

        #expect(chain.seen.count == 1)
        #expect(flags(chain, "UT") == 1)
        for responder in held { responder.respond(HTTPResponse(status: 200)) }
    }

    @Test func `tries that all took too long end with both reasons`() throws {
        let chain = try chain(["retry_on": "5xx", "num_retries": 1, "per_try_timeout": "0.02s"])
        var held: [HTTPResponder] = []
        chain.application = { held.append($1) }

        #expect(try chain.send().status == 504)

        #expect(chain.seen.count == 2)
        #expect(flags(chain, "URX,UT") == 1)
        for responder in held { responder.respond(HTTPResponse(status: 200)) }
    }
}
