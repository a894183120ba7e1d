extension ComparisonTopic {
    /// Upstreams of HTTP/2, clients of HTTP/1.1 unless said.
    static let http2Upstreams = ComparisonTopic(
        name: "HTTP/2 upstreams",
        rows: [
            row("a request passes", [.get("/a?b=c", "X-Upper: Kept"), .http2("GET", "/a?b=c", "X-Upper: Kept")]),
            row(
                "a body passes",
                [.post(body: "hello"), .http2("POST", "/", body: "hello"), .request("PUT", "/", ["content-length: 0"])]),
            row(
                "a chunked body passes",
                [.raw("POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n3\nabc\n2\nde\n0\n\n")]),
            row(
                "methods without a body",
                [
                    .request("DELETE", "/"), .request("OPTIONS", "/"), .head("/"), .http2("HEAD", "/"),
                    .request("POST", "/", ["content-length: 0"]),
                ],
                answers: [.status(200, body: "")]),
            row(
                "HEAD has a length and no body", [.head(), .http2("HEAD")],
                answers: [.raw("HTTP/1.1 200 OK\ncontent-length: 5\n\n")]),
            row(
                "fields of the client's connection end here",
                [
                    .get("/", "connection: keep-alive, x-hop", "x-hop: 1", "keep-alive: timeout=5"),
                    .get("/", "proxy-connection: keep-alive"), .get("/", "upgrade: foo"), .get("/", "te: gzip"),
                    .get("/", "te: trailers"),
                ]),
            row("cookies", [.get("/", "cookie: a=1; b=2"), .http2("GET", "/", "cookie: a=1; b=2")]),
            row("several fields of one name", [.get("/", "x-a: 1", "x-b: 2", "x-a: 3")]),
            row("an empty field", [.get("/", "x-a:"), .http2("GET", "/", "x-a;")]),
            row("the host with a port", [.get("/", host: "$host:$port")]),
            row(
                "a rewritten path and host", [.get("/a/x?y"), .http2("GET", "/a/x?y")],
                routes:
                    "- {match: {prefix: /a}, route: {cluster: $a, prefix_rewrite: /b, host_rewrite_literal: other.test}}"
            ),
            row(
                "changed fields", [.get("/", "x-a: 1")],
                routes: """
                    - match: {prefix: /}
                      route: {cluster: $a}
                      request_headers_to_add: [{header: {key: X-Upper, value: new}}]
                      request_headers_to_remove: [x-a]
                      response_headers_to_add: [{header: {key: X-Answer, value: new}}]
                    """),
            row(
                "an answer without a length", [.get(), .http2()],
                answers: [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n2\nde\n0\n\n")]),
            row(
                "204 and 304 have no body", [.get(), .get(), .http2(), .http2()],
                answers: [
                    .raw("HTTP/1.1 204 No Content\nx-a: 1\n\n"), .raw("HTTP/1.1 304 Not Modified\netag: \"x\"\n\n"),
                    .raw("HTTP/1.1 204 No Content\nx-a: 1\n\n"), .raw("HTTP/1.1 304 Not Modified\netag: \"x\"\n\n"),
                ]),
            row("statuses pass", [.get(), .get(), .get()], answers: [.status(404), .status(500), .status(299)]),
            row(
                "trailers pass to clients of HTTP/2 and end before others", [.http2(), .get()],
                answers: [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n0\nx-end: 1\n\n")]),
            row(
                "trailers pass to clients that may have them", [.get()],
                answers: [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n0\nx-end: 1\n\n")],
                manager: "http_protocol_options: {enable_trailers: true}"),
            row(
                "trailers of a request pass where they may",
                [.raw("POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n3\nabc\n0\nx-end: 1\n\n")],
                manager: "http_protocol_options: {enable_trailers: true}"),
            row(
                "an expectation is met here",
                [
                    .parts([
                        .bytes("POST / HTTP/1.1\r\nhost: $host\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n"),
                        .until("100"), .bytes("hello"),
                    ])
                ]),
            row("a stream that is reset is 503", [.get(), .http2()], answers: [.reset]),
            row(
                "a stream that is reset within its answer",
                [.get()], answers: [.exact("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").resetting]),
            row(
                "a reset stream is tried again", [.get(), .http2("POST", "/", body: "hello")],
                answers: [.reset, .fine, .reset, .fine], routes: retrying("reset")),
            row(
                "a status is tried again", [.get(), .post(body: "hello")],
                answers: [.status(500), .fine, .status(502), .fine], routes: retrying("5xx")),
            row(
                "a timeout is 504", [.get(), .http2()], answers: [.never],
                routes: "- {match: {prefix: /}, route: {cluster: $a, timeout: 0.2s}}"),
            row(
                "a try that takes too long", [.get()], answers: [.never, .fine],
                routes: """
                    - match: {prefix: /}
                      route: {cluster: $a, retry_policy: {retry_on: 5xx, per_try_timeout: 0.2s}}
                    """),
            ComparisonCase(
                "nobody listens", upstreams: [ComparedUpstream("a", absent: [0], isHTTP2: true)], [.get(), .http2()]),
            row(
                "gRPC passes with its trailers", [grpc],
                answers: [
                    .raw(
                        "HTTP/1.1 200 OK\ncontent-type: application/grpc\ntransfer-encoding: chunked\n\n"
                            + "3\nabc\n0\ngrpc-status: 5\ngrpc-message: none\n\n")
                ]),
            row(
                "gRPC's answer in trailers alone", [grpc],
                answers: [
                    .raw(
                        "HTTP/1.1 200 OK\ncontent-type: application/grpc\ngrpc-status: 12\ngrpc-message: no\n"
                            + "content-length: 0\n\n")
                ]),
            row(
                "gRPC is tried again by its status", [grpc],
                answers: [
                    .raw("HTTP/1.1 200 OK\ncontent-type: application/grpc\ngrpc-status: 14\n\n").closing,
                    .raw("HTTP/1.1 200 OK\ncontent-type: application/grpc\ngrpc-status: 0\n\n").closing,
                ], routes: retrying("unavailable")),
            row("gRPC that is reset has a status", [grpc], answers: [.reset]),
            row(
                "gRPC without a route", [.http2("POST", "/test.Echo/Unary", "content-type: application/grpc")],
                routes: "- {match: {path: /only}, route: {cluster: $a}}"),
            row(
                "a large answer passes whole", [.get(), .http2()],
                answers: [.status(200, body: String(repeating: "0123456789", count: 30_000))]),
            row(
                "a large request passes whole", [.post(body: String(repeating: "0123456789", count: 30_000))]),
            row(
                "an offer to go on in another protocol",
                [.get("/", "connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13")],
                manager: "upgrade_configs: [{upgrade_type: websocket}]",
                except: [
                    .outcome(
                        1, envoy: "502", ours: "200",
                        because: """
                            RFC 9110 §7.8: an offer may be passed over. Envoy makes it again by RFC 8441, and an error of \
                            an upstream that does not know that.
                            """)
                ]),
            row("requests one after the other", [.get("/1"), .get("/2").again, .get("/3").again, .http2("GET", "/4")]),
            row("answers by the route", [.get()], routes: "- {match: {prefix: /}, direct_response: {status: 204}}"),
        ])

    private static let grpc = ComparedCall.http2(
        "POST", "/test.Echo/Unary", "content-type: application/grpc", "te: trailers", body: "abc")

    private static func retrying(_ condition: String) -> String {
        """
        - match: {prefix: /}
          route: {cluster: $a, retry_policy: {retry_on: \(condition), retry_back_off: {base_interval: 0.001s}}}
        """
    }

    private static func row(
        _ name: String, _ calls: [ComparedCall], answers: [ComparedUpstream.Answer] = [.fine], routes: String? = nil,
        manager: String? = nil, except differences: [DeclaredDifference] = []
    ) -> ComparisonCase {
        ComparisonCase(
            name, routes: routes ?? ComparisonCase.forwarding, manager: manager,
            upstreams: [ComparedUpstream("a", answers, isHTTP2: true)], calls, except: differences)
    }
}
