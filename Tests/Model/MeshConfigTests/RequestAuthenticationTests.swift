import JSONWire
import MeshConfig
import TestSupport
import Testing
import YAMLWire

@Suite("RequestAuthentication") struct RequestAuthenticationTests {
    private static func policy(_ metadata: String, _ spec: String) -> String {
        """
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {\(metadata)}
        spec: \(spec)

        """
    }

    @Test func `every field is read`() throws {
        let keys = TokenSigner(.edDSA).keySet()
        let object = try ConfigObject([
            "apiVersion": "security.istio.io/v1beta1", "kind": "RequestAuthentication",
            "metadata": ["name": "r", "namespace": "shop"],
            "spec": [
                "selector": ["matchLabels": ["app": "web"]],
                "jwtRules": [
                    [
                        "issuer": "joe", "audiences": ["a"], "jwks": .string(keys),
                        "fromHeaders": [["name": "x-token", "prefix": "Token "]], "fromParams": ["t"],
                        "fromCookies": ["session"], "outputPayloadToHeader": "x-payload",
                        "outputClaimToHeaders": [["header": "x-sub", "claim": "sub"]], "forwardOriginalToken": true,
                        "timeout": "1.5s", "spaceDelimitedClaims": ["roles"],
                    ],
                    ["jwksUri": "https://a.example/keys"],
                    ["issuer": "https://b.example"],
                ],
            ],
        ])

        let spec = RequestAuthentication(
            selector: ["app": "web"],
            rules: [
                JWTRule(
                    issuer: "joe", audiences: ["a"], keys: .inline(keys),
                    fromHeaders: [JWTRule.FromHeader(name: "x-token", prefix: "Token ")], fromParams: ["t"],
                    fromCookies: ["session"], outputPayloadToHeader: "x-payload",
                    outputClaimToHeaders: [JWTRule.ClaimToHeader(header: "x-sub", claim: "sub")],
                    forwardsOriginalToken: true, timeout: .milliseconds(1500), spaceDelimitedClaims: ["roles"]),
                JWTRule(issuer: "", keys: .location(.keys(uri: "https://a.example/keys"))),
                JWTRule(issuer: "https://b.example", keys: .location(.discovery(issuer: "https://b.example"))),
            ])
        #expect(object.spec == .requestAuthentication(spec))
    }

    @Test func `a workload takes the issuers of all policies that concern it`() throws {
        let mesh = try mesh(
            paymentWorkloads,
            Self.policy(
                "name: own, namespace: payments",
                "{selector: {matchLabels: {version: v1}}, jwtRules: [{issuer: 'https://c'}, {issuer: 'https://a'}]}"),
            Self.policy("name: space, namespace: payments", "{jwtRules: [{issuer: 'https://d'}]}"),
            Self.policy("name: mesh, namespace: istio-system", "{jwtRules: [{issuer: 'https://b', timeout: 9s}]}"),
            Self.policy("name: other, namespace: shop", "{jwtRules: [{issuer: 'https://e'}]}"))
        func issuers(_ name: String) throws -> [String] {
            mesh.tokenRules(for: try #require(mesh.workload(namespace: "payments", name: name))).map(\.issuer)
        }

        #expect(try issuers("payment-v1") == ["https://a", "https://b", "https://c", "https://d"])
        #expect(try issuers("payment-v2") == ["https://b", "https://d"])
        #expect(mesh.keyLocations.count == 5)
        #expect(mesh.keyLocations[.discovery(issuer: "https://b")] == .seconds(9))
        #expect(mesh.keyLocations[.discovery(issuer: "https://a")] == .seconds(5))
    }
}
