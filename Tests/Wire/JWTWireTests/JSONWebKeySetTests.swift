import JWTWire
import TestSupport
import Testing

@Suite("JSON web key sets") struct JSONWebKeySetTests {
    private static func set(_ keys: String...) throws -> JSONWebKeySet {
        try JSONWebKeySet(Array(#"{"keys": [\#(keys.joined(separator: ","))]}"#.utf8))
    }

    @Test(arguments: [
        ("", JSONWebKeySet.Failure.json), ("[]", .json), ("{", .json), ("{}", .noKeys),
        (#"{"keys": {}}"#, .notAnArray), (#"{"keys": []}"#, .noneValid), (#"{"keys": [1, "a", null]}"#, .noneValid),
    ])
    func `what is no set is told`(text: String, expected: JSONWebKeySet.Failure) {
        #expect(throws: expected) { try JSONWebKeySet(Array(text.utf8)) }
    }

    /// RFC 7517 appendix A.1.
    @Test func `the RFC's keys are read`() throws {
        let keys = try Self.set(
            """
            {"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
             "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "use": "enc", "kid": "1"}
            """,
            """
            {"kty": "RSA", "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_\
            BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJ\
            ZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-\
            csFCur-kEgU8awapJzKnqDKgw", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
            """
        ).keys

        #expect(keys.map(\.id) == ["1", "2011-04-29"])
        guard case .elliptic(.p256, let x, let y) = keys[0].material,
            case .rsa(let modulus, [1, 0, 1]) = keys[1].material
        else {
            Issue.record("\(keys)")
            return
        }
        #expect(x.count == 32 && y.count == 32 && modulus.count == 256)
    }

    @Test(arguments: [
        #"{"n": "AQAB", "e": "AQAB"}"#,
        #"{"kty": 1, "n": "AQAB", "e": "AQAB"}"#,
        #"{"kty": "XYZ"}"#,
        #"{"kty": "RSA", "e": "AQAB"}"#,
        #"{"kty": "RSA", "n": "AQAB", "e": 3}"#,
        #"{"kty": "RSA", "n": "!", "e": "AQAB"}"#,
        // An exponent of 1 would take every signature.
        #"{"kty": "RSA", "n": "AQAB", "e": "AQ"}"#,
        #"{"kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "ES256"}"#,
        #"{"kty": "EC", "crv": "P-256", "x": "AA"}"#,
        #"{"kty": "EC", "crv": "secp256k1", "x": "AQ", "y": "AQ"}"#,
        #"{"kty": "EC", "crv": "P-256", "alg": "ES384", "x": "AQ", "y": "AQ"}"#,
        #"{"kty": "EC", "crv": "P-256", "alg": "RS256", "x": "AQ", "y": "AQ"}"#,
        #"{"kty": "OKP", "crv": "X25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        #"{"kty": "OKP", "crv": "Ed25519", "x": "AQAB"}"#,
        #"{"kty": "OKP", "crv": "Ed25519", "alg": "ES256", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        #"{"kty": "oct", "k": ""}"#,
        #"{"kty": "oct", "k": "AQAB", "alg": "RS256"}"#,
    ])
    func `a key that is none is passed over`(text: String) throws {
        #expect(throws: JSONWebKeySet.Failure.noneValid) { try Self.set(text) }
        let good = TokenSigner(.edDSA).key(#""kid": "good""#)
        #expect(try Self.set(text, good).keys.map(\.id) == ["good"])
    }

    @Test(arguments: [
        ("", "", "", true), ("a", "a", "", true), ("a", "b", "", false), ("", "b", "", true), ("a", "", "", true),
        ("", "", "RS256", true), ("", "", "RS512", false), ("a", "a", "RS512", false),
    ])
    func `key ids and algorithms must not contradict`(
        tokenID: String, keyID: String, keyAlgorithm: String, expected: Bool
    ) throws {
        let token = try JSONWebToken(
            TokenSigner(.rs256).token("{}", header: #"{"alg": "RS256", "kid": "\#(tokenID)"}"#).utf8)
        let key = try #require(
            try Self.set(TokenSigner(.rs256).key(#""kid": "\#(keyID)", "alg": "\#(keyAlgorithm)""#)).keys.first)

        #expect(key.fits(token) == expected)
    }

    @Test func `a set is bounded`() throws {
        let key = #"{"kty": "oct", "k": "AQAB"}"#
        let many = try Self.set(Array(repeating: key, count: 1_000).joined(separator: ","))
        #expect(many.keys.count == JSONWebKeySet.maximumKeys)
    }
}
