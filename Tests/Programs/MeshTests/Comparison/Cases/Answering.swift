extension ComparisonTopic {
    /// Answers of the proxy's own: redirects, direct responses, what it says when it cannot go on.
    static let answering = ComparisonTopic(name: "answering", rows: direct + redirects + failures)

    static func location(_ answer: String, _ url: String) -> DeclaredDifference {
        .differs(
            "\(answer): header location", envoy: "[\(url)]", ours: nil,
            because: """
                Envoy's defect: a direct response of 201 or 3xx gets the URL that was asked for as its location. RFC 9110 \
                §15.3.2: without one, 201 is about that URL anyway; §15.4.5: a 304 has none.
                """)
    }

    private static let direct: [ComparisonCase] = [
        ComparisonCase(
            "a direct response has a status and a body",
            routes: """
                - {match: {prefix: /body}, direct_response: {status: 418, body: {inline_string: short and stout}}}
                - {match: {prefix: /none}, direct_response: {status: 403}}
                - {match: {prefix: /204}, direct_response: {status: 204}}
                - {match: {prefix: /304}, direct_response: {status: 304}}
                - {match: {prefix: /200}, direct_response: {status: 200, body: {inline_string: fine}}}
                """,
            [.get("/body"), .get("/none"), .get("/204"), .get("/304"), .get("/200"), .head("/200"), .head("/none")],
            except: [location("answer 4", "http://$host/304")]),
        ComparisonCase(
            "a direct response has headers of its route",
            routes: """
                - match: {prefix: /}
                  direct_response: {status: 200, body: {inline_string: '{}'}}
                  response_headers_to_add:
                  - {header: {key: x-a, value: one}}
                  - {header: {key: content-type, value: application/json}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                """, [.get()]),
        ComparisonCase(
            "a direct response to a request with a body keeps the connection",
            routes: "- {match: {prefix: /}, direct_response: {status: 200, body: {inline_string: fine}}}",
            [.post("/", body: "hello"), .get("/").again],
            except: [
                .differs(
                    "answer 1: header connection", envoy: "[close]", ours: nil,
                    because: "RFC 9112 §9.3: the connection persists; the rest of the body is read and dropped."),
                .outcome(2, envoy: nil, ours: "200", because: "It follows from that."),
            ]),
        ComparisonCase(
            "a direct response may say what is not UTF-8's first half",
            routes: "- {match: {prefix: /}, direct_response: {status: 500, body: {inline_string: 'grün ✓'}}}", [.get()]),
    ]

    private static let redirects: [ComparisonCase] = [
        redirect("to another host", "{host_redirect: other.test}"),
        redirect("to https", "{https_redirect: true}"),
        redirect("to another scheme", "{scheme_redirect: ftp}"),
        redirect("to another port", "{port_redirect: 8443}"),
        redirect("to https and its port", "{https_redirect: true, port_redirect: 443}"),
        redirect("to the port of the scheme", "{port_redirect: 80}"),
        redirect("to another path", "{path_redirect: /new}"),
        redirect("to another path with a query of its own", "{path_redirect: '/new?own=1'}"),
        redirect("to another path without the query", "{path_redirect: /new, strip_query: true}"),
        redirect("to another prefix", "{prefix_rewrite: /new}"),
        redirect("to an empty prefix", "{prefix_rewrite: ''}"),
        redirect(
            "to a path of a regex", #"{regex_rewrite: {pattern: {regex: '/old/([a-z]+)'}, substitution: '/\1/new'}}"#),
        redirect("without the query", "{strip_query: true}"),
        redirect("with 302", "{host_redirect: o.test, response_code: FOUND}"),
        redirect("with 303", "{host_redirect: o.test, response_code: SEE_OTHER}"),
        redirect("with 307", "{host_redirect: o.test, response_code: TEMPORARY_REDIRECT}"),
        redirect("with 308", "{host_redirect: o.test, response_code: PERMANENT_REDIRECT}"),
        redirect("of everything", "{https_redirect: true, host_redirect: o.test, port_redirect: 99, path_redirect: /}"),
        ComparisonCase(
            "a redirect from a port to another scheme leaves the scheme's own port out", domains: ["$host:*", "$host"],
            routes: "- {match: {prefix: /}, redirect: {https_redirect: true}}",
            [.get("/", host: "$host:80"), .get("/", host: "$host:443"), .get("/", host: "$host:8080"), .get("/")]),
        ComparisonCase(
            "a redirect to a host takes no port along", domains: ["$host:*", "$host"],
            routes: "- {match: {prefix: /}, redirect: {host_redirect: other.test}}",
            [.get("/", host: "$host:8080"), .get("/", host: "$host:80")]),
        ComparisonCase(
            "a redirect to a port replaces the port", domains: ["$host:*", "$host"],
            routes: "- {match: {prefix: /}, redirect: {port_redirect: 99}}",
            [.get("/", host: "$host:8080"), .get("/", host: "$host:99")]),
        ComparisonCase(
            "a redirect has headers of its route",
            routes: """
                - match: {prefix: /}
                  redirect: {host_redirect: o.test}
                  response_headers_to_add: [{header: {key: x-a, value: one}}]
                """, [.get()]),
        ComparisonCase(
            "a redirect that ignores letter case replaces the prefix",
            routes: "- {match: {prefix: /Old, case_sensitive: false}, redirect: {prefix_rewrite: /new}}",
            [.get("/oLD/x?y")]),
        ComparisonCase(
            "a redirect of an exact path replaces all of it",
            routes: "- {match: {path: /old}, redirect: {prefix_rewrite: /new}}", [.get("/old?x")]),
        ComparisonCase(
            "a redirect of a regex match replaces the whole path",
            routes: "- {match: {safe_regex: {regex: '/o.*'}}, redirect: {prefix_rewrite: /new}}", [.get("/old/x?y")]),
        ComparisonCase(
            "a redirect of a request with x-forwarded-proto",
            routes: "- {match: {prefix: /}, redirect: {path_redirect: /new}}",
            [.get("/", "x-forwarded-proto: https"), .get("/", "x-forwarded-proto: gopher")]),
    ]

    private static func redirect(_ name: String, _ action: String) -> ComparisonCase {
        ComparisonCase(
            "a redirect \(name)", routes: "- {match: {prefix: /old}, redirect: \(action)}",
            [.get("/old"), .get("/old/way?a=b&c"), .get("/older?")])
    }

    private static let failures: [ComparisonCase] = [
        ComparisonCase(
            "a cluster without endpoints is 503", upstreams: [ComparedUpstream("a", endpoints: 0)], [.get(), .head()]),
        ComparisonCase(
            "a refused connection is 503", upstreams: [ComparedUpstream("a", absent: [0])],
            [.get(), .head(), .post(body: "x")]),
        ComparisonCase(
            "an upstream that closes before it answers", upstreams: [ComparedUpstream("a", [.close])], [.get()]),
        ComparisonCase(
            "an upstream that resets before it answers", upstreams: [ComparedUpstream("a", [.reset])], [.get()]),
        ComparisonCase(
            "an upstream that closes inside its head",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ncontent-").closing])], [.get()]),
        ComparisonCase(
            "an upstream that closes inside its body",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ncontent-length: 10\n\nhalf").closingLater])],
            [.get()]),
        ComparisonCase(
            "an upstream that closes inside a chunk",
            upstreams: [
                ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n9\nhalf").closingLater])
            ], [.get()]),
        ComparisonCase(
            "an upstream that speaks no HTTP", upstreams: [ComparedUpstream("a", [.raw("SSH-2.0-x\n\n")])], [.get()]),
        ComparisonCase(
            "a cluster that no share names takes nothing; one with all takes all",
            routes: """
                - match: {prefix: /}
                  route: {weighted_clusters: {clusters: [{name: $a, weight: 0}, {name: $b, weight: 100}]}}
                """, upstreams: [ComparedUpstream("a"), ComparedUpstream("b")], (0..<10).map { _ in .get() }),
        ComparisonCase(
            "a share of an empty cluster is not drawn again",
            routes: """
                - match: {prefix: /}
                  route: {weighted_clusters: {clusters: [{name: $a, weight: 100}, {name: $b, weight: 0}]}}
                """, upstreams: [ComparedUpstream("a", endpoints: 0), ComparedUpstream("b")], [.get(), .get()]),
        ComparisonCase(
            "weights are shares of any sum",
            routes: """
                - match: {prefix: /}
                  route: {weighted_clusters: {clusters: [{name: $a, weight: 0}, {name: $b, weight: 7}]}}
                """, upstreams: [ComparedUpstream("a"), ComparedUpstream("b")], (0..<5).map { _ in .get() }),
    ]
}
