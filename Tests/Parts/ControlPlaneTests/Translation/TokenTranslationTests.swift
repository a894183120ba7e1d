import Discovery
import JSONWire
import MeshConfig
import TestSupport
import Testing

@testable import ControlPlane

@Suite("Translation of token policies") struct TokenTranslationTests {
    private static func policy(_ namespace: String, _ rules: String, selector: String = "") -> String {
        """
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: tokens, namespace: \(namespace)}
        spec:
          \(selector.isEmpty ? "" : "selector: {matchLabels: {\(selector)}}")
          jwtRules: \(rules)

        """
    }

    private static func filters(
        _ policies: String..., for node: Node = paymentV1, keys: (KeyLocation) -> String? = { _ in nil }
    ) throws -> [[HTTPFilter]] {
        let mesh = try mesh(canary + shop + policies.joined())
        return discoveryResources(for: node, in: mesh, keys: keys).listeners
            .filter { $0.name != "virtualOutbound" }
            .flatMap(\.filterChains).map { $0.manager?.filters ?? [] }
    }

    private static func only(_ filters: [[HTTPFilter]]) throws -> JWTAuthentication {
        guard case .jwt(let authentication)? = filters.first?.first, filters.allSatisfy({ $0.count == 1 }) else {
            throw Missing()
        }
        return authentication
    }

    private struct Missing: Error {}

    @Test func `one issuer is written as Istio writes it`() throws {
        let keys = TokenSigner(.edDSA).keySet()
        let rule = """
            [{issuer: joe, audiences: [a], jwksUri: 'https://joe.example/keys', fromHeaders: [{name: X-Token, prefix: 'T '}],
              fromParams: [t], fromCookies: [c], outputPayloadToHeader: x-payload, forwardOriginalToken: true,
              outputClaimToHeaders: [{header: x-sub, claim: sub}], spaceDelimitedClaims: [roles]}]
            """
        let told = try Self.only(
            try Self.filters(Self.policy("payments", rule)) { location in
                location == .keys(uri: "https://joe.example/keys") ? keys : nil
            })

        try expectGolden(
            told.json,
            """
            {"providers": {"origins-0": {
               "issuer": "joe", "audiences": ["a"], "local_jwks": {"inline_string": \(JSONValue.string(keys).text)},
               "forward": true, "from_headers": [{"name": "x-token", "value_prefix": "T "}], "from_params": ["t"],
               "from_cookies": ["c"], "forward_payload_header": "x-payload", "payload_in_metadata": "payload",
               "normalize_payload_in_metadata": {"space_delimited_claims": ["permission", "roles", "scope"]},
               "claim_to_headers": [{"header_name": "x-sub", "claim_name": "sub"}]}},
             "rules": [{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": [
               {"provider_name": "origins-0"}, {"allow_missing": {}}]}}}],
             "bypass_cors_preflight": true}
            """)
    }

    @Test func `several issuers may each take a token alone`() throws {
        let told = try Self.only(
            try Self.filters(Self.policy("payments", "[{issuer: 'https://b'}, {issuer: 'https://a'}]")))

        #expect(told.providers["origins-0"]?.issuer == "https://a")
        func optional(_ name: String) -> JWTAuthentication.Requirement { .any([.provider(name), .allowMissing]) }
        #expect(
            told.rules.map(\.requirement) == [
                .any([
                    .provider("origins-0"), .provider("origins-1"),
                    .all([optional("origins-0"), optional("origins-1")]),
                ])
            ])
    }

    @Test func `keys that have not come let no token in, and the listener in`() throws {
        let filters = try Self.filters(Self.policy("payments", "[{issuer: 'https://a'}]"))
        let told = try Self.only(filters)

        guard case .local(.inline(let text))? = told.providers["origins-0"]?.keys else { throw Missing() }
        #expect(text.contains("not fetched yet"))
        // The proxy's reader refuses sets without a key, as Envoy does.
        let mesh = try mesh(canary + Self.policy("payments", "[{issuer: 'https://a'}]"))
        let listeners = discoveryResources(for: paymentV1, in: mesh).listeners
        #expect(try listeners.map { try Listener(json: $0.resource) } == listeners)
    }

    @Test func `only those who are meant verify tokens`() throws {
        let policy = Self.policy("payments", "[{issuer: 'https://a'}]", selector: "version: v2")
        #expect(try Self.filters(policy) == [[]])
        #expect(try Self.filters(policy, for: webV1).allSatisfy { $0.isEmpty })
        let everybody = Self.policy("istio-system", "[{issuer: 'https://a'}]")
        for node in [paymentV1, webV1, ingress] {
            let filters = try Self.filters(everybody, for: node)
            let verifying = filters.map { $0.filter { if case .jwt = $0 { true } else { false } } }
            #expect(!filters.isEmpty && verifying.allSatisfy { $0.count == 1 })
        }
    }
}
