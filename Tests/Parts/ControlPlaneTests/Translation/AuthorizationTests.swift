import Discovery
import JSONWire
import MeshConfig
import MeshModel
import Testing

@testable import ControlPlane

/// What AuthorizationPolicies become, in the form and under the names that Istio's pilot gives them.
@Suite("Authorization policies for proxies") struct AuthorizationTests {
    private func policy(
        _ name: String, _ spec: String, namespace: String = "payments", annotations: String = "{}"
    ) -> String {
        """
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: \(name), namespace: \(namespace), annotations: \(annotations)}
        spec: \(spec)

        """
    }

    private func translation(_ yaml: String...) throws -> AuthorizationTranslation {
        let mesh = try mesh(canary + yaml.joined())
        return AuthorizationTranslation(try #require(mesh.workload(namespace: "payments", name: "payment-v1")), mesh)
    }

    private func controls(_ filters: [HTTPFilter]) -> [HTTPAccessControl] {
        filters.compactMap { if case .accessControl(let control) = $0 { control } else { nil } }
    }

    /// The only policy of the only filter, as JSON.
    private func only(_ spec: String, isTCP: Bool = false) throws -> JSONValue? {
        let translation = try translation(policy("p", spec))
        let rules =
            isTCP ? translation.networkFilters.first?.rules : controls(translation.filters).first?.rules
        #expect((rules?.policies.count ?? 0) <= 1)
        return rules?.policies["ns[payments]-policy[p]-rule[0]"]?.json
    }

    @Test func `without a policy there is no filter`() throws {
        #expect(try translation().filters.isEmpty)
        #expect(try translation(policy("p", "{}", namespace: "shop")).filters.isEmpty)
    }

    @Test func `one filter an action, in Istio's order, by all levels together`() throws {
        let translation = try translation(
            policy("a", "{}"), policy("b", "{action: DENY, rules: [{}, {}]}", namespace: "istio-system"),
            policy("c", "{action: AUDIT, rules: [{}]}"),
            policy("d", "{selector: {matchLabels: {version: v1}}, rules: [{}]}"),
            policy("e", "{selector: {matchLabels: {version: v2}}, rules: [{}]}"))

        let rules = controls(translation.filters).map(\.rules)

        #expect(rules.map { $0?.action } == [.log, .deny, .allow])
        #expect(
            rules.map { $0?.policies.keys.sorted() ?? [] } == [
                ["ns[payments]-policy[c]-rule[0]"],
                ["ns[istio-system]-policy[b]-rule[0]", "ns[istio-system]-policy[b]-rule[1]"],
                ["ns[payments]-policy[a]-rule[0]", "ns[payments]-policy[d]-rule[0]"],
            ])
    }

    @Test func `they stand before every port of the workload, and of a gateway`() throws {
        let all = try mesh(
            canary + shop + policy("p", "{action: DENY, rules: [{}]}")
                + policy("g", "{selector: {matchLabels: {istio: ingress-gateway}}, rules: [{}]}", namespace: "shop"))

        let inbound = try #require(discoveryResources(for: paymentV1, in: all).listeners.last)
        let gateway = try #require(discoveryResources(for: ingress, in: all).listeners.first)

        #expect(inbound.filterChains.map { controls($0.manager?.filters ?? []).map { $0.rules?.action } } == [[.deny]])
        #expect(gateway.filterChains.map { controls($0.manager?.filters ?? []).map { $0.rules?.action } } == [[.allow]])
        for listener in [inbound, gateway] { #expect(try Listener(json: listener.resource) == listener) }
        let outbound = discoveryResources(for: paymentV1, in: all).listeners.first
        #expect(outbound.map { controls($0.filterChains[0].manager?.filters ?? []) } == [])
    }

    @Test func `no rule matches nothing, and an empty one everything`() throws {
        try expectGolden(
            try #require(try only("{}")),
            #"{"permissions": [{"not_rule": {"any": true}}], "principals": [{"not_id": {"any": true}}]}"#)
        try expectGolden(
            try #require(try only("{rules: [{}]}")),
            """
            {"permissions": [{"and_rules": {"rules": [{"any": true}]}}],
             "principals": [{"and_ids": {"ids": [{"any": true}]}}]}
            """)
    }

    @Test func `what is tried stands beside what is in force`() throws {
        let translation = try translation(
            policy("a", "{rules: [{}]}", annotations: "{istio.io/dry-run: 'true'}"),
            policy("b", "{action: DENY, rules: [{}]}", annotations: "{istio.io/dry-run: 'true'}"),
            policy("c", "{action: DENY, rules: [{}]}", annotations: "{istio.io/dry-run: 'false'}"))

        let found = controls(translation.filters)

        #expect(found.map { $0.rules?.policies.keys.sorted() } == [["ns[payments]-policy[c]-rule[0]"], nil])
        #expect(
            found.map { $0.shadowRules?.policies.keys.sorted() }
                == [["ns[payments]-policy[b]-rule[0]"], ["ns[payments]-policy[a]-rule[0]"]])
        #expect(found.map(\.shadowPrefix) == ["istio_dry_run_deny_", "istio_dry_run_allow_"])
    }

    @Test func `the control plane tells which policies hold for a workload`() throws {
        let mesh = try mesh(
            canary + policy("a", "{action: DENY, rules: [{}]}")
                + policy("b", "{rules: [{}]}", annotations: "{istio.io/dry-run: 'true'}"))
        let workload = try #require(mesh.workload(namespace: "payments", name: "payment-v1"))

        #expect(
            SecurityReport.policy(of: workload, in: mesh)["authorization"] == [
                ["policy": "payments/a", "action": "DENY", "tried": false],
                ["policy": "payments/b", "action": "ALLOW", "tried": true],
            ])
    }

    @Test func `an extension that nobody knows refuses what it should have judged`() throws {
        let translation = try translation(
            policy("p", "{action: CUSTOM, provider: {name: ext}, rules: [{to: [{operation: {paths: [/a]}}]}]}"))

        let rules = try #require(controls(translation.customFilters).first?.rules)

        #expect(translation.filters.isEmpty)
        #expect(rules.action == .deny)
        #expect(
            Array(rules.policies.keys) == [
                "istio-ext-authz-ext-ns[payments]-policy[p]-rule[0]-deny-due-to-bad-CUSTOM-action"
            ])
    }

    @Test func `an extension that is known is asked about what its policies match`() throws {
        let options = """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                extensionProviders:
                - name: ext
                  envoyExtAuthzHttp:
                    service: checker.shop.svc.cluster.local
                    port: 8000
                    includeRequestHeadersInCheck: [x-user, x-b3-*]

            """
        let translation = try translation(
            options,
            policy("p", "{action: CUSTOM, provider: {name: ext}, rules: [{to: [{operation: {paths: [/a]}}]}]}"))

        let filters = translation.customFilters

        try #require(filters.count == 2)
        let control = try #require(controls(filters).first)
        #expect(control.rules == nil)
        #expect(control.shadowPrefix == "istio_ext_authz_")
        #expect(control.shadowRules?.policies.keys.sorted() == ["istio-ext-authz-ext-ns[payments]-policy[p]-rule[0]"])
        guard case .externalAuthorization(let check) = filters[1] else {
            Issue.record("no question is asked")
            return
        }
        #expect(check.cluster == "outbound|8000||checker.shop.svc.cluster.local")
        #expect(check.timeout == .seconds(600))
        #expect(
            check.allowedHeaders == [
                .exact("x-user", ignoringCase: true), .prefix("x-b3-", ignoringCase: true),
            ])
        #expect(check.trigger?.path == ["istio_ext_authz_shadow_effective_policy_id"])
        #expect(check.trigger?.value == .prefix("istio-ext-authz-ext-ns[", ignoringCase: false))
        // Of bytes it says nothing.
        #expect(translation.networkFilters.isEmpty)
    }

    /// Source, operation and condition with every field, as pilot's own test data have them.
    @Test func `every field has its word`() throws {
        let spec = """
            {action: DENY, rules: [{
              from: [{source: {
                principals: [principal, principal-prefix-*, "*-suffix-principal", "*"], notPrincipals: [p],
                requestPrincipals: [iss/sub], namespaces: [ns, ns-*], notNamespaces: ["*-ns"],
                trustDomains: [a.b], remoteIpBlocks: [172.18.4.0/22], ipBlocks: [1.2.3.4], notIpBlocks: ["fd00::/8"]}}],
              to: [{operation: {
                hosts: [exact.com, "*.suffix.com", "prefix.*", "*"], methods: [GET, "*"], paths: [/exact, "/prefix/*",
                "*/suffix", "*", "/a/{*}/{**}"], ports: ["80"], notPorts: ["8000"]}}],
              when: [
                {key: "request.headers[X-header]", values: [header, "*"]},
                {key: "request.auth.audiences", values: [aud, other]},
                {key: "request.auth.claims[a][b]", notValues: ["x*"]},
                {key: destination.ip, values: [10.10.10.10]}, {key: connection.sni, values: ["*.sni"]},
                {key: "experimental.envoy.filters.a.b[c]", values: [text, "[element]"]},
                {key: source.serviceAccount, values: [own, other/their]}]}]}
            """
        try expectGolden(
            try #require(try only(spec)),
            #"""
            {"permissions": [{"and_rules": {"rules": [
              {"or_rules": {"rules": [
                {"header": {"name": ":authority", "string_match": {"exact": "exact.com", "ignore_case": true}}},
                {"header": {"name": ":authority", "string_match": {"suffix": ".suffix.com", "ignore_case": true}}},
                {"header": {"name": ":authority", "string_match": {"prefix": "prefix.", "ignore_case": true}}},
                {"header": {"name": ":authority", "present_match": true}}]}},
              {"or_rules": {"rules": [
                {"header": {"name": ":method", "string_match": {"exact": "GET"}}},
                {"header": {"name": ":method", "present_match": true}}]}},
              {"or_rules": {"rules": [
                {"url_path": {"path": {"exact": "/exact"}}},
                {"url_path": {"path": {"prefix": "/prefix/"}}},
                {"url_path": {"path": {"suffix": "/suffix"}}},
                {"url_path": {"path": {"safe_regex": {"regex": ".+"}}}},
                {"uri_template": {"name": "uri-template", "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
                  "path_template": "/a/*/**"}}}]}},
              {"or_rules": {"rules": [{"destination_port": 80}]}},
              {"not_rule": {"or_rules": {"rules": [{"destination_port": 8000}]}}},
              {"or_rules": {"rules": [{"destination_ip": {"address_prefix": "10.10.10.10", "prefix_len": 32}}]}},
              {"or_rules": {"rules": [{"requested_server_name": {"suffix": ".sni"}}]}},
              {"or_rules": {"rules": [
                {"metadata": {"filter": "envoy.filters.a.b", "path": [{"key": "c"}],
                              "value": {"string_match": {"exact": "text"}}}},
                {"metadata": {"filter": "envoy.filters.a.b", "path": [{"key": "c"}],
                              "value": {"list_match": {"one_of": {"string_match": {"exact": "element"}}}}}}]}}]}}],
             "principals": [{"and_ids": {"ids": [
              {"or_ids": {"ids": [
                {"authenticated": {"principal_name": {"exact": "spiffe://principal"}}},
                {"authenticated": {"principal_name": {"prefix": "spiffe://principal-prefix-"}}},
                {"authenticated": {"principal_name": {"safe_regex": {"regex": "spiffe://.*-suffix-principal"}}}},
                {"authenticated": {"principal_name": {"safe_regex": {"regex": ".+"}}}}]}},
              {"not_id": {"or_ids": {"ids": [{"authenticated": {"principal_name": {"exact": "spiffe://p"}}}]}}},
              {"or_ids": {"ids": [{"and_ids": {"ids": [
                {"metadata": {"filter": "envoy.filters.http.jwt_authn", "path": [{"key": "payload"}, {"key": "iss"}],
                              "value": {"string_match": {"exact": "iss"}}}},
                {"metadata": {"filter": "envoy.filters.http.jwt_authn", "path": [{"key": "payload"}, {"key": "sub"}],
                              "value": {"string_match": {"exact": "sub"}}}}]}}]}},
              {"or_ids": {"ids": [
                {"authenticated": {"principal_name": {"safe_regex": {"regex": ".*/ns/ns/.*"}}}},
                {"authenticated": {"principal_name": {"safe_regex": {"regex": ".*/ns/ns-.*/.*"}}}}]}},
              {"not_id": {"or_ids": {"ids": [
                {"authenticated": {"principal_name": {"safe_regex": {"regex": ".*/ns/.*-ns/.*"}}}}]}}},
              {"or_ids": {"ids": [
                {"authenticated": {"principal_name": {"safe_regex": {"regex": "spiffe://a\\.b/.*"}}}}]}},
              {"or_ids": {"ids": [{"remote_ip": {"address_prefix": "172.18.4.0", "prefix_len": 22}}]}},
              {"or_ids": {"ids": [{"direct_remote_ip": {"address_prefix": "1.2.3.4", "prefix_len": 32}}]}},
              {"not_id": {"or_ids": {"ids": [{"direct_remote_ip": {"address_prefix": "fd00::", "prefix_len": 8}}]}}},
              {"or_ids": {"ids": [
                {"header": {"name": "X-header", "string_match": {"exact": "header"}}},
                {"header": {"name": "X-header", "present_match": true}}]}},
              {"or_ids": {"ids": [
                {"metadata": {"filter": "envoy.filters.http.jwt_authn", "path": [{"key": "payload"}, {"key": "aud"}],
                 "value": {"or_match": {"value_matchers": [
                  {"list_match": {"one_of": {"or_match": {"value_matchers": [
                    {"string_match": {"exact": "aud"}}, {"string_match": {"exact": "other"}}]}}}},
                  {"or_match": {"value_matchers": [
                    {"string_match": {"exact": "aud"}}, {"string_match": {"exact": "other"}}]}}]}}}}]}},
              {"not_id": {"or_ids": {"ids": [
                {"metadata": {"filter": "envoy.filters.http.jwt_authn",
                 "path": [{"key": "payload"}, {"key": "a"}, {"key": "b"}],
                 "value": {"or_match": {"value_matchers": [
                  {"list_match": {"one_of": {"string_match": {"prefix": "x"}}}},
                  {"string_match": {"prefix": "x"}}]}}}}]}}},
              {"or_ids": {"ids": [
                {"authenticated": {"principal_name": {"safe_regex":
                  {"regex": "spiffe://.+/ns/payments/(.+/|)sa/own(/.+)?"}}}},
                {"authenticated": {"principal_name": {"safe_regex":
                  {"regex": "spiffe://.+/ns/other/(.+/|)sa/their(/.+)?"}}}}]}}]}}]}
            """#)
    }

    @Test(arguments: [
        ("*", ".+", ".+"), ("iss/*", "=iss", ".+"), ("iss/su*", "=iss", "su*"),
        ("https://a/b/sub", "=https://a/b", "=sub"),
        ("*/sub", ".+", "=sub"), ("*.com/sub", "*.com", "=sub"), ("*sub", ".+", "*sub"), ("iss*", "iss*", ".+"),
        ("iss", "=iss", "="),
    ])
    func `a token's principal is its issuer and its subject`(text: String, issuer: String, subject: String) throws {
        let translation = try translation(
            policy("p", "{rules: [{from: [{source: {requestPrincipals: ['\(text)']}}]}]}"))
        let found = controls(translation.filters).first?.rules?.policies.values.first?.principals.first

        guard case .all(let outer)? = found, case .any(let values)? = outer.first, case .all(let both)? = values.first
        else {
            Issue.record("\(String(describing: found))")
            return
        }
        let texts = both.map { principal -> String in
            guard case .metadata(let matcher) = principal, case .text(let test) = matcher.value else { return "?" }
            return switch test {
            case .exact(let text, _): "=\(text)"
            case .prefix(let text, _): "\(text)*"
            case .suffix(let text, _): "*\(text)"
            case .contains(let text, _): "*\(text)*"
            case .regex(let pattern): "\(pattern)"
            }
        }
        #expect(texts == [issuer, subject])
    }

    /// Istio's trap: on a port that carries bytes, who allows by path allows nothing, and who denies by path denies all.
    @Test(arguments: [
        ("ALLOW", "to: [{operation: {methods: [GET]}}]", false, false),
        ("ALLOW", "to: [{operation: {notPaths: [/a], ports: ['80']}}]", false, false),
        ("ALLOW", "to: [{operation: {ports: ['80']}}, {operation: {hosts: [a]}}]", false, false),
        ("ALLOW", "when: [{key: 'request.headers[a]', values: [b]}]", false, false),
        ("ALLOW", "from: [{source: {requestPrincipals: ['*']}}]", false, false),
        ("ALLOW", "to: [{operation: {ports: ['80']}}]", true, false),
        ("ALLOW", "from: [{source: {namespaces: [a]}}]", true, false),
        ("DENY", "to: [{operation: {methods: [GET]}}]", true, true),
        ("DENY", "to: [{operation: {methods: [GET], ports: ['80']}}]", true, false),
        ("DENY", "when: [{key: 'request.auth.claims[a]', values: [b]}]", true, true),
        ("AUDIT", "to: [{operation: {paths: [/a]}}]", true, true),
    ])
    func `HTTP's own fields on a port that carries bytes`(
        action: String, rule: String, isThere: Bool, isEverything: Bool
    ) throws {
        let translation = try translation(policy("p", "{action: \(action), rules: [{\(rule)}]}"))

        let rules = try #require(translation.networkFilters.first?.rules)

        let policy = rules.policies["ns[payments]-policy[p]-rule[0]"]
        #expect((policy != nil) == isThere)
        let everything = AccessRules.Policy(permissions: [.all([.everything])], principals: [.all([.everybody])])
        #expect((policy == everything) == isEverything)
    }
}
