import ByteCursor
import JSONWire
import JWTWire
import Testing

@Suite("JSON web tokens") struct JSONWebTokenTests {
    /// The header and the payload in base64url, with a signature that is only bytes.
    private static func token(_ header: String, _ claims: String, signature: String = "AAAA") -> String {
        "\(Base64.encode(header.utf8, .url)).\(Base64.encode(claims.utf8, .url)).\(signature)"
    }

    private static func failure(_ text: String) -> TokenFailure? {
        do throws(TokenFailure) {
            _ = try JSONWebToken(text.utf8)
            return nil
        } catch {
            return error
        }
    }

    /// RFC 7515 appendix A.1.
    @Test func `the RFC's example says what it says`() throws {
        let token = try JSONWebToken(
            """
            eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
            dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
            """.utf8)

        #expect(token.algorithm == .hs256)
        #expect(token.issuer == "joe")
        #expect(token.expiry == 1_300_819_380)
        #expect(token.claims["http://example.com/is_root"] == .bool(true))
        #expect(token.signature.count == 32)
        #expect(token.signingInput.last == UInt8(ascii: "Q"))
        #expect(token.subject.isEmpty && token.audiences.isEmpty && token.keyID.isEmpty && token.notBefore == 0)
    }

    @Test(arguments: [
        ("", TokenFailure.form),
        ("a.b", .form),
        ("a.b.c.d", .form),
        ("..", .form),
        ("a..b", .form),
        (".eyJ9.AA", .form),
        ("a b.eyJ9.AA", .headerEncoding),
        ("eyJhbGciOiJSUzI1NiJ9=.e30.AA", .headerEncoding),
        ("YQ.e30.AA", .headerJSON),
        (token("[]", "{}"), .headerJSON),
        (token("{}", "{}"), .algorithmMissing),
        (token(#"{"alg": 1}"#, "{}"), .algorithmMissing),
        (token(#"{"alg": "none"}"#, "{}"), .algorithmUnknown),
        (token(#"{"alg": "rs256"}"#, "{}"), .algorithmUnknown),
        (token(#"{"alg": "RS256", "kid": 7}"#, "{}"), .keyID),
        (token(#"{"alg": "RS256", "crit": ["exp"]}"#, "{}"), .critical),
        (token(#"{"alg": "RS256", "crit": null}"#, "{}"), .critical),
        ("eyJhbGciOiJSUzI1NiJ9.e3=.AA", .payloadEncoding),
        ("eyJhbGciOiJSUzI1NiJ9.e31.AA", .payloadEncoding),
        (token(#"{"alg": "RS256"}"#, "7"), .payloadJSON),
        (token(#"{"alg": "RS256"}"#, "{"), .payloadJSON),
        (token(#"{"alg": "RS256"}"#, #"{"iss": null}"#), .issuer),
        (token(#"{"alg": "RS256"}"#, #"{"sub": 1}"#), .subject),
        (token(#"{"alg": "RS256"}"#, #"{"jti": {}}"#), .identifier),
        (token(#"{"alg": "RS256"}"#, #"{"iat": "1"}"#), .issuedAt),
        (token(#"{"alg": "RS256"}"#, #"{"iat": -1}"#), .issuedAtRange),
        (token(#"{"alg": "RS256"}"#, #"{"nbf": true}"#), .notBefore),
        (token(#"{"alg": "RS256"}"#, #"{"nbf": 1e30}"#), .notBeforeRange),
        (token(#"{"alg": "RS256"}"#, #"{"exp": []}"#), .expiry),
        (token(#"{"alg": "RS256"}"#, #"{"exp": -0.5}"#), .expiryRange),
        (token(#"{"alg": "RS256"}"#, #"{"exp": 18446744073709551616}"#), .expiryRange),
        (token(#"{"alg": "RS256"}"#, #"{"aud": 1}"#), .audience),
        (token(#"{"alg": "RS256"}"#, #"{"aud": ["a", 1]}"#), .audience),
        (token(#"{"alg": "RS256"}"#, "{}", signature: "A"), .signatureEncoding),
        (token(#"{"alg": "RS256"}"#, "{}", signature: "AA=="), .signatureEncoding),
        (token(#"{"alg": "RS256"}"#, "{}", signature: "A+/A"), .signatureEncoding),
        (String(repeating: "a", count: JSONWebToken.maximumBytes + 1), .form),
    ])
    func `what is wrong is told`(text: String, expected: TokenFailure) {
        #expect(Self.failure(text) == expected)
    }

    @Test func `nesting without end is no token`() {
        let deep = String(repeating: "[", count: 20_000)
        #expect(Self.failure(Self.token(#"{"alg":"RS256"}"#, #"{"a":"# + deep)) == .payloadJSON)
    }

    @Test(
        arguments: [
            (100, 0, 0, nil),
            // Sixty seconds are forgiven on both sides.
            (100, 160, 0, nil), (100, 161, 0, TokenFailure.notYetValid),
            (161, 0, 100, .expired), (160, 0, 100, nil),
            (UInt64.max, UInt64.max, UInt64.max, nil), (0, UInt64.max, 0, .notYetValid),
        ] as [(UInt64, UInt64, UInt64, TokenFailure?)])
    func `time is judged with the clocks' difference`(
        now: UInt64, notBefore: UInt64, expiry: UInt64, expected: TokenFailure?
    ) throws {
        // Numbers above Int64 lose digits in JSON; this is the largest Double below 2^64.
        let largest: UInt64 = 18_446_744_073_709_549_568
        func text(_ number: UInt64) -> String { "\(min(number, largest))" }
        let token = try JSONWebToken(
            Self.token(#"{"alg":"ES256"}"#, #"{"nbf": \#(text(notBefore)), "exp": \#(text(expiry))}"#).utf8)

        #expect(token.failure(at: min(now, largest), skew: 60) == expected)
    }

    @Test func `a fraction of a second is cut off`() throws {
        let token = try JSONWebToken(Self.token(#"{"alg":"ES256"}"#, #"{"exp": 100.9}"#).utf8)
        #expect(token.expiry == 100)
    }

    @Test func `claims are found by path`() throws {
        let claims = #"{"a": {"b": {"c": 1}}, "x.y": 2, "aud": ["one", "two"]}"#
        let token = try JSONWebToken(Self.token(#"{"alg":"EdDSA"}"#, claims).utf8)

        #expect(token.claim("a.b.c") == 1)
        #expect(token.claim("a.b") == ["c": 1])
        #expect(token.claim("a.b.c.d") == nil)
        #expect(token.claim("x.y") == nil)
        #expect(token.claim("") == nil)
        #expect(token.audiences == ["one", "two"])
    }

    @Test func `no bytes trap`() {
        var random = SystemRandomNumberGenerator()
        let good = Array(Self.token(#"{"alg":"RS256","kid":"a"}"#, #"{"iss":"x","exp":1,"aud":["a"]}"#).utf8)
        for _ in 0..<3_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            _ = try? JSONWebToken(bytes)
        }
    }
}
