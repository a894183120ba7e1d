extension ComparisonTopic {
    /// The filter of access control, Envoy's RBAC.
    static let access = ComparisonTopic(
        name: "access",
        rows: [
            rule("a permission of everything", "{any: true}", [.get(), .head()]),
            rule("a method", "{header: {name: ':method', string_match: {exact: GET}}}", [.get(), .head()]),
            rule(
                "a path", "{url_path: {path: {exact: /in}}}", [.get("/in"), .get("/in?x"), .get("/in/"), .get("/out")]),
            rule(
                "a path's beginning", "{url_path: {path: {prefix: /in}}}", [.get("/in"), .get("/inner"), .get("/out")]),
            rule(
                "a path's end", "{url_path: {path: {suffix: .js}}}", [.get("/a.js"), .get("/a.js?x"), .get("/a?.js")]),
            rule(
                "a path in any letter case", "{url_path: {path: {exact: /In, ignore_case: true}}}",
                [.get("/iN"), .get("/x")]),
            rule(
                "a path by a regex", "{url_path: {path: {safe_regex: {regex: '/v[0-9]+'}}}}",
                [.get("/v1"), .get("/v1/x"), .get("/v1?x")]),
            rule(
                "a path is judged as it was sent", "{url_path: {path: {prefix: /admin}}}", action: "DENY",
                [.get("/admin"), .get("/x/../admin"), .get("//admin"), .get("/%61dmin"), .get("/Admin")]),
            rule(
                "a header", "{header: {name: x-a, string_match: {exact: one}}}",
                [.get("/", "x-a: one"), .get("/", "x-a: two"), .get(), .get("/", "x-a: one", "x-a: two")]),
            rule(
                "a header that is present", "{header: {name: x-a, present_match: true}}", [.get("/", "x-a: 1"), .get()]),
            rule(
                "a header that is not so", "{header: {name: x-a, string_match: {exact: one}, invert_match: true}}",
                [.get("/", "x-a: one"), .get("/", "x-a: two"), .get()]),
            rule(
                "the host", "{header: {name: ':authority', string_match: {exact: $host}}}",
                [.get(), .get("/", host: "$host:80")]),
            rule("not a rule", "{not_rule: {url_path: {path: {exact: /in}}}}", [.get("/in"), .get("/out")]),
            rule(
                "all of several",
                """
                {and_rules: {rules: [{url_path: {path: {prefix: /in}}}, {header: {name: ':method', string_match: {exact: GET}}}]}}
                """, [.get("/in"), .head("/in"), .get("/out")]),
            rule(
                "any of several",
                "{or_rules: {rules: [{url_path: {path: {prefix: /in}}}, {url_path: {path: {prefix: /on}}}]}}",
                [.get("/in"), .get("/on"), .get("/out")]),
            rule("the port", "{destination_port: $port}", [.get()]),
            rule("another port", "{destination_port: 1}", [.get()]),
            rule(
                "the address", "{destination_ip: {address_prefix: 127.0.0.0, prefix_len: 8}}", [.get()]),
            principal(
                "an address of the peer", "{direct_remote_ip: {address_prefix: 127.0.0.1, prefix_len: 32}}", [.get()]),
            principal(
                "an address of another peer", "{direct_remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}",
                [.get(), .get("/", "x-forwarded-for: 10.0.0.1")]),
            principal(
                "an address of the client", "{remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}",
                [
                    .get(), .get("/", "x-forwarded-for: 10.0.0.1"), .get("/", "x-forwarded-for: 10.0.0.1, 9.9.9.9"),
                    .get("/", "x-forwarded-for: 9.9.9.9, 10.0.0.1"),
                ]),
            principal(
                "a header of the request", "{header: {name: x-a, string_match: {prefix: o}}}",
                [.get("/", "x-a: one"), .get()]),
            principal("a certificate, where there is none", "{authenticated: {}}", [.get()]),
            principal(
                "not one", "{not_id: {header: {name: x-a, present_match: true}}}", [.get("/", "x-a: one"), .get()]),
            rule(
                "a denial of some", "{url_path: {path: {prefix: /in}}}", action: "DENY",
                [.get("/in"), .get("/out"), .post("/in", body: "x")], except: ComparisonTopic.closing("answer 3")),
            rule("a denial of everything", "{any: true}", action: "DENY", [.get()]),
            rule("a log denies nobody", "{any: true}", action: "LOG", [.get()]),
            ComparisonCase(
                "no policy at all", filters: filter("rules: {action: ALLOW, policies: {}}"), [.get()]),
            ComparisonCase("no rules at all", filters: filter("{}"), [.get()]),
            ComparisonCase(
                "shadow rules deny nobody",
                filters: filter(
                    "shadow_rules: {action: DENY, policies: {p: {permissions: [{any: true}], principals: [{any: true}]}}}"
                ),
                [.get()]),
            ComparisonCase(
                "a request without a route is judged, too", routes: "- {match: {prefix: /x}, route: {cluster: $a}}",
                filters: filter("rules: {action: ALLOW, policies: {}}"), [.get("/y")]),
        ])

    private static func rule(
        _ name: String, _ permission: String, action: String = "ALLOW", _ calls: [ComparedCall],
        except differences: [DeclaredDifference] = []
    ) -> ComparisonCase {
        ComparisonCase(
            name,
            domains: ["$host", "$host:80"],
            filters: filter(
                "rules: {action: \(action), policies: {p: {permissions: [\(permission)], principals: [{any: true}]}}}"),
            calls, except: differences)
    }

    private static func principal(_ name: String, _ principal: String, _ calls: [ComparedCall]) -> ComparisonCase {
        ComparisonCase(
            name,
            filters: filter(
                "rules: {action: ALLOW, policies: {p: {permissions: [{any: true}], principals: [\(principal)]}}}"),
            calls)
    }

    private static func filter(_ fields: String) -> String {
        """
        - name: envoy.filters.http.rbac
          typed_config:
            '@type': type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
            \(fields == "{}" ? "" : fields)
        """
    }
}
