extension ComparisonTopic {
    /// Requests that go to a second cluster, too, and nobody waits for its answer.
    static let mirrors = ComparisonTopic(
        name: "mirrors",
        rows: [
            mirror("a request is mirrored", "{cluster: $b}", [.get("/x?y", "x-a: 1"), .get("/z", host: "$host:90")]),
            mirror("a body is mirrored", "{cluster: $b}", [.post(body: "hello")]),
            mirror(
                "a request is mirrored by share", "{cluster: $b, runtime_fraction: {default_value: {numerator: 100}}}",
                [.get()]),
            mirror(
                "a request is not mirrored", "{cluster: $b, runtime_fraction: {default_value: {numerator: 0}}}",
                [.get()],
                copies: 0),
            mirror(
                "a mirror may keep the host", "{cluster: $b, disable_shadow_host_suffix_append: true}", [.get()]),
            mirror("a mirror that fails changes nothing", "{cluster: $b}", answer: .status(500), [.get()]),
            mirror("a mirror that resets changes nothing", "{cluster: $b}", answer: .reset, [.get()]),
            ComparisonCase(
                "two mirrors",
                routes: """
                    - match: {prefix: /}
                      route: {cluster: $a, request_mirror_policies: [{cluster: $b}, {cluster: $c}]}
                    """,
                upstreams: [ComparedUpstream("a"), ComparedUpstream("b"), ComparedUpstream("c")],
                [ComparedCall.get().arriving(3)]),
            ComparisonCase(
                "a mirror has what the route changes",
                routes: """
                    - match: {prefix: /old}
                      request_headers_to_add: [{header: {key: x-a, value: one}}]
                      route: {cluster: $a, prefix_rewrite: /new, request_mirror_policies: [{cluster: $b}]}
                    """, upstreams: [ComparedUpstream("a"), ComparedUpstream("b")],
                [ComparedCall.get("/old/x").arriving(2)]),
        ])

    private static func mirror(
        _ name: String, _ policy: String, answer: ComparedUpstream.Answer = .fine, _ calls: [ComparedCall],
        copies: Int = 1
    ) -> ComparisonCase {
        ComparisonCase(
            name, domains: ["$host", "$host:90"],
            routes: "- {match: {prefix: /}, route: {cluster: $a, request_mirror_policies: [\(policy)]}}",
            upstreams: [ComparedUpstream("a"), ComparedUpstream("b", [answer])],
            calls.enumerated().map { $1.arriving(($0 + 1) * (1 + copies)) })
    }
}
