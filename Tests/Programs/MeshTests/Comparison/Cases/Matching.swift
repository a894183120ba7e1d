extension ComparisonTopic {
    /// Which route takes a request.
    static let matching = ComparisonTopic(
        name: "matching",
        rows: paths + headers + queries + authorities)

    // MARK: Paths

    private static let paths: [ComparisonCase] = [
        ComparisonCase("a request passes to the cluster of its route", [.get("/a?b=c")]),
        ComparisonCase(
            "a prefix takes whatever begins with it",
            routes: "- {match: {prefix: /pay}, route: {cluster: $a}}",
            [.get("/pay"), .get("/payments/1"), .get("/pa"), .get("/PAY"), .get("/pay?x")]),
        ComparisonCase(
            "an exact path leaves the query out",
            routes: "- {match: {path: /pay}, route: {cluster: $a}}",
            [.get("/pay"), .get("/pay?x=1"), .get("/pay/"), .get("/pay%2f"), .get("/Pay")]),
        ComparisonCase(
            "a path-separated prefix ends at a slash",
            routes: "- {match: {path_separated_prefix: /pay}, route: {cluster: $a}}",
            [.get("/pay"), .get("/pay?x"), .get("/pay/1"), .get("/payments"), .get("/pay/")]),
        ComparisonCase(
            "a regex takes the whole path and not the query",
            routes: #"- {match: {safe_regex: {regex: '/v[0-9]+/items'}}, route: {cluster: $a}}"#,
            [.get("/v1/items"), .get("/v12/items?x=/y"), .get("/v1/items/3"), .get("/v/items"), .get("/V1/items")]),
        ComparisonCase(
            "letter case is ignored where the match says so",
            routes: """
                - {match: {path: /Exact, case_sensitive: false}, route: {cluster: $a}}
                - {match: {prefix: /Pre, case_sensitive: false}, route: {cluster: $b}}
                - {match: {path_separated_prefix: /Seg, case_sensitive: false}, route: {cluster: $c}}
                """,
            upstreams: [ComparedUpstream("a"), ComparedUpstream("b"), ComparedUpstream("c")],
            [.get("/eXACT"), .get("/pREfix"), .get("/sEG/x"), .get("/segx")]),
        ComparisonCase(
            "a regex ignores case_sensitive",
            routes: "- {match: {safe_regex: {regex: /Abc}, case_sensitive: false}, route: {cluster: $a}}",
            [.get("/Abc"), .get("/abc")]),
        ComparisonCase(
            "the first route that holds wins",
            routes: """
                - {match: {prefix: /a}, route: {cluster: $a}}
                - {match: {prefix: /a/b}, route: {cluster: $b}}
                - {match: {path: /c}, route: {cluster: $b}}
                - {match: {prefix: /}, route: {cluster: $a}}
                """, upstreams: [ComparedUpstream("a"), ComparedUpstream("b")],
            [.get("/a/b"), .get("/c"), .get("/d")]),
        ComparisonCase(
            "no route is 404", routes: "- {match: {path: /only}, route: {cluster: $a}}", [.get("/other"), .head("/x")]),
        ComparisonCase(
            "an empty prefix takes everything", routes: "- {match: {prefix: ''}, route: {cluster: $a}}",
            [.get("/"), .get("/x"), .request("OPTIONS", "*")],
            except: [
                .outcome(
                    3, envoy: "404", ours: "200",
                    because:
                        "RFC 9110 §9.3.7: OPTIONS * is a request like others; Envoy answers 404 whatever the routes.")
            ]),
        ComparisonCase(
            "a prefix of a slash does not take the asterisk", [.request("OPTIONS", "*")]),
        ComparisonCase(
            "a path is matched as it was sent: escapes, dots and slashes stay",
            routes: """
                - {match: {path: /a/b}, route: {cluster: $a}}
                - {match: {prefix: /a}, route: {cluster: $b}}
                """, upstreams: [ComparedUpstream("a"), ComparedUpstream("b")],
            [.get("/a%2Fb"), .get("/a//b"), .get("/a/./b"), .get("/a/x/../b"), .get("/a/b"), .get("/a;p=1/b")]),
        ComparisonCase(
            "a target with a fragment is refused",
            routes: "- {match: {path: /a}, route: {cluster: $a}}",
            [.get("/a#f"), .get("/a?q#f")]),
        ComparisonCase(
            "a question mark without a query stays",
            routes: "- {match: {path: /a}, route: {cluster: $a}}", [.get("/a?"), .get("/a??x")]),
    ]

    // MARK: Headers

    private static let headers: [ComparisonCase] = [
        header(
            "a header is present", "{name: x-a, present_match: true}",
            [.get("/", "x-a: 1"), .get("/", "x-a:"), .get("/", "X-A: 1"), .get("/", "x-b: 1"), .get()]),
        header("a header is absent", "{name: x-a, present_match: false}", [.get("/", "x-a: 1"), .get()]),
        header(
            "a header is not present by inversion", "{name: x-a, present_match: true, invert_match: true}",
            [.get("/", "x-a: 1"), .get()]),
        header(
            "a header is not absent by inversion", "{name: x-a, present_match: false, invert_match: true}",
            [.get("/", "x-a: 1"), .get()]),
        header("a header without a condition is present", "{name: x-a}", [.get("/", "x-a: 1"), .get()]),
        header(
            "a header is exactly this", "{name: X-A, string_match: {exact: one}}",
            [
                .get("/", "x-a: one"), .get("/", "x-a: One"), .get("/", "x-a:   one  "), .get("/", "x-a: one two"),
                .get(),
            ]),
        header(
            "a header is this in any letter case", "{name: x-a, string_match: {exact: One, ignore_case: true}}",
            [.get("/", "x-a: oNE"), .get("/", "x-a: two")]),
        header(
            "a header begins with this", "{name: x-a, string_match: {prefix: on}}",
            [.get("/", "x-a: one"), .get("/", "x-a: o"), .get("/", "x-a: On")]),
        header(
            "a header ends with this", "{name: x-a, string_match: {suffix: ne}}",
            [.get("/", "x-a: one"), .get("/", "x-a: e"), .get("/", "x-a: nE")]),
        header(
            "a header contains this", "{name: x-a, string_match: {contains: n}}",
            [.get("/", "x-a: one"), .get("/", "x-a: two")]),
        header(
            "a header contains this in any letter case",
            "{name: x-a, string_match: {contains: N, ignore_case: true}}",
            [.get("/", "x-a: one"), .get("/", "x-a: oNe"), .get("/", "x-a: two")]),
        header(
            "a header is what a regex describes, whole", "{name: x-a, string_match: {safe_regex: {regex: 'v[0-9]+'}}}",
            [.get("/", "x-a: v12"), .get("/", "x-a: v"), .get("/", "x-a: xv1"), .get("/", "x-a: V1")]),
        header(
            "an inverted value needs the header", "{name: x-a, string_match: {exact: one}, invert_match: true}",
            [.get("/", "x-a: one"), .get("/", "x-a: two"), .get()]),
        header(
            "an inverted value takes a missing header as empty",
            "{name: x-a, string_match: {exact: one}, invert_match: true, treat_missing_header_as_empty: true}",
            [.get("/", "x-a: one"), .get("/", "x-a: two"), .get()]),
        header(
            "a regex takes a missing header as empty",
            "{name: x-a, string_match: {safe_regex: {regex: '.*'}}, treat_missing_header_as_empty: true}",
            [.get("/", "x-a: one"), .get()]),
        header(
            "a missing header taken as empty is not present",
            "{name: x-a, present_match: true, treat_missing_header_as_empty: true}", [.get("/", "x-a: one"), .get()]),
        header(
            "a header sent twice is one value with a comma", "{name: x-a, string_match: {exact: 'one,two'}}",
            [.get("/", "x-a: one", "x-a: two"), .get("/", "x-a: one,two"), .get("/", "x-a: one, two")]),
        header(
            "the method is a header", "{name: ':method', string_match: {exact: POST}}",
            [.post("/", body: "x"), .get(), .head()]),
        header(
            "the authority is a header", "{name: ':authority', string_match: {suffix: .test}}",
            [.get(), .get("/", host: "$host:80")]),
        header(
            "the path with its query is a header", "{name: ':path', string_match: {contains: 'x=1'}}",
            [.get("/?x=1"), .get("/x")]),
        header(
            "the scheme is a header", "{name: ':scheme', string_match: {exact: http}}", [.get()]),
        header(
            "host means the authority", "{name: host, string_match: {exact: $host}}", [.get()]),
        ComparisonCase(
            "all header conditions must hold",
            routes: """
                - match:
                    prefix: /
                    headers:
                    - {name: x-a, string_match: {exact: '1'}}
                    - {name: x-b, present_match: false}
                  route: {cluster: $a}
                """, [.get("/", "x-a: 1"), .get("/", "x-a: 1", "x-b: 2"), .get("/", "x-b: 1")]),
        header(
            "bytes beyond ASCII are values like others", "{name: x-a, string_match: {exact: grün}}",
            [.get("/", "x-a: grün"), .get("/", "x-a: grun")]),
    ]

    private static func header(_ name: String, _ condition: String, _ calls: [ComparedCall]) -> ComparisonCase {
        ComparisonCase(
            name, routes: "- {match: {prefix: /, headers: [\(condition)]}, route: {cluster: $a}}", calls)
    }

    // MARK: Query parameters

    private static let queries: [ComparisonCase] = [
        query(
            "a query parameter is present", "{name: x, present_match: true}",
            [.get("/?x=1"), .get("/?x"), .get("/?x="), .get("/?y=x"), .get("/?X=1"), .get("/")]),
        query(
            "a query parameter is absent", "{name: x, present_match: false}", [.get("/?x=1"), .get("/?y"), .get("/")]),
        query("a query parameter without a condition is present", "{name: x}", [.get("/?x=1"), .get("/?y=1")]),
        query(
            "a query parameter is exactly this", "{name: x, string_match: {exact: one}}",
            [.get("/?x=one"), .get("/?a=b&x=one&c"), .get("/?x=One"), .get("/?x=one=two"), .get("/?x=on%65")]),
        query(
            "the first of equal query parameters counts", "{name: x, string_match: {exact: one}}",
            [.get("/?x=one&x=two"), .get("/?x=two&x=one")]),
        query(
            "a query parameter begins with this", "{name: x, string_match: {prefix: o}}",
            [.get("/?x=one"), .get("/?x=")]),
        query(
            "a query parameter is what a regex describes", "{name: x, string_match: {safe_regex: {regex: '[0-9]+'}}}",
            [.get("/?x=12"), .get("/?x=1a"), .get("/?x=")]),
        query(
            "odd queries are read as they stand", "{name: x, string_match: {exact: '1'}}",
            [.get("/?&&x=1"), .get("/??x=1"), .get("/?x=1&"), .get("/?x=1;y"), .get("/?%78=1")]),
        query("an empty value", "{name: x, string_match: {exact: ''}}", [.get("/?x="), .get("/?x"), .get("/?y")]),
    ]

    private static func query(_ name: String, _ condition: String, _ calls: [ComparedCall]) -> ComparisonCase {
        ComparisonCase(
            name, routes: "- {match: {prefix: /, query_parameters: [\(condition)]}, route: {cluster: $a}}", calls)
    }

    // MARK: Authorities

    private static let authorities: [ComparisonCase] = [
        ComparisonCase("an unknown host has no route", [.get("/", host: "unknown.test"), .get("/", host: "x$host")]),
        ComparisonCase(
            "letter case of the host does not matter", domains: ["UPPER.$host"],
            [.get("/", host: "upper.$host"), .get("/", host: "UPPER.$host"), .get("/", host: "UpPeR.$host")]),
        ComparisonCase(
            "a star before a domain takes at least one byte", domains: ["*.$host"],
            [
                .get("/", host: "a.$host"), .get("/", host: "a.b.$host"), .get("/", host: ".$host"),
                .get("/", host: "$host"),
            ]),
        ComparisonCase(
            "a star after a domain takes at least one byte", domains: ["$host.*"],
            [.get("/", host: "$host.com"), .get("/", host: "$host."), .get("/", host: "$host")]),
        ComparisonCase(
            "a port is part of the host", domains: ["$host:90", "p.$host"],
            [
                .get("/", host: "$host:90"), .get("/", host: "p.$host:90"), .get("/", host: "p.$host"),
                .get("/", host: "$host"),
            ]),
        ComparisonCase(
            "the longer wildcard wins, and the exact domain before it",
            routes: "- {match: {prefix: /}, route: {cluster: $a}}",
            manager: """
                route_config:
                  name: own
                  virtual_hosts:
                  - {name: s, domains: ['*.test'], routes: [{match: {prefix: /}, direct_response: {status: 201}}]}
                  - {name: l, domains: ['*.b.test'], routes: [{match: {prefix: /}, direct_response: {status: 202}}]}
                  - {name: e, domains: ['a.b.test'], routes: [{match: {prefix: /}, direct_response: {status: 203}}]}
                  - {name: p, domains: ['a.*'], routes: [{match: {prefix: /}, direct_response: {status: 204}}]}
                  - {name: q, domains: ['a.c.*'], routes: [{match: {prefix: /}, direct_response: {status: 205}}]}
                  - {name: all, domains: ['*'], routes: [{match: {prefix: /}, direct_response: {status: 206}}]}
                """,
            [
                .get("/", host: "x.test"), .get("/", host: "x.b.test"), .get("/", host: "a.b.test"),
                .get("/", host: "a.b.com"), .get("/", host: "a.c.com"), .get("/", host: "a.c.test"),
                .get("/", host: "other"), .get("/", host: "a.c."),
            ],
            except: [
                ComparisonTopic.location("answer 1", "http://x.test/"),
                ComparisonTopic.location("answer 6", "http://a.c.test/"),
            ]),
        ComparisonCase(
            "a virtual host without a route that holds is final", domains: ["$host"],
            manager: """
                route_config:
                  name: own
                  virtual_hosts:
                  - {name: s, domains: ['a.test'], routes: [{match: {prefix: /a}, direct_response: {status: 201}}]}
                  - {name: all, domains: ['*'], routes: [{match: {prefix: /}, direct_response: {status: 206}}]}
                """, [.get("/a", host: "a.test"), .get("/b", host: "a.test"), .get("/b", host: "b.test")],
            except: [ComparisonTopic.location("answer 1", "http://a.test/a")]),
    ]
}
