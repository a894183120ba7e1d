import JSONWire
import MeshConfig
import Testing
import YAMLWire

@Suite("Authorization policies") struct AuthorizationPolicyTests {
    private typealias Policy = AuthorizationPolicy

    private func read(_ spec: String) throws -> AuthorizationPolicy? {
        let object: JSONValue = [
            "apiVersion": "security.istio.io/v1beta1", "kind": "AuthorizationPolicy",
            "metadata": ["name": "x", "namespace": "shop"],
            "spec": try YAMLParser.parse(Array(spec.utf8), file: "test.yaml").first?.value ?? [:],
        ]
        if case .authorizationPolicy(let policy) = try ConfigObject(object).spec { return policy }
        return nil
    }

    @Test func `an empty one lets nobody pass`() throws {
        #expect(try read("{}") == AuthorizationPolicy())
        #expect(try read("{action: ALLOW, rules: []}") == AuthorizationPolicy())
    }

    @Test func `an empty rule says nothing about the request`() throws {
        #expect(try read("{action: DENY, rules: [{}]}") == AuthorizationPolicy(action: .deny, rules: [Policy.Rule()]))
    }

    @Test func `everything that Istio has is read`() throws {
        let policy = try #require(
            try read(
                """
                selector: {matchLabels: {app: web}}
                action: CUSTOM
                provider: {name: ext}
                rules:
                - from:
                  - source:
                      principals: [p]
                      notPrincipals: [np]
                      requestPrincipals: [r]
                      notRequestPrincipals: [nr]
                      namespaces: [n]
                      notNamespaces: [nn]
                      trustDomains: [t]
                      notTrustDomains: [nt]
                      ipBlocks: [10.0.0.0/8]
                      notIpBlocks: [10.1.2.3]
                      remoteIpBlocks: ["fd00::/8"]
                      notRemoteIpBlocks: ["::1"]
                  - source: {serviceAccounts: [web, shop/web], notServiceAccounts: [a/b]}
                  to:
                  - operation:
                      hosts: [h]
                      notHosts: [nh]
                      ports: ["80"]
                      notPorts: ["0"]
                      methods: [GET]
                      notMethods: [P*]
                      paths: ["/a/{*}/b/{**}"]
                      notPaths: ["*"]
                  when:
                  - {key: "request.headers[X-A]", values: [v], notValues: [w]}
                  - {key: "request.auth.claims[realm][role]", values: [v]}
                  - {key: "experimental.envoy.filters.a.b[c]", values: [v]}
                  - {key: destination.port, values: ["80"]}
                  - {key: connection.sni, notValues: [v]}
                """))

        var first = Policy.Source()
        first.principals = Policy.Values(["p"], not: ["np"])
        first.requestPrincipals = Policy.Values(["r"], not: ["nr"])
        first.namespaces = Policy.Values(["n"], not: ["nn"])
        first.trustDomains = Policy.Values(["t"], not: ["nt"])
        first.ipBlocks = Policy.Values(["10.0.0.0/8"], not: ["10.1.2.3"])
        first.remoteIPBlocks = Policy.Values(["fd00::/8"], not: ["::1"])
        var second = Policy.Source()
        second.serviceAccounts = Policy.Values(["web", "shop/web"], not: ["a/b"])
        var operation = Policy.Operation()
        operation.hosts = Policy.Values(["h"], not: ["nh"])
        operation.ports = Policy.Values(["80"], not: ["0"])
        operation.methods = Policy.Values(["GET"], not: ["P*"])
        operation.paths = Policy.Values(["/a/{*}/b/{**}"], not: ["*"])
        let conditions = [
            Policy.Condition(.requestHeader("X-A"), Policy.Values(["v"], not: ["w"])),
            Policy.Condition(.requestClaim(["realm", "role"]), Policy.Values(["v"])),
            Policy.Condition(.filterMetadata(filter: "envoy.filters.a.b", key: "c"), Policy.Values(["v"])),
            Policy.Condition(.destinationPort, Policy.Values(["80"])),
            Policy.Condition(.serverName, Policy.Values(not: ["v"])),
        ]
        #expect(policy.selector == ["app": "web"])
        #expect(policy.action == .custom(provider: "ext"))
        #expect(
            policy.rules == [Policy.Rule(sources: [first, second], operations: [operation], conditions: conditions)])
    }

    @Test(arguments: [
        "source.ip", "remote.ip", "source.namespace", "source.principal", "source.serviceAccount", "source.trustDomain",
        "request.auth.principal", "request.auth.audiences", "request.auth.presenter", "request.auth.claims[a]",
        "request.headers[:method]", "destination.ip", "destination.port", "connection.sni",
    ])
    func `every condition's key is known`(key: String) throws {
        // Good as an address, a port and a text is nothing; a port is not an address.
        let value = key.hasSuffix("ip") ? "10.1.2.3" : "80"
        let isHeader = key == "request.headers[:method]"

        let spec = "{rules: [{when: [{key: '\(key)', values: ['\(value)']}]}]}"

        if isHeader {
            #expect(throws: SchemaError.self) { try read(spec) }
        } else {
            #expect(try read(spec)?.rules.first?.conditions.count == 1)
        }
    }

    @Test(arguments: [
        ("{action: DENI}", "spec.action: \"DENI\" is not supported; did you mean \"DENY\"?"),
        ("{action: DENY}", "spec: DENY without rules does nothing; for every request write \"rules: [{}]\""),
        (
            "{action: AUDIT, rules: []}",
            "spec.rules: AUDIT without rules does nothing; for every request write \"rules: [{}]\""
        ),
        ("{action: CUSTOM, rules: [{}]}", "spec.provider: is required"),
        ("{provider: {name: a}}", "spec.provider: is for action CUSTOM; remove it, or set the action"),
        ("{rules: [{from: []}]}", "spec.rules[0].from: must hold at least one source, or be left out"),
        ("{rules: [{to: []}]}", "spec.rules[0].to: must hold at least one operation, or be left out"),
        (
            "{rules: [{from: [{source: {}}]}]}",
            "spec.rules[0].from[0].source: must say something; for everybody leave out \"from\""
        ),
        (
            "{rules: [{to: [{operation: {method: [GET]}}]}]}",
            "spec.rules[0].to[0].operation.method: unknown field \"method\"; did you mean \"methods\"?"
        ),
        (
            "{rules: [{to: [{operation: {methods: ['']}}]}]}",
            "spec.rules[0].to[0].operation.methods[0]: must not be empty"
        ),
        (
            "{rules: [{to: [{operation: {ports: ['65536']}}]}]}",
            "spec.rules[0].to[0].operation.ports[0]: \"65536\" is not a port; expected a number between 0 and 65535, in quotes"
        ),
        (
            "{rules: [{to: [{operation: {ports: ['+1']}}]}]}",
            "spec.rules[0].to[0].operation.ports[0]: \"+1\" is not a port; expected a number between 0 and 65535, in quotes"
        ),
        (
            "{rules: [{to: [{operation: {paths: ['/a/{*}b']}}]}]}",
            "spec.rules[0].to[0].operation.paths[0]: \"/a/{*}b\": a template is made of \"{*}\" and \"{**}\", each a whole "
                + "segment, and plain text"
        ),
        (
            "{rules: [{to: [{operation: {paths: ['/{**}/{*}']}}]}]}",
            "spec.rules[0].to[0].operation.paths[0]: \"/{**}/{*}\": no other template may come after \"{**}\""
        ),
        (
            "{rules: [{from: [{source: {ipBlocks: [10.0.0]}}]}]}",
            "spec.rules[0].from[0].source.ipBlocks[0]: \"10.0.0\" is not an address; write \"10.1.2.3\", "
                + "\"10.1.0.0/16\" or the same of IPv6"
        ),
        (
            "{rules: [{from: [{source: {serviceAccounts: ['*']}}]}]}",
            "spec.rules[0].from[0].source.serviceAccounts[0]: \"*\": a service account is named in full; use "
                + "\"principals\" for \"*\""
        ),
        (
            "{rules: [{from: [{source: {serviceAccounts: [a], namespaces: [b]}}]}]}",
            "spec.rules[0].from[0].source: service accounts cannot stand beside principals or namespaces; use one or the other"
        ),
        (
            "{rules: [{when: [{key: source.principle, values: [a]}]}]}",
            "spec.rules[0].when[0].key: \"source.principle\" is not a condition; did you mean \"source.principal\"?"
        ),
        (
            "{rules: [{when: [{key: 'request.headers', values: [a]}]}]}",
            "spec.rules[0].when[0].key: \"request.headers\" must end with a name in brackets, \"…[name]\""
        ),
        (
            "{rules: [{when: [{key: source.ip}]}]}",
            "spec.rules[0].when[0]: \"values\" or \"notValues\" must hold something"
        ),
    ])
    func `what it is refused for`(spec: String, message: String) throws {
        do throws(SchemaError) {
            _ = try readOrRefuse(spec)
            Issue.record("\(spec) was taken")
        } catch {
            #expect(error.description == message)
        }
    }

    private func readOrRefuse(_ spec: String) throws(SchemaError) {
        do { _ = try read(spec) } catch let error as SchemaError { throw error } catch {
            throw SchemaError(at: .root, "\(error)")
        }
    }

    private let workloads = """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: web, namespace: shop}
        spec: {address: 127.0.1.2, labels: {app: web}}

        """

    private func mesh(_ policies: [(metadata: String, spec: String)]) throws -> MeshConfiguration {
        let text =
            workloads
            + policies.map {
                "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {\($0.metadata)}\nspec: \($0.spec)\n"
            }.joined()
        return MeshConfiguration(
            try YAMLParser.parse(Array(text.utf8), file: "test.yaml").map { try ConfigObject($0.value) })
    }

    @Test func `mesh, namespace and workload policies meet at a workload`() throws {
        let mesh = try mesh([
            ("name: a, namespace: istio-system", "{}"),
            ("name: b, namespace: istio-system", "{selector: {matchLabels: {app: web}}}"),
            ("name: c, namespace: istio-system", "{selector: {matchLabels: {app: other}}}"),
            ("name: d, namespace: shop", "{}"), ("name: e, namespace: shop", "{selector: {matchLabels: {app: web}}}"),
            ("name: f, namespace: shop", "{selector: {matchLabels: {app: web, version: v9}}}"),
            ("name: g, namespace: payments", "{}"),
        ])
        let web = try #require(mesh.workload(namespace: "shop", name: "web"))

        #expect(mesh.authorizationPolicies(of: web).map(\.key.name) == ["a", "b", "d", "e"])
        #expect(
            mesh.problems.map { "\($0.object?.name ?? "") \($0.code ?? "") \($0.message)" } == [
                "c IST0127 selects no workload of the mesh", "f IST0127 selects no workload of namespace \"shop\"",
            ])
    }

    @Test(
        arguments: [
            ("'true'", "{}", nil), ("'1'", "{action: DENY, rules: [{}]}", nil),
            ("'false'", "{action: AUDIT, rules: [{}]}", nil),
            ("'yes'", "{}", "must be \"true\" or \"false\"; as it stands, the policy is in force"),
            (
                "'true'", "{action: AUDIT, rules: [{}]}",
                "only ALLOW and DENY can be tried; with AUDIT it means nothing"
            ),
        ] as [(String, String, String?)])
    func `only some policies can be tried`(value: String, spec: String, problem: String?) throws {
        let mesh = try mesh([("name: a, namespace: shop, annotations: {istio.io/dry-run: \(value)}", spec)])

        #expect(mesh.problems.map(\.message) == [problem].compactMap(\.self))
    }
}
