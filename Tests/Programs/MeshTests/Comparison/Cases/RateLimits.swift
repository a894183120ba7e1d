extension ComparisonTopic {
    /// The filter of local rate limits.
    static let rateLimits = ComparisonTopic(
        name: "rate limits",
        rows: [
            limit("what is beyond the bucket is 429", on, [.get(), .get(), .get(), .head()]),
            limit(
                "a limit that is not enabled", "filter_enforced: {default_value: {numerator: 100}}",
                [.get(), .get(), .get()]),
            limit(
                "a limit that is not enforced", "filter_enabled: {default_value: {numerator: 100}}",
                [.get(), .get(), .get()]),
            limit("another status", "\(on)\nstatus: {code: ServiceUnavailable}", [.get(), .get(), .get()]),
            limit(
                "a header for who is refused",
                "\(on)\nresponse_headers_to_add: [{header: {key: x-limited, value: 'true'}}]", [.get(), .get(), .get()]),
            ComparisonCase(
                "a route has a limit of its own",
                routes: """
                    - match: {prefix: /own}
                      route: {cluster: $a}
                      typed_per_filter_config:
                        envoy.filters.http.local_ratelimit:
                          \(config(on, tokens: 1).replacing("\n", with: "\n      "))
                    - {match: {prefix: /}, route: {cluster: $a}}
                    """,
                filters: filter("stat_prefix: compared"), [.get("/own"), .get("/own"), .get("/x"), .get("/x")]),
        ])

    private static let on = """
        filter_enabled: {default_value: {numerator: 100}}
        filter_enforced: {default_value: {numerator: 100}}
        """

    private static func limit(_ name: String, _ fields: String, _ calls: [ComparedCall]) -> ComparisonCase {
        ComparisonCase(name, filters: filter(config(fields, tokens: 2)), calls)
    }

    private static func config(_ fields: String, tokens: Int) -> String {
        """
        '@type': \(type)
        stat_prefix: compared
        token_bucket: {max_tokens: \(tokens), tokens_per_fill: 1, fill_interval: 3600s}
        \(fields)
        """
    }

    private static let type = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"

    private static func filter(_ config: String) -> String {
        let config = config.hasPrefix("'@type'") ? config : "'@type': \(type)\n\(config)"
        return """
            - name: envoy.filters.http.local_ratelimit
              typed_config:
                \(config.replacing("\n", with: "\n    "))
            """
    }
}
