extension ComparisonTopic {
    /// Clients of HTTP/2, upstreams of HTTP/1.1.
    static let http2 = ComparisonTopic(
        name: "HTTP/2",
        rows: [
            ComparisonCase("a request passes", [.http2("GET", "/a?b=c", "X-Upper: Kept")]),
            ComparisonCase("a body passes", [.http2("POST", "/", body: "hello")]),
            ComparisonCase("an empty body passes", [.http2("POST", "/")]),
            ComparisonCase("a PUT and a DELETE pass", [.http2("PUT", "/", body: "x"), .http2("DELETE", "/")]),
            ComparisonCase(
                "HEAD has a length and no body",
                upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ncontent-length: 5\n\n")])], [.http2("HEAD")]),
            ComparisonCase(
                "a chunked answer passes",
                upstreams: [
                    ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n2\nde\n0\n\n")])
                ], [.http2()]),
            ComparisonCase(
                "an answer up to the connection's end",
                upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\n\nuntil the end").closing])], [.http2()]),
            ComparisonCase(
                "204 and 304 have no body",
                upstreams: [
                    ComparedUpstream(
                        "a",
                        [
                            .raw("HTTP/1.1 204 No Content\nx-a: 1\n\n"),
                            .raw("HTTP/1.1 304 Not Modified\netag: \"x\"\n\n"),
                        ])
                ], [.http2(), .http2()]),
            ComparisonCase(
                "fields of the upstream's connection end here",
                upstreams: [
                    ComparedUpstream(
                        "a", [.status(200, "connection: keep-alive", "keep-alive: timeout=5", "X-Upper: Kept")])
                ], [.http2()]),
            ComparisonCase(
                "no route is 404", routes: "- {match: {path: /only}, route: {cluster: $a}}", [.http2("GET", "/other")]),
            ComparisonCase(
                "a direct response",
                routes: "- {match: {prefix: /}, direct_response: {status: 418, body: {inline_string: tea}}}",
                [.http2()]),
            ComparisonCase(
                "a redirect", routes: "- {match: {prefix: /}, redirect: {https_redirect: true}}",
                [.http2("GET", "/x?y")]),
            ComparisonCase(
                "conditions see pseudo-headers",
                routes: """
                    - match:
                        prefix: /
                        headers:
                        - {name: ':method', string_match: {exact: GET}}
                        - {name: ':authority', string_match: {exact: $host}}
                        - {name: ':scheme', string_match: {exact: http}}
                      route: {cluster: $a}
                    """, [.http2(), .http2("PUT", "/")]),
            ComparisonCase(
                "a rewritten path and host",
                routes:
                    "- {match: {prefix: /a}, route: {cluster: $a, prefix_rewrite: /b, host_rewrite_literal: other.test}}",
                [.http2("GET", "/a/x")]),
            ComparisonCase("an unhealthy cluster is 503", upstreams: [ComparedUpstream("a", endpoints: 0)], [.http2()]),
            ComparisonCase(
                "an upstream that resets is 503", upstreams: [ComparedUpstream("a", [.reset])], [.http2()]),
            ComparisonCase(
                "a retry has the body again",
                routes: """
                    - match: {prefix: /}
                      route: {cluster: $a, retry_policy: {retry_on: 5xx, retry_back_off: {base_interval: 0.001s}}}
                    """, upstreams: [ComparedUpstream("a", [.status(500), .fine])], [.http2("POST", "/", body: "hello")]
            ),
            ComparisonCase(
                "a timeout is 504", routes: "- {match: {prefix: /}, route: {cluster: $a, timeout: 0.2s}}",
                upstreams: [ComparedUpstream("a", [.never])], [.http2()]),
            ComparisonCase(
                "x-forwarded-for at the edge", manager: "use_remote_address: true",
                [.http2("GET", "/", "x-forwarded-for: 1.1.1.1")]),
            ComparisonCase("cookies pass as one field", [.http2("GET", "/", "cookie: a=1; b=2")]),
            ComparisonCase(
                "a large answer passes whole",
                upstreams: [
                    ComparedUpstream("a", [.status(200, body: String(repeating: "0123456789", count: 30_000))])
                ],
                [.http2()]),
            ComparisonCase(
                "te: trailers goes no further", [.http2("GET", "/", "te: trailers")],
                except: [
                    .differs(
                        "upstream 1: header te", envoy: "[trailers]", ours: nil,
                        because:
                            "RFC 9110 §10.1.4: TE is about one connection, and a sender names it in Connection, too.")
                ]),
        ])
}
