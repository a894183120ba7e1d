extension ComparisonTopic {
    /// The filter of access control before connections that carry no HTTP: Envoy's network RBAC.
    static let connectionAccess = ComparisonTopic(
        name: "access to connections",
        rows: [
            permission("a permission of everything", "{any: true}"),
            permission("nothing is allowed", "{not_rule: {any: true}}", isRefused: true),
            permission("the port", "{destination_port: $port}"),
            permission("another port", "{destination_port: 1}", isRefused: true),
            permission("the address", "{destination_ip: {address_prefix: 127.0.0.0, prefix_len: 8}}"),
            permission(
                "another address", "{destination_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}", isRefused: true),
            permission("no name was asked for", "{requested_server_name: {exact: ''}}"),
            permission("a name that was not asked for", "{requested_server_name: {exact: a.test}}", isRefused: true),
            permission("a path, of which there is none", "{url_path: {path: {prefix: /}}}", isRefused: true),
            permission("not a path", "{not_rule: {url_path: {path: {prefix: /}}}}"),
            permission(
                "all of several", "{and_rules: {rules: [{destination_port: $port}, {destination_port: 1}]}}",
                isRefused: true),
            permission("any of several", "{or_rules: {rules: [{destination_port: $port}, {destination_port: 1}]}}"),
            permission("who denies a port", "{destination_port: $port}", action: "DENY", isRefused: true),
            permission("who denies another port", "{destination_port: 1}", action: "DENY"),
            permission("who only looks on", "{not_rule: {any: true}}", action: "LOG"),
            principal("an address of the peer", "{direct_remote_ip: {address_prefix: 127.0.0.1, prefix_len: 32}}"),
            principal(
                "an address of another peer", "{direct_remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}",
                isRefused: true),
            principal("an address of the client", "{remote_ip: {address_prefix: 127.0.0.0, prefix_len: 8}}"),
            principal("somebody known", "{authenticated: {}}", isRefused: true),
            principal("nobody known", "{not_id: {authenticated: {}}}"),
            row("no rules", "{}"),
            row("no policy allows", "rules: {}", isRefused: true),
            row("no policy denies", "rules: {action: DENY}"),
            row(
                "what is only tried refuses nobody",
                "shadow_rules: {policies: {p: {permissions: [{destination_port: 1}], principals: [{any: true}]}}}"),
            row(
                "two filters",
                "rules: {policies: {p: {permissions: [{any: true}], principals: [{any: true}]}}}",
                second:
                    "rules: {action: DENY, policies: {p: {permissions: [{any: true}], principals: [{any: true}]}}}",
                isRefused: true),
            row(
                "several policies",
                """
                rules: {policies: {a: {permissions: [{destination_port: 1}], principals: [{any: true}]}, \
                b: {permissions: [{destination_port: $port}], principals: [{any: true}]}}}
                """),
        ])

    private static func permission(
        _ name: String, _ permission: String, action: String = "ALLOW", isRefused: Bool = false
    ) -> ComparisonCase {
        row(
            name,
            "rules: {action: \(action), policies: {p: {permissions: [\(permission)], principals: [{any: true}]}}}",
            isRefused: isRefused)
    }

    private static func principal(_ name: String, _ principal: String, isRefused: Bool = false) -> ComparisonCase {
        row(
            name, "rules: {policies: {p: {permissions: [{any: true}], principals: [\(principal)]}}}",
            isRefused: isRefused)
    }

    private static let early = """
        Envoy's defect: it judges a connection by its first bytes, so that an upstream that speaks first has spoken by \
        then; all that policies ask is known before.
        """

    private static func row(
        _ name: String, _ fields: String, second: String? = nil, isRefused: Bool = false
    ) -> ComparisonCase {
        ComparisonCase(
            name,
            listener: """
                filter_chains:
                - filters:
                \([fields, second].compactMap(\.self).map(filter).joined(separator: "\n"))
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      '@type': type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: compared
                      cluster: $a
                """,
            upstreams: [ComparedUpstream("a", [.exact("world"), .close], isRaw: true, greeting: "220 ready")],
            [
                .parts(
                    [.until("220 ready"), .bytes("hello"), isRefused ? .untilClosed : .until("world")], methods: [])
            ],
            except: isRefused
                ? [
                    .differs("answer 1: leftover", envoy: "220 ready", ours: nil, because: early),
                    DeclaredDifference(
                        key: "upstream requests", envoy: "1", ours: "0", reason: early, isWholeOutcome: true),
                ] : [])
    }

    private static func filter(_ fields: String) -> String {
        """
          - name: envoy.filters.network.rbac
            typed_config:
              '@type': type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC
              stat_prefix: compared
              \(fields == "{}" ? "" : fields)
        """
    }
}
