import Discovery
import JSONWire
import TestSupport
import Testing

@Suite("Token verification on the wire") struct JWTAuthenticationTests {
    private static let full = JWTAuthentication(
        providers: [
            "origins-0": JWTAuthentication.Provider(
                issuer: "https://one.example", audiences: ["a", "b"],
                keys: .local(.inline(TokenSigner(.edDSA).keySet())), forwardsToken: true,
                headers: [JWTAuthentication.HeaderPlace(name: "x-token", prefix: "Token ")], parameters: ["token"],
                cookies: ["session"], payloadHeader: "x-payload", padsPayloadHeader: true,
                claimHeaders: [JWTAuthentication.ClaimHeader(header: "x-sub", claim: "sub")],
                payloadInMetadata: "payload", spaceDelimitedClaims: ["scope"], clockSkew: 5),
            "origins-1": JWTAuthentication.Provider(
                keys: .remote(
                    JWTAuthentication.RemoteKeys(
                        uri: "https://two.example/keys", cluster: "two", timeout: .seconds(5),
                        cacheDuration: .seconds(300)))),
        ],
        rules: [
            JWTAuthentication.Rule(match: Route.Match(path: .prefix("/health")), requirement: nil),
            JWTAuthentication.Rule(
                requirement: .any([
                    .all([.provider("origins-0"), .providerAndAudiences("origins-1", ["c"])]), .allowMissing,
                    .allowMissingOrFailed, .none,
                ])),
        ], bypassesCORSPreflight: true)

    private static func read(_ authentication: JSONValue) throws -> HTTPFilter? {
        let chain: JSONValue = [
            ["name": "envoy.filters.http.jwt_authn", "typed_config": authentication],
            [
                "name": "envoy.filters.http.router",
                "typed_config": ["@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"],
            ],
        ]
        var manager =
            HTTPConnectionManager(
                statPrefix: "m", routes: .inline(RouteConfiguration(name: "r", virtualHosts: []))
            ).json.object ?? JSONObject()
        manager["@type"] =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
        manager["http_filters"] = chain
        return try HTTPConnectionManager(json: .object(manager)).filters.first
    }

    private static let type = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"

    private static func typed(_ text: String) throws -> JSONValue {
        var value = try JSONValue(parsing: text)
        value["@type"] = .string(type)
        return value
    }

    @Test func `every field survives`() throws {
        var json = Self.full.json
        json["@type"] = .string(Self.type)

        #expect(try Self.read(json) == .jwt(Self.full))
    }

    @Test(arguments: [
        #"{"providers": {"p": {}}}"#,
        #"{"providers": {"p": {"local_jwks": {"filename": "/keys"}, "remote_jwks": {}}}}"#,
        #"{"providers": {"p": {"remote_jwks": {"http_uri": {"uri": "https://a", "timeout": "1s"}}}}}"#,
        #"{"providers": {"p": {"local_jwks": {"inline_string": "{\"keys\": []}"}}}}"#,
        #"{"providers": {"p": {"local_jwks": {"filename": "/keys"}, "subjects": {"prefix": "a"}}}}"#,
        #"{"providers": {"p": {"local_jwks": {"filename": "/keys"}, "clear_route_cache": true}}}"#,
        #"{"rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "unknown"}}]}"#,
        #"{"rules": [{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": [{}]}}}]}"#,
        #"{"rules": [{"match": {"prefix": "/"}, "requires": {"allow_missing": {}, "allow_missing_or_failed": {}}}]}"#,
        #"{"rules": [{"match": {"prefix": "/"}, "requirement_name": "a"}]}"#,
        #"{"rules": [{"requires": {}}]}"#,
        #"{"strip_failure_response": true}"#,
        #"{"provider": {}}"#,
    ])
    func `what is not understood is refused`(text: String) {
        #expect(throws: SchemaError.self) { try Self.read(try Self.typed(text)) }
    }

    @Test func `requirements do not nest without end`() {
        var text = #"{"allow_missing": {}}"#
        for _ in 0..<20 { text = #"{"requires_any": {"requirements": [\#(text), {}]}}"# }
        #expect(throws: SchemaError.self) {
            try Self.read(try Self.typed(#"{"rules": [{"match": {"prefix": "/"}, "requires": \#(text)}]}"#))
        }
    }
}
