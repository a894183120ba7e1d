import JWTWire
import TestSupport
import Testing

@testable import Proxy

@Suite("Token keys") struct TokenKeysTests {
    private static func keys(_ set: String) throws -> TokenKeys { try TokenKeys(Array(set.utf8)) }

    @Test(arguments: TokenSigner.Algorithm.allCases)
    func `a signature of every algorithm is checked`(algorithm: TokenSigner.Algorithm) throws {
        let signer = TokenSigner(algorithm)
        let text = signer.token(#"{"iss": "a"}"#)
        let token = try JSONWebToken(text.utf8)
        // Another payload under the same signature.
        let parts = text.split(separator: ".")
        let forged = try JSONWebToken("\(parts[0]).eyJpc3MiOiJiIn0.\(parts[2])".utf8)

        for extra in ["", #""alg": "\#(algorithm.rawValue)""#, #""kid": "a", "use": "sig""#] {
            let keys = try Self.keys(signer.keySet(extra))
            #expect(keys.failure(of: token) == nil)
            #expect(keys.failure(of: forged) == .signature)
        }
    }

    @Test func `a public key is no secret`() throws {
        // The classic: sign with the public key's text by HMAC. No key of another kind may take it.
        let token = try JSONWebToken(TokenSigner(.hs256).token("{}").utf8)

        #expect(try Self.keys(TokenSigner(.rs256).keySet()).failure(of: token) == .signature)
        #expect(try Self.keys(TokenSigner(.rs256).keySet(#""alg": "RS256""#)).failure(of: token) == .noMatchingKey)
        #expect(try Self.keys(TokenSigner(.es256).keySet()).failure(of: token) == .signature)
        #expect(try Self.keys(TokenSigner(.edDSA).keySet()).failure(of: token) == .signature)
    }

    @Test func `a curve goes with its own algorithm`() throws {
        let claims = "{}"
        let odd = TokenSigner(.es256).token(claims, header: #"{"alg": "ES384"}"#)
        #expect(try Self.keys(TokenSigner(.es256).keySet()).failure(of: try JSONWebToken(odd.utf8)) == .signature)
    }

    @Test func `an Ed25519 signature has its length`() throws {
        let keys = try Self.keys(TokenSigner(.edDSA).keySet())
        let short = TokenSigner(.edDSA).token("{}").split(separator: ".").prefix(2).joined(separator: ".") + ".AAAA"
        #expect(keys.failure(of: try JSONWebToken(short.utf8)) == .signatureLength)
    }

    @Test func `of several keys the one that fits counts`() throws {
        let set =
            #"{"keys": [\#(TokenSigner(.rs256).key(#""kid": "r""#)), \#(TokenSigner(.es256).key(#""kid": "e""#))]}"#
        let keys = try Self.keys(set)
        func failure(_ header: String) throws -> TokenFailure? {
            keys.failure(of: try JSONWebToken(TokenSigner(.es256).token("{}", header: header).utf8))
        }

        #expect(try failure(#"{"alg": "ES256", "kid": "e"}"#) == nil)
        #expect(try failure(#"{"alg": "ES256"}"#) == nil)
        #expect(try failure(#"{"alg": "ES256", "kid": "r"}"#) == .signature)
        #expect(try failure(#"{"alg": "ES256", "kid": "x"}"#) == .noMatchingKey)
    }

    @Test func `a point beside the curve is no key`() {
        let set = #"{"keys": [{"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}]}"#
        #expect(throws: JSONWebKeySet.Failure.noneValid) { try Self.keys(set) }
    }

    @Test func `random signatures are bad and nothing more`() throws {
        var random = SystemRandomNumberGenerator()
        for algorithm in TokenSigner.Algorithm.allCases {
            let keys = try Self.keys(TokenSigner(algorithm).keySet())
            for length in [0, 1, 31, 63, 64, 65, 96, 132, 256, 300] {
                let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                let head = TokenSigner(algorithm).token("{}").split(separator: ".").prefix(2).joined(separator: ".")
                guard let token = try? JSONWebToken("\(head).\(Self.base64(bytes))".utf8) else { continue }
                #expect(keys.failure(of: token) != nil)
            }
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        // Every third byte's bits would do; what matters is that there are as many.
        return String(bytes.prefix(bytes.count / 3 * 3).flatMap { [digits[Int($0 & 63)]] })
    }

    @Test func `verified tokens are remembered, and not without end`() throws {
        let verified = VerifiedTokens()
        let tokens = try (0..<VerifiedTokens.capacity * 3).map {
            try JSONWebToken(TokenSigner(.hs256).token(#"{"n": \#($0)}"#).utf8)
        }
        let first = tokens[0]
        for token in tokens {
            verified.insert(token, provider: 0)
            // What is used stays.
            #expect(verified.contains(first, provider: 0))
        }

        #expect(!verified.contains(tokens[1], provider: 0))
        #expect(verified.contains(tokens[tokens.count - 1], provider: 0))
        #expect(!verified.contains(first, provider: 1))
        #expect(verified.count <= VerifiedTokens.capacity * 2)
        verified.removeAll()
        #expect(verified.count == 0)
    }
}
