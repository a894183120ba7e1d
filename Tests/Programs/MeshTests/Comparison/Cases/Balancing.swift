extension ComparisonTopic {
    /// Which endpoint gets a request.
    static let balancing = ComparisonTopic(
        name: "balancing",
        rows: [
            hashing("a ring by header", "lb_policy: RING_HASH", "{header: {header_name: x-user}}", users),
            hashing(
                "a small ring by header", "lb_policy: RING_HASH\nring_hash_lb_config: {minimum_ring_size: 100}",
                "{header: {header_name: x-user}}", users),
            hashing(
                "a ring that is not larger than allowed",
                "lb_policy: RING_HASH\nring_hash_lb_config: {minimum_ring_size: 3, maximum_ring_size: 10}",
                "{header: {header_name: x-user}}", users),
            hashing("Maglev by header", "lb_policy: MAGLEV", "{header: {header_name: x-user}}", users),
            hashing(
                "a small Maglev by header", "lb_policy: MAGLEV\nmaglev_lb_config: {table_size: 251}",
                "{header: {header_name: x-user}}", users),
            hashing(
                "a ring by query parameter", "lb_policy: RING_HASH", "{query_parameter: {name: u}}",
                (0..<12).map { .get("/?a=b&u=user-\($0)") }),
            hashing(
                "a ring by cookie", "lb_policy: RING_HASH", "{cookie: {name: s}}",
                (0..<12).map { .get("/", "cookie: a=b; s=user-\($0); c=d") }),
            hashing(
                "a ring by address", "lb_policy: RING_HASH", "{connection_properties: {source_ip: true}}",
                (0..<4).map { _ in .get() }),
            hashing(
                "a ring by several, combined", "lb_policy: RING_HASH",
                "{header: {header_name: x-user}}, {query_parameter: {name: u}}",
                (0..<12).map { .get("/?u=\($0 % 3)", "x-user: \($0)") }),
            hashing(
                "a ring by the first that is there, if it is terminal", "lb_policy: RING_HASH",
                "{header: {header_name: x-user}, terminal: true}, {query_parameter: {name: u}}",
                [.get("/?u=1", "x-user: 1"), .get("/?u=2", "x-user: 1"), .get("/?u=2"), .get("/?u=3")]),
            ComparisonCase(
                "a cookie that is missing is set",
                routes: """
                    - match: {prefix: /}
                      route: {cluster: $a, hash_policy: [{cookie: {name: s, ttl: 60s, path: /p}}]}
                    """, upstreams: [ComparedUpstream("a", fields: "lb_policy: RING_HASH")],
                [.get(), .get("/", "cookie: s=mine")]),
            ComparisonCase(
                "a session cookie that is missing is set",
                routes: """
                    - match: {prefix: /}
                      route: {cluster: $a, hash_policy: [{cookie: {name: s, ttl: 0s}}]}
                    """, upstreams: [ComparedUpstream("a", fields: "lb_policy: MAGLEV")], [.get()]),
            ComparisonCase(
                "round robin goes round", upstreams: [ComparedUpstream("a", endpoints: 3)], hasUnorderedUpstreams: true,
                (0..<6).map { _ in .get() }),
            ComparisonCase(
                "an endpoint that is unhealthy gets nothing",
                upstreams: [
                    ComparedUpstream(
                        "a", endpoints: 2,
                        fields: """
                            load_assignment:
                              cluster_name: $a
                              endpoints:
                              - lb_endpoints:
                                - endpoint: {address: {socket_address: {address: 127.0.10.1, port_value: $upstreamport}}}
                                  health_status: UNHEALTHY
                                - endpoint: {address: {socket_address: {address: 127.0.10.2, port_value: $upstreamport}}}
                            """)
                ], comparesEndpoints: true, (0..<4).map { _ in .get() }),
            grouped("the first priority takes everything", "priority: 0", "priority: 1"),
            grouped("an unhealthy one leaves it to the next", "priority: 0, sick", "priority: 1"),
            grouped(
                "the last of three takes it when the others cannot", "priority: 0, sick", "priority: 1, sick",
                "priority: 2"),
            grouped(
                "nobody panics who may not", "priority: 0, sick",
                fields: "common_lb_config: {healthy_panic_threshold: {value: 0}}"),
            grouped("a priority that has no healthy endpoint uses all of them", "priority: 0, sick"),
            grouped(
                "so do all when none has any", "priority: 0, sick", "priority: 1, sick",
                fields: "lb_policy: RING_HASH", users),
            grouped("half of two is enough", "priority: 0, sick", "priority: 0"),
            grouped("a locality without weight gets nothing", "weight: 1", "zone: b", fields: weighing),
            grouped(
                "a locality that lacks all gives it to the others", "weight: 9, sick", "zone: b, weight: 1",
                fields: weighing),
            grouped(
                "localities weigh nothing where nobody asks for it", "weight: 1, sick", "zone: b"),
        ])

    private static let weighing = "common_lb_config: {locality_weighted_lb_config: {}}"

    /// One endpoint a group: its priority, its locality, its weight, and whether it is unhealthy.
    private static func grouped(
        _ name: String, _ groups: String..., fields: String = "",
        _ calls: [ComparedCall] = (0..<4).map { _ in .get() }
    ) -> ComparisonCase {
        let lines = groups.enumerated().map { index, group in
            let words = group.split(separator: ", ").map(String.init)
            func word(_ name: String) -> String? {
                words.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
            }
            let address = "{socket_address: {address: 127.0.10.\(index + 1), port_value: $upstreamport}}"
            return """
                  - priority: \(word("priority") ?? "0")
                    locality: {region: r, zone: \(word("zone") ?? "a")}
                \(word("weight").map { "    load_balancing_weight: \($0)" } ?? "    # no weight")
                    lb_endpoints:
                    - endpoint: {address: \(address)}
                      health_status: \(words.contains("sick") ? "UNHEALTHY" : "HEALTHY")
                """
        }
        let assignment = "load_assignment:\n  cluster_name: $a\n  endpoints:\n" + lines.joined(separator: "\n")
        return ComparisonCase(
            name,
            routes: fields.contains("HASH")
                ? "- {match: {prefix: /}, route: {cluster: $a, hash_policy: [{header: {header_name: x-user}}]}}"
                : ComparisonCase.forwarding,
            upstreams: [
                ComparedUpstream("a", [.endpoint], endpoints: groups.count, fields: assignment + "\n" + fields)
            ], comparesEndpoints: true, calls)
    }

    private static let users: [ComparedCall] = (0..<16).map { .get("/", "x-user: user-\($0)") }

    private static func hashing(
        _ name: String, _ cluster: String, _ policy: String, _ calls: [ComparedCall]
    ) -> ComparisonCase {
        ComparisonCase(
            name, routes: "- {match: {prefix: /}, route: {cluster: $a, hash_policy: [\(policy)]}}",
            upstreams: [ComparedUpstream("a", [.endpoint], endpoints: 3, fields: cluster)], comparesEndpoints: true,
            calls)
    }
}
