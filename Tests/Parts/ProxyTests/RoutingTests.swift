import Discovery
import HTTPTransport
import JSONWire
import Testing

@testable import Proxy

/// Routes as a control plane words them, and what they do to requests.
@Suite("Routing") struct RoutingTests {
    private func chain(_ routes: JSONValue...) throws -> TestChain {
        let chain = try TestChain()
        try chain.applySource(endpoints: [chain.inbound], routes: try routes.map { try Route(json: $0) })
        return chain
    }

    @Test(
        arguments: [
            ("/v1/pay?q=7", "application", "/1/pay?q=7"), ("/v12/pay?q=07&q=x", "application", "/12/pay?q=07&q=x"),
            ("/v1/pay?q=x", "rest", nil), ("/v1/pay", "rest", nil), ("/x/v1/pay?q=7", "rest", nil),
            ("/old/v1", "redirect", nil),
        ] as [(String, String, String?)])
    func `regular expressions choose and rewrite`(target: String, by: String, arrived: String?) throws {
        let chain = try chain(
            [
                "match": [
                    "safe_regex": ["regex": "/v[0-9]+/.*"],
                    "headers": [
                        ["name": ":scheme", "string_match": ["exact": "http"]],
                        ["name": ":authority", "string_match": ["safe_regex": ["regex": "cata.+"]]],
                        [
                            "name": "x-test", "string_match": ["safe_regex": ["regex": "a+"]], "invert_match": true,
                            "treat_missing_header_as_empty": true,
                        ],
                    ],
                    "query_parameters": [["name": "q", "string_match": ["safe_regex": ["regex": "[0-9]+"]]]],
                ],
                "route": [
                    "cluster": .string(TestChain.cluster),
                    "regex_rewrite": ["pattern": ["regex": "^/v([0-9]+)"], "substitution": #"/\1"#],
                ],
            ],
            [
                "match": ["prefix": "/old"],
                "redirect": ["regex_rewrite": ["pattern": ["regex": "/old/(.*)"], "substitution": #"/new/\1"#]],
            ],
            [
                "match": ["prefix": "/"],
                "direct_response": ["status": 418, "body": ["inline_string": "rest"]],
            ])

        let response = try chain.send("GET", target)

        switch by {
        case "application": #expect(response.status == 200)
        case "redirect":
            #expect(response.status == 301)
            #expect(response.headers["location"] == "http://catalog/new/v1")
        default: #expect(response.status == 418)
        }
        #expect(chain.seen.first?.target == arrived)
    }

    @Test func `a header that must not match may be missing, but not match`() throws {
        let chain = try chain(
            [
                "match": [
                    "prefix": "/",
                    "headers": [
                        [
                            "name": "x-test", "string_match": ["safe_regex": ["regex": "a+"]], "invert_match": true,
                            "treat_missing_header_as_empty": true,
                        ]
                    ],
                ],
                "direct_response": ["status": 200],
            ])

        #expect(try chain.send().status == 200)
        #expect(try chain.send(headers: [("x-test", "b")]).status == 200)
        #expect(try chain.send(headers: [("x-test", "aa")]).status == 404)
    }
}
