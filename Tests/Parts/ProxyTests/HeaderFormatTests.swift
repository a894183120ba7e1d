import Discovery
import HTTPTransport
import JSONWire
import Testing

@testable import Proxy

/// Header values with commands in them, and who sees what of a request that a route changes. What is expected was read
/// from an Envoy 1.40 with the same routes.
@Suite("Header values with commands") struct FormatStringTests {
    private func chain(_ route: JSONObject) throws -> TestChain {
        var route = route
        route["match"] = ["prefix": "/"]
        let chain = try TestChain()
        try chain.applySource(endpoints: [chain.inbound], routes: [try Route(json: .object(route))])
        return chain
    }

    private static func set(_ values: KeyValuePairs<String, String>) -> JSONValue {
        .array(
            values.map { name, value in
                [
                    "header": ["key": .string(name), "value": .string(value)],
                    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                ]
            })
    }

    private static let forward: JSONValue = ["cluster": .string(TestChain.cluster)]

    @Test func `commands tell of the request`() throws {
        let chain = try chain([
            "name": "main", "route": Self.forward,
            "request_headers_to_add": Self.set([
                "v-req": "%REQ(X-Foo)%", "v-alternative": "%REQ(X-None?X-Foo)%", "v-short": "%REQ(X-Foo):2%",
                "v-missing": "%REQ(x-none)%", "v-mixed": "a%REQ(x-none)%b", "v-protocol": "%PROTOCOL%",
                "v-address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", "v-path": "%REQ(:PATH)%",
                "v-line": "%REQ(:METHOD)% %REQ(:AUTHORITY)% %REQ(:SCHEME)%", "v-percent": "100%%",
                "v-upstream": "%UPSTREAM_HOST%", "v-cluster": "%UPSTREAM_CLUSTER%", "v-route": "%ROUTE_NAME%",
                "v-code": "%RESPONSE_CODE%", "v-flags": "%RESPONSE_FLAGS%", "x-foo": "",
            ]),
        ])

        _ = try chain.send("GET", "/vars?z=1", headers: [("x-foo", "barbaz")])

        let seen = try #require(chain.seen.first).headers
        #expect(seen["v-req"] == "barbaz")
        #expect(seen["v-alternative"] == "barbaz")
        #expect(seen["v-short"] == "ba")
        #expect(seen["v-missing"] == nil)
        #expect(seen["v-mixed"] == "ab")
        #expect(seen["v-protocol"] == "HTTP/1.1")
        #expect(seen["v-address"] == "127.0.0.1")
        #expect(seen["v-path"] == "/vars?z=1")
        #expect(seen["v-line"] == "GET catalog http")
        #expect(seen["v-percent"] == "100%")
        #expect(seen["v-upstream"] == nil)
        #expect(seen["v-cluster"] == TestChain.cluster)
        #expect(seen["v-route"] == "main")
        #expect(seen["v-code"] == "0")
        #expect(seen["v-flags"] == "-")
        #expect(seen["x-foo"] == "barbaz")
    }

    @Test func `the client is who the forwarding header names last`() throws {
        let chain = try chain([
            "route": Self.forward,
            "request_headers_to_add": Self.set([
                "v-client": "%DOWNSTREAM_REMOTE_ADDRESS%", "v-port": "%DOWNSTREAM_REMOTE_PORT%",
                "v-peer": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
            ]),
        ])

        _ = try chain.send(headers: [("x-forwarded-for", "9.9.9.9, 1.1.1.1")])
        _ = try chain.send(headers: [("x-forwarded-for", "nobody")])

        #expect(chain.seen.map { $0.headers["v-client"]?.hasPrefix("1.1.1.1:0") } == [true, false])
        #expect(chain.seen.first?.headers["v-port"] == "0")
        #expect(chain.seen.map { $0.headers["v-peer"] } == ["127.0.0.1", "127.0.0.1"])
    }

    @Test func `commands tell of the response`() throws {
        let chain = try chain([
            "route": Self.forward,
            "response_headers_to_add": Self.set([
                "r-own": "%RESP(x-own)%", "r-code": "%RESPONSE_CODE%", "r-request": "%REQ(x-foo)%",
                "r-upstream": "%UPSTREAM_HOST%", "r-flags": "%RESPONSE_FLAGS%", "r-missing": "a%RESP(x-nope)%",
            ]),
        ])
        chain.application = { _, responder in
            var response = HTTPResponse(status: 201)
            response.headers.add("x-own", "1")
            responder.respond(response)
        }

        let headers = try chain.send(headers: [("x-foo", "bar")]).headers

        #expect(headers["r-own"] == "1")
        #expect(headers["r-code"] == "201")
        #expect(headers["r-request"] == "bar")
        #expect(headers["r-upstream"] == "\(chain.inbound)")
        #expect(headers["r-flags"] == "-")
        #expect(headers["r-missing"] == "a")
    }

    @Test func `a route has the last word over its shares, and sees the path before it is rewritten`() throws {
        let chain = try chain([
            "route": [
                "weighted_clusters": [
                    "clusters": [
                        [
                            "name": .string(TestChain.cluster), "weight": 1,
                            "request_headers_to_add": Self.set(["x-a": "share", "x-b": "share"]),
                            "response_headers_to_add": Self.set(["x-a": "share"]),
                        ]
                    ]
                ],
                "prefix_rewrite": "/new/", "host_rewrite_literal": "other.example",
            ],
            "request_headers_to_add": Self.set(["x-a": "route", "x-p": "%REQ(:PATH)%", "x-h": "%REQ(:AUTHORITY)%"]),
            "response_headers_to_add": Self.set(["x-a": "route", "x-p": "%REQ(:PATH)%"]),
        ])

        let response = try chain.send("GET", "/old")

        let seen = try #require(chain.seen.first)
        #expect(seen.target == "/new/old")
        #expect(seen.headers["x-a"] == "route")
        #expect(seen.headers["x-b"] == "share")
        #expect(seen.headers["x-p"] == "/old")
        #expect(seen.headers["x-h"] == "other.example")
        #expect(seen.headers["x-envoy-original-path"] == "/old")
        #expect(seen.headers["x-envoy-original-host"] == "catalog")
        #expect(response.headers["x-a"] == "route")
        #expect(response.headers["x-p"] == "/new/old")
    }

    @Test func `a share may name the host`() throws {
        let chain = try chain([
            "route": [
                "weighted_clusters": [
                    "clusters": [
                        [
                            "name": .string(TestChain.cluster), "weight": 1,
                            "host_rewrite_literal": "share.example",
                        ]
                    ]
                ]
            ],
            "request_headers_to_add": Self.set(["x-h": "%REQ(:AUTHORITY)%"]),
        ])

        _ = try chain.send()

        let seen = try #require(chain.seen.first).headers
        #expect(seen["host"] == "share.example")
        #expect(seen["x-h"] == "share.example")
        #expect(seen["x-envoy-original-host"] == nil)
    }

    @Test(
        arguments: [
            (["redirect": ["path_redirect": "/x"]], 301, "0", "-"),
            (["direct_response": ["status": 200, "body": ["inline_string": "<p>"]]], 200, "0", "-"),
            (["direct_response": ["status": 200, "body": ["inline_bytes": "PHA+"]]], 200, "0", "-"),
            (["route": ["cluster": "nobody"]], 503, "0", "UH"),
        ] as [(JSONObject, Int, String, String)])
    func `the proxy's own answers have the route's fields as well`(
        action: JSONObject, status: Int, code: String, flags: String
    ) throws {
        var route = action
        route["response_headers_to_add"] = Self.set([
            "x-code": "%RESPONSE_CODE%", "x-flags": "%RESPONSE_FLAGS%", "content-type": "text/html",
        ])
        let chain = try chain(route)

        let response = try chain.send()

        #expect(response.status == status)
        #expect(response.headers["x-code"] == code)
        #expect(response.headers["x-flags"] == flags)
        #expect(response.headers["content-type"] == "text/html")
    }
}
