extension ComparisonTopic {
    /// Pages of other origins: CORS.
    static let origins = ComparisonTopic(
        name: "origins",
        rows: [
            cors("a request without an origin", all, [.get()]),
            cors("an origin that is allowed", all, [.get("/", "origin: http://good.test")]),
            cors("an origin that is not", all, [.get("/", "origin: http://bad.test"), .get("/", "origin: null")]),
            cors("a preflight", all, [preflight("http://good.test")]),
            cors("a preflight of another origin", all, [preflight("http://bad.test")]),
            cors(
                "OPTIONS without a method is no preflight", all,
                [.request("OPTIONS", "/", ["origin: http://good.test"])]),
            cors(
                "an upstream's own fields", all, answer: .status(200, "access-control-allow-origin: *", "vary: accept"),
                [
                    .get("/", "origin: http://good.test")
                ]),
            cors(
                "any origin", "allow_origin_string_match: [{safe_regex: {regex: '.*'}}]",
                [.get("/", "origin: http://x.test"), preflight("http://x.test")]),
            cors(
                "origins that begin so", "allow_origin_string_match: [{prefix: 'http://good'}]",
                [.get("/", "origin: http://good.test"), .get("/", "origin: http://bad.test")]),
            cors(
                "credentials are not allowed",
                "allow_origin_string_match: [{exact: 'http://good.test'}], allow_credentials: false",
                [.get("/", "origin: http://good.test"), preflight("http://good.test")]),
            ComparisonCase(
                "no policy for the route", filters: filter,
                [.get("/", "origin: http://good.test"), preflight("http://good.test")]),
            cors(
                "a preflight that does not match is answered here",
                "allow_origin_string_match: [{exact: 'http://good.test'}], forward_not_matching_preflights: false",
                [preflight("http://bad.test")]),
        ])

    private static let all = """
        allow_origin_string_match: [{exact: 'http://good.test'}], allow_methods: 'GET, PUT', allow_headers: 'x-a, x-b', \
        expose_headers: x-c, max_age: '60', allow_credentials: true
        """

    private static func preflight(_ origin: String) -> ComparedCall {
        .request("OPTIONS", "/", ["origin: \(origin)", "access-control-request-method: PUT"])
    }

    private static let filter = """
        - name: envoy.filters.http.cors
          typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
        """

    private static func cors(
        _ name: String, _ policy: String, answer: ComparedUpstream.Answer = .fine, _ calls: [ComparedCall]
    ) -> ComparisonCase {
        ComparisonCase(
            name,
            routes: """
                - match: {prefix: /}
                  route: {cluster: $a}
                  typed_per_filter_config:
                    envoy.filters.http.cors: {'@type': type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy, \(policy)}
                """, filters: filter, upstreams: [ComparedUpstream("a", [answer])], calls)
    }
}
