import Discovery
import HTTPTransport
import JSONWire
import Testing

@testable import Proxy

/// Requests of pages from other origins.
@Suite("Cross-origin requests") struct CORSTests {
    private func chain(_ policy: JSONObject, redirecting: Bool = false) throws -> TestChain {
        var policy = policy
        policy["@type"] = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy"
        let target: JSONObject =
            redirecting
            ? ["redirect": ["path_redirect": "/x"]] : ["route": ["cluster": .string(TestChain.cluster)]]
        var route: JSONObject = [
            "match": ["prefix": "/"], "typed_per_filter_config": ["envoy.filters.http.cors": .object(policy)],
        ]
        for (name, value) in target { route[name] = value }
        let chain = try TestChain()
        try chain.applySource(
            endpoints: [chain.inbound], routes: [try Route(json: .object(route))], filters: [.cors])
        return chain
    }

    private static let policy: JSONObject = [
        "allow_origin_string_match": [["exact": "https://a.example"], ["safe_regex": ["regex": ".*[.]test"]]],
        "allow_methods": "GET,POST", "allow_headers": "x-a", "expose_headers": "x-b", "max_age": "60",
        "allow_credentials": true, "forward_not_matching_preflights": false,
    ]

    private static func preflight(_ origin: String) -> [(String, String)] {
        [("origin", origin), ("access-control-request-method", "PUT"), ("access-control-request-headers", "x-z")]
    }

    private func answers(_ response: HTTPResponse) -> [String: String] {
        var fields: [String: String] = [:]
        for name in ["origin", "methods", "headers", "credentials"] {
            fields[name] = response.headers["access-control-allow-\(name)"]
        }
        fields["exposed"] = response.headers["access-control-expose-headers"]
        fields["age"] = response.headers["access-control-max-age"]
        return fields
    }

    @Test func `a preflight is answered here`() throws {
        let chain = try chain(Self.policy)

        let response = try chain.send("OPTIONS", headers: Self.preflight("https://a.example"))

        #expect(response.status == 200)
        #expect(chain.seen.isEmpty)
        #expect(
            answers(response) == [
                "origin": "https://a.example", "methods": "GET,POST", "headers": "x-a", "credentials": "true",
                "exposed": "x-b", "age": "60",
            ])
        #expect(response.headers["content-length"] == "0")
    }

    @Test func `an origin that may not ask is not named in the answer`() throws {
        let chain = try chain(Self.policy)

        let response = try chain.send("OPTIONS", headers: Self.preflight("https://b.example"))

        #expect(response.status == 200)
        #expect(chain.seen.isEmpty)
        #expect(
            answers(response) == ["methods": "GET,POST", "headers": "x-a", "credentials": "true", "age": "60"])
    }

    @Test func `or its preflight goes on to the service`() throws {
        var policy = Self.policy
        policy["forward_not_matching_preflights"] = nil
        let chain = try chain(policy)

        let response = try chain.send("OPTIONS", headers: Self.preflight("https://b.example"))

        #expect(chain.seen.count == 1)
        #expect(answers(response) == [:])
    }

    @Test func `a response tells who may read it, whatever the service says`() throws {
        let chain = try chain(Self.policy)
        chain.application = { _, responder in
            var response = HTTPResponse(status: 200)
            response.headers.add("access-control-allow-origin", "*")
            response.headers.add("access-control-expose-headers", "x-own")
            responder.respond(response)
        }

        let allowed = try chain.send(headers: [("origin", "https://shop.test")])
        let other = try chain.send(headers: [("origin", "https://b.example")])
        let same = try chain.send()
        let plainOptions = try chain.send("OPTIONS", headers: [("origin", "https://shop.test")])

        #expect(answers(allowed) == ["origin": "https://shop.test", "credentials": "true", "exposed": "x-b"])
        #expect(answers(other) == ["origin": "*", "exposed": "x-own"])
        #expect(answers(same) == ["origin": "*", "exposed": "x-own"])
        #expect(answers(plainOptions) == answers(allowed))
        #expect(chain.seen.count == 4)
    }

    @Test func `a star allows everybody, and answers with what was asked for`() throws {
        let chain = try chain([
            "allow_origin_string_match": [["exact": "*"]], "allow_methods": "*", "allow_headers": "*",
        ])

        let response = try chain.send("OPTIONS", headers: Self.preflight("null"))

        #expect(answers(response) == ["origin": "null", "methods": "PUT", "headers": "x-z"])
    }

    @Test func `errors can be read as well, and redirects say nothing`() throws {
        let failing = try chain(Self.policy)
        failing.application = { $1.respond(HTTPResponse(status: 503)) }
        let redirecting = try chain(Self.policy, redirecting: true)

        #expect(try answers(failing.send(headers: [("origin", "https://a.example")]))["origin"] != nil)
        #expect(try answers(redirecting.send("OPTIONS", headers: Self.preflight("https://a.example"))) == [:])
    }

    @Test func `a policy that is off does nothing`() throws {
        var policy = Self.policy
        policy["filter_enabled"] = ["default_value": ["numerator": 0]]
        let chain = try chain(policy)

        #expect(try answers(chain.send("OPTIONS", headers: Self.preflight("https://a.example"))) == [:])
        #expect(chain.seen.count == 1)
    }
}
