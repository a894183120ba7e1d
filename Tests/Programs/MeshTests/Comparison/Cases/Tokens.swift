extension ComparisonTopic {
    /// The filter that verifies tokens.
    static let tokens = ComparisonTopic(
        name: "tokens",
        rows: [
            token("no token passes where none is required", [.get()]),
            token("a good token passes and is taken out", [bearer(TokenTexts.good), bearer(TokenTexts.eternal)]),
            token("an expired token is refused", [bearer(TokenTexts.expired)]),
            token("a token that is not valid yet is refused", [bearer(TokenTexts.early)]),
            token("a token of another issuer is refused", [bearer(TokenTexts.otherIssuer)]),
            token("a token of another key is refused", [bearer(TokenTexts.otherKey)]),
            token("a token of a key that is not known is refused", [bearer(TokenTexts.unknownKey)]),
            token("a token need not name its key", [bearer(TokenTexts.noKeyID)]),
            token("a forged token is refused", [bearer(TokenTexts.forged)]),
            token("a token without a signature is refused", [bearer(TokenTexts.unsigned)]),
            token("what is no token is refused", [bearer("abc"), bearer("a.b.c"), bearer("")]),
            token(
                "another scheme is no token",
                [.get("/", "authorization: Basic YTpi"), .get("/", "authorization: bearer x")]),
            token("HEAD is refused without a body", [.head("/", "authorization: Bearer abc")]),
            token(
                "a token is required", requires: "{provider_name: p}",
                [.get(), bearer(TokenTexts.good), bearer(TokenTexts.expired)]),
            token(
                "a token is missing or failed", requires: "{allow_missing_or_failed: {}}",
                [.get(), bearer(TokenTexts.good), bearer(TokenTexts.expired), bearer("abc")]),
            token(
                "an audience is required", with: "audiences: [shop, other]",
                [bearer(TokenTexts.good), bearer(TokenTexts.otherAudience), bearer(TokenTexts.eternal)]),
            token("a token may be forwarded", with: "forward: true", [bearer(TokenTexts.good)]),
            token(
                "a token may be a query parameter", [.get("/x?a=b&access_token=\(TokenTexts.good)&c=d")]),
            token(
                "a token may be in another header",
                with: "from_headers: [{name: x-token}, {name: x-other, value_prefix: 'T '}]",
                [
                    .get("/", "x-token: \(TokenTexts.good)"), .get("/", "x-other: T \(TokenTexts.good)"),
                    .get("/", "x-other: \(TokenTexts.good)"), bearer(TokenTexts.expired),
                ]),
            token(
                "a token may be in a query parameter of another name", with: "from_params: [jwt]",
                [.get("/?jwt=\(TokenTexts.good)&x=y"), .get("/?jwt=abc")]),
            token(
                "a token may be a cookie", with: "from_cookies: [session]",
                [.get("/", "cookie: a=b; session=\(TokenTexts.good); c=d"), .get("/", "cookie: session=abc")]),
            token(
                "its payload goes into a header", with: "forward_payload_header: x-payload",
                [bearer(TokenTexts.good), .get("/", "x-payload: fake")]),
            token(
                "its payload may be padded",
                with: "forward_payload_header: x-payload, pad_forward_payload_header: true", [bearer(TokenTexts.good)]),
            token(
                "claims go into headers",
                with: """
                    claim_to_headers: [{header_name: x-sub, claim_name: sub}, {header_name: x-city, claim_name: address.city}, \
                    {header_name: x-admin, claim_name: admin}, {header_name: x-age, claim_name: age}, \
                    {header_name: x-none, claim_name: none}, {header_name: x-aud, claim_name: aud}]
                    """, [bearer(TokenTexts.good), .get("/", "x-sub: fake")]),
            token(
                "two tokens", [.get("/?access_token=\(TokenTexts.good)", "authorization: Bearer \(TokenTexts.good)")],
                except: [
                    .outcome(
                        1, envoy: "200", ours: "401",
                        because: "RFC 6750 §2: a client must not use more than one way to send its token.")
                ]),
            token(
                "a good and a bad token",
                [.get("/?access_token=\(TokenTexts.expired)", "authorization: Bearer \(TokenTexts.good)")],
                except: [
                    .differs(
                        "answer 1: body", envoy: "Jwt is expired", ours: "Found multiple Jwt tokens",
                        because: "RFC 6750 §2: a client must not use more than one way to send its token."),
                    .differs(
                        "answer 1: header content-length", envoy: "[14]", ours: "[25]", because: "It follows from that."
                    ),
                ]),
            token(
                "paths that no rule names", rules: "[{match: {prefix: /in}, requires: {provider_name: p}}]",
                [.get("/in"), .get("/out")]),
            token(
                "the first rule that holds counts",
                rules: "[{match: {prefix: /open}}, {match: {prefix: /}, requires: {provider_name: p}}]",
                [.get("/open"), .get("/x")]),
        ])

    private static func bearer(_ token: String) -> ComparedCall { .get("/", "authorization: Bearer \(token)") }

    /// - Parameter provider: more fields of it.
    private static func token(
        _ name: String, with provider: String = "forward: false",
        requires: String = "{requires_any: {requirements: [{provider_name: p}, {allow_missing: {}}]}}",
        rules: String? = nil, _ calls: [ComparedCall], except differences: [DeclaredDifference] = []
    ) -> ComparisonCase {
        ComparisonCase(
            name,
            filters: """
                - name: envoy.filters.http.jwt_authn
                  typed_config:
                    '@type': type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
                    providers:
                      p: {issuer: compared, local_jwks: {inline_string: '\(TokenTexts.keySet)'}, \(provider)}
                    rules: \(rules ?? "[{match: {prefix: /}, requires: \(requires)}]")
                """, calls, except: differences)
    }
}
