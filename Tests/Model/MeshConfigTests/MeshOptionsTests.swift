import JSONWire
import MeshConfig
import Patterns
import Testing

@Suite struct `The mesh's options` {
    private func map(_ text: String, name: String = "istio", namespace: String = "istio-system") -> String {
        """
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: \(name), namespace: \(namespace)}
        data:
          mesh: |
        \(text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))

        """
    }

    private let full = """
        accessLogFile: /dev/stdout
        accessLogEncoding: JSON
        accessLogFormat: '{"code": "%RESPONSE_CODE%"}'
        extensionProviders:
        - name: checker
          envoyExtAuthzHttp:
            service: shop/checker.shop.svc.cluster.local
            port: 8000
            timeout: 2s
            failOpen: true
            statusOnError: "503"
            includeRequestHeadersInCheck: [x-user, x-b3-*]
            headersToUpstreamOnAllow: [x-checked]
        """

    @Test func `are those of the ConfigMap istio in the root namespace`() throws {
        let options = try mesh(map(full)).options

        #expect(options.accessLogFile == "/dev/stdout")
        #expect(options.accessLogFields?["code"]?.source == "%RESPONSE_CODE%")
        let checker = try #require(options.authorizers["checker"])
        #expect(checker.host == "checker.shop.svc.cluster.local")
        #expect(checker.port == 8000)
        #expect(checker.timeout == .seconds(2))
        #expect(checker.failsOpen)
        #expect(checker.statusOnError == 503)
        #expect(checker.checkedHeaders == ["x-user", "x-b3-*"])
    }

    @Test func `are none without it, and other maps mean nothing`() throws {
        #expect(try mesh(paymentWorkloads).options == MeshOptions())
        #expect(try mesh(map(full, name: "other")).options == MeshOptions())
        #expect(try mesh(map(full, namespace: "shop")).options == MeshOptions())
        #expect(try mesh(map("")).options == MeshOptions())
        // What another map holds need not even be YAML.
        #expect(try objects(map("{", name: "other")).first?.kind == .configMap)
    }

    @Test(arguments: [
        ("accessLogFile: a\naccessLogFormat: '%NOPE%'", "line 2: accessLogFormat: "),
        ("accessLogFormat: '%PROTOCOL%'\naccessLogEncoding: JSON", "line 1: accessLogFormat"),
        (
            "accessLogFiles: a",
            "line 1: accessLogFiles: unknown field \"accessLogFiles\"; did you mean \"accessLogFile\""
        ),
        ("enableTracing: true", "line 1: enableTracing: \"enableTracing\" is not supported"),
        ("accessLogFile: {", "line 2"),
        ("extensionProviders:\n- name: a\n  envoyExtAuthzHttp: {service: a, port: 0}", "line 3: extensionProviders[0]"),
        (
            "extensionProviders:\n- {name: a, envoyExtAuthzHttp: {service: a, port: 1}}\n"
                + "- {name: a, envoyExtAuthzHttp: {service: a, port: 1}}",
            "line 3: extensionProviders[1]: another provider"
        ),
        ("extensionProviders: [{name: a, zipkin: {}}]", "\"zipkin\" is not supported"),
    ])
    func `are refused with the line that is wrong`(text: String, words: String) {
        let error = #expect(throws: SchemaError.self) { try objects(map(text)) }

        #expect(error?.path == "data.mesh")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `that policies need and lack are named`() throws {
        let policy = """
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: p, namespace: payments}
            spec: {action: CUSTOM, provider: {name: checker}, rules: [{}]}

            """
        func words(_ yaml: String...) throws -> [String] {
            try mesh(paymentWorkloads + policy + yaml.joined()).problems.filter { $0.pointer == "/spec/provider/name" }
                .map(\.message)
        }

        #expect(try words().first?.contains("no extension provider is called \"checker\"") == true)
        #expect(try words(map(full)).first?.contains("which is no service here") == true)
        #expect(
            try words(
                map(
                    full.replacing("checker.shop.svc", with: "payment-service.payments.svc").replacing(
                        "8000", with: "80"))
            ).isEmpty)
    }
}
