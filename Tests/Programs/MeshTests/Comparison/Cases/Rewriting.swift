extension ComparisonTopic {
    /// What becomes of a request and its answer on their way: rewrites and header changes.
    static let rewriting = ComparisonTopic(name: "rewriting", rows: paths + changes + forwarded + certificates)

    private static let certificates: [ComparisonCase] = [
        ComparisonCase("nobody's word about certificates passes", [.get("/", "x-forwarded-client-cert: By=a;URI=b")]),
        ComparisonCase(
            "but where it always shall", manager: "forward_client_cert_details: ALWAYS_FORWARD_ONLY",
            [.get("/", "x-forwarded-client-cert: By=a;URI=b", "x-forwarded-client-cert: By=c")]),
        ComparisonCase(
            "who shows no certificate is not believed", manager: "forward_client_cert_details: APPEND_FORWARD",
            [.get("/", "x-forwarded-client-cert: By=a;URI=b")]),
    ]

    private static let paths: [ComparisonCase] = [
        ComparisonCase(
            "a prefix rewrite replaces what matched",
            routes: """
                - {match: {prefix: /old/}, route: {cluster: $a, prefix_rewrite: /}}
                - {match: {prefix: /old}, route: {cluster: $a, prefix_rewrite: /new}}
                """, [.get("/old/x?y=1"), .get("/old?y"), .get("/older"), .get("/old"), .get("/old/")]),
        ComparisonCase(
            "a prefix rewrite of a path-separated prefix",
            routes: "- {match: {path_separated_prefix: /old}, route: {cluster: $a, prefix_rewrite: /new}}",
            [.get("/old/x?y"), .get("/old?y")]),
        ComparisonCase(
            "a prefix rewrite to the root leaves two slashes",
            routes: "- {match: {prefix: /old}, route: {cluster: $a, prefix_rewrite: /}}",
            [.get("/old/x"), .get("/old")]),
        ComparisonCase(
            "a prefix rewrite of an exact path",
            routes: "- {match: {path: /old}, route: {cluster: $a, prefix_rewrite: /new/place}}", [.get("/old?y=1")]),
        ComparisonCase(
            "a prefix rewrite of a regex match replaces the path",
            routes: "- {match: {safe_regex: {regex: '/o.*'}}, route: {cluster: $a, prefix_rewrite: /new}}",
            [.get("/old/x?y=1")]),
        ComparisonCase(
            "a prefix rewrite in any letter case",
            routes: "- {match: {prefix: /Old, case_sensitive: false}, route: {cluster: $a, prefix_rewrite: /New}}",
            [.get("/oLd/X")]),
        ComparisonCase(
            "a regex rewrite replaces every match in the path",
            routes: #"""
                - match: {prefix: /}
                  route: {cluster: $a, regex_rewrite: {pattern: {regex: 'o([a-z])'}, substitution: '0\1\0'}}
                """#, [.get("/old/over?oh"), .get("/none"), .get("/x")]),
        ComparisonCase(
            "a regex rewrite may reorder the path",
            routes: #"""
                - match: {prefix: /service}
                  route:
                    cluster: $a
                    regex_rewrite: {pattern: {regex: '^/service/([^/]+)(/.*)$'}, substitution: '\2/instance/\1'}
                """#, [.get("/service/foo/v1/api?a=b"), .get("/service/foo")]),
        ComparisonCase(
            "a regex rewrite to nothing",
            routes: #"""
                - match: {prefix: /}
                  route: {cluster: $a, regex_rewrite: {pattern: {regex: '.*'}, substitution: ''}}
                """#, [.get("/x?y")]),
        ComparisonCase(
            "a host rewrite",
            routes: "- {match: {prefix: /}, route: {cluster: $a, host_rewrite_literal: 'other.test:81'}}", [.get("/x")]),
        ComparisonCase(
            "the original path and host of a rewritten request are told",
            routes: """
                - {match: {prefix: /a}, route: {cluster: $a, prefix_rewrite: /b, host_rewrite_literal: other.test}}
                """, [.get("/a", "x-envoy-original-path: /fake", "x-forwarded-host: fake")]),
        ComparisonCase(
            "a matched path that is rewritten to itself",
            routes: "- {match: {prefix: /a}, route: {cluster: $a, prefix_rewrite: /a}}", [.get("/a/b")]),
    ]

    private static let changes: [ComparisonCase] = [
        changing(
            "a request header is added beside what is there",
            "request_headers_to_add: [{header: {key: X-New, value: two}}]", [.get(), .get("/", "x-new: one")]),
        changing(
            "a request header is replaced",
            """
            request_headers_to_add: [{header: {key: x-new, value: two}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
            """, [.get(), .get("/", "x-new: one"), .get("/", "x-new: one", "x-other: 1", "X-NEW: three")]),
        changing(
            "a request header is removed", "request_headers_to_remove: [X-Old, x-none]",
            [.get("/", "x-old: one", "X-Old: two", "x-older: three"), .get()]),
        changing(
            "removal comes before addition",
            """
            request_headers_to_remove: [x-a]
              request_headers_to_add: [{header: {key: x-a, value: new}}]
            """, [.get("/", "x-a: old"), .get()]),
        changing(
            "a response header is added, replaced, removed",
            """
            response_headers_to_remove: [x-gone]
              response_headers_to_add:
              - {header: {key: x-more, value: two}}
              - {header: {key: x-set, value: set}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
            """, [.get()], answer: .status(200, "x-more: one", "x-set: old", "x-gone: 1", "x-gone: 2", "x-kept: 3")),
        changing(
            "an added header may be empty", "request_headers_to_add: [{header: {key: x-a, value: ''}}]", [.get()]),
        changing(
            "an empty value replaces nothing",
            """
            request_headers_to_add: [{header: {key: x-a, value: ''}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
            """, [.get("/", "x-a: 1"), .get()]),
        changing(
            "an added response header may be one that the upstream sends twice",
            "response_headers_to_add: [{header: {key: x-a, value: c}}]", [.get()],
            answer: .status(200, "x-a: a", "x-a: b")),
        ComparisonCase(
            "a share's changes come before its route's",
            routes: """
                - match: {prefix: /}
                  request_headers_to_add: [{header: {key: x-order, value: route}}]
                  response_headers_to_add: [{header: {key: x-order, value: route}}]
                  route:
                    weighted_clusters:
                      clusters:
                      - name: $a
                        weight: 1
                        request_headers_to_add: [{header: {key: x-order, value: share}}]
                        response_headers_to_add: [{header: {key: x-order, value: share}}]
                """, [.get("/", "x-order: client")]),
        ComparisonCase(
            "a route may overwrite what its share has set",
            routes: """
                - match: {prefix: /}
                  request_headers_to_add:
                  - {header: {key: x-a, value: route}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                  response_headers_to_remove: [x-b]
                  route:
                    weighted_clusters:
                      clusters:
                      - name: $a
                        weight: 1
                        request_headers_to_add:
                        - {header: {key: x-a, value: share}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                        response_headers_to_add: [{header: {key: x-b, value: share}}]
                """, [.get("/", "x-a: client")]),
        changing(
            "answers of the proxy's own have the route's headers",
            "response_headers_to_add: [{header: {key: x-a, value: one}}]", [.get()], endpoints: 0),
    ]

    private static func changing(
        _ name: String, _ changes: String, _ calls: [ComparedCall], answer: ComparedUpstream.Answer = .fine,
        endpoints: Int = 1
    ) -> ComparisonCase {
        ComparisonCase(
            name, routes: "- match: {prefix: /}\n  \(changes)\n  route: {cluster: $a}",
            upstreams: [ComparedUpstream("a", [answer], endpoints: endpoints)], calls)
    }

    private static let allEnvoyFields = ComparedCall.get(
        "/", "x-envoy-retry-on: 5xx", "x-envoy-retry-grpc-on: cancelled", "x-envoy-max-retries: 9",
        "x-envoy-retriable-status-codes: 404", "x-envoy-retriable-header-names: x",
        "x-envoy-hedge-on-per-try-timeout: true",
        "x-envoy-upstream-alt-stat-name: x", "x-envoy-upstream-rq-timeout-ms: 9",
        "x-envoy-upstream-rq-per-try-timeout-ms: 9",
        "x-envoy-upstream-rq-timeout-alt-response: 204", "x-envoy-expected-rq-timeout-ms: 9", "x-envoy-ip-tags: x",
        "x-envoy-original-url: x", "x-envoy-internal: true", "x-envoy-external-address: 9.9.9.9",
        "x-envoy-original-path: /x",
        "x-envoy-original-host: x", "x-envoy-decorator-operation: x", "x-envoy-downstream-service-cluster: x",
        "x-envoy-downstream-service-node: x", "x-envoy-attempt-count: 9", "x-envoy-force-trace: true",
        "x-envoy-overloaded: true", "x-envoy-ratelimited: true", "x-envoy-degraded: true",
        "x-envoy-immediate-health-check-fail: x",
        "x-envoy-upstream-service-time: 9", "x-envoy-unknown: 1", "x-forwarded-host: x", "x-forwarded-port: 9",
        "x-real-ip: 9.9.9.9", "x-client-trace-id: 9", "x-ot-span-context: x", "x-envoy-is-timeout-retry: true",
        "x-envoy-upstream-stream-duration-ms: 9", "x-envoy-protocol: x", "x-envoy-upstream-canary: x")

    /// Headers that proxies add by themselves.
    private static let forwarded: [ComparisonCase] = [
        ComparisonCase(
            "x-forwarded-for is left alone where the peer is not the client",
            [.get("/", "x-forwarded-for: 10.0.0.1"), .get()]),
        ComparisonCase(
            "x-forwarded-for gets the peer where it is the client", manager: "use_remote_address: true",
            [
                .get(), .get("/", "x-forwarded-for: 10.0.0.1"),
                .get("/", "x-forwarded-for: 1.1.1.1", "x-forwarded-for: 2.2.2.2"),
            ]),
        ComparisonCase(
            "x-forwarded-proto is believed where the peer is not the client",
            [
                .get("/", "x-forwarded-proto: https"), .get("/", "x-forwarded-proto: gopher"),
                .get("/", "x-forwarded-proto: HTTPS"),
            ]),
        ComparisonCase(
            "x-forwarded-proto is ours where the peer is the client", manager: "use_remote_address: true",
            [.get("/", "x-forwarded-proto: https")]),
        ComparisonCase(
            "a scheme that was forwarded is matched",
            routes: """
                - match: {prefix: /, headers: [{name: ':scheme', string_match: {exact: https}}]}
                  route: {cluster: $a}
                """, [.get("/", "x-forwarded-proto: https"), .get()]),
        ComparisonCase(
            "x-request-id is kept inside the mesh",
            [.get("/", "x-request-id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301"), .get("/", "x-request-id: mine")]),
        ComparisonCase(
            "x-request-id of a client at the edge", manager: "use_remote_address: true",
            [.get("/", "x-request-id: mine"), .get()]),
        ComparisonCase("Envoy's own fields of a peer", [allEnvoyFields]),
        ComparisonCase(
            "Envoy's own fields of a client at the edge", manager: "use_remote_address: true", [allEnvoyFields]),
        ComparisonCase(
            "x-envoy-attempt-count is told where the virtual host says so", host: "include_request_attempt_count: true",
            [.get(), .get("/", "x-envoy-attempt-count: 7")]),
        ComparisonCase("x-envoy-attempt-count is not told otherwise", [.get(), .get("/", "x-envoy-attempt-count: 7")]),
        ComparisonCase(
            "x-envoy-expected-rq-timeout-ms tells the route's timeout",
            routes: """
                - {match: {prefix: /two}, route: {cluster: $a, timeout: 2s}}
                - {match: {prefix: /none}, route: {cluster: $a, timeout: 0s}}
                - {match: {prefix: /try}, route: {cluster: $a, timeout: 2s, retry_policy: {retry_on: 5xx, per_try_timeout: 0.5s}}}
                - {match: {prefix: /}, route: {cluster: $a}}
                """,
            [.get("/two"), .get("/none"), .get("/try"), .get("/"), .get("/two", "x-envoy-expected-rq-timeout-ms: 7")]),
        ComparisonCase(
            "hop-by-hop headers of a request end here",
            [
                .get("/", "connection: x-a, x-b", "x-a: 1", "x-b: 2", "x-c: 3"),
                .get("/", "keep-alive: timeout=5"), .get("/", "proxy-connection: keep-alive"),
                .get("/", "te: trailers"),
                .get("/", "te: gzip"), .get("/", "connection: keep-alive"), .get("/", "upgrade: foo"),
                .get("/", "proxy-authorization: Basic xx"), .get("/", "trailer: x-t"),
            ],
            except: [
                .differs(
                    "upstream 4: header te", envoy: "[trailers]", ours: nil,
                    because: "RFC 9110 §10.1.4: it speaks of this connection, and trailers go no further than here.")
            ]),
        ComparisonCase(
            "hop-by-hop headers of a response end here",
            upstreams: [
                ComparedUpstream(
                    "a",
                    [
                        .status(200, "connection: x-a", "x-a: 1", "x-b: 2"), .status(200, "keep-alive: timeout=5"),
                        .status(200, "proxy-connection: keep-alive"), .status(200, "upgrade: foo"),
                        .status(200, "trailer: x-t"), .status(200, "proxy-authenticate: Basic"),
                    ])
            ], (0..<6).map { _ in .get() },
            except: [
                .differs(
                    "answer 1: header x-a", envoy: "[1]", ours: nil,
                    because: "RFC 9110 §7.6.1: a field that Connection names must be removed. Envoy passes it on.")
            ]),
        ComparisonCase(
            "an upstream that will close does not close the client's connection",
            upstreams: [ComparedUpstream("a", [.status(200, "connection: close").closing])], [.get(), .get().again]),
        ComparisonCase(
            "an upstream's own date, server and via pass",
            upstreams: [
                ComparedUpstream(
                    "a", [.status(200, "date: Sun, 06 Nov 1994 08:49:37 GMT", "via: 1.1 x", "server: nginx")])
            ], [.get("/", "via: 1.0 fred", "user-agent: t/1")]),
        ComparisonCase(
            "cookies pass, one by one",
            upstreams: [
                ComparedUpstream("a", [.status(200, "set-cookie: a=1", "set-cookie: b=2; Path=/")])
            ], [.get("/", "cookie: a=1; b=2"), .get("/", "cookie: a=1", "cookie: b=2")]),
    ]
}
