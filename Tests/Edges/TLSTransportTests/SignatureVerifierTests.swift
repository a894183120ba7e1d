import ByteCursor
import TLSTransport
import TestSupport
import Testing

@Suite("Signature verifier") struct SignatureVerifierTests {
    /// RFC 8037 appendix A.4.
    @Test func `the RFC's Ed25519 signature is good`() throws {
        let key = try #require(Base64.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        let message = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        let signature = try #require(
            Base64.decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
        let verifier = try SignatureVerifier(.ed25519(key))

        #expect(verifier.verifies(signature, of: message, by: .ed25519))
        #expect(!verifier.verifies(signature, of: message + [0], by: .ed25519))
        #expect(!verifier.verifies(signature, of: message, by: .ecdsa(.sha256)))
        #expect(!verifier.verifies([], of: message, by: .ed25519))
    }

    /// RFC 7515 appendix A.3.
    @Test func `the RFC's ECDSA signature is good`() throws {
        let verifier = try SignatureVerifier(
            .elliptic(
                curve: "P-256", x: try #require(Base64.decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")),
                y: try #require(Base64.decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))))
        let message = Array("eyJhbGciOiJFUzI1NiJ9.\(Self.payload)".utf8)
        var signature = try #require(
            Base64.decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"))

        #expect(verifier.verifies(signature, of: message, by: .ecdsa(.sha256)))
        #expect(!verifier.verifies(signature, of: message, by: .ecdsa(.sha384)))
        #expect(!verifier.verifies(signature, of: message, by: .rsaPKCS1(.sha256)))
        #expect(!verifier.verifies(signature + [0], of: message, by: .ecdsa(.sha256)))
        #expect(!verifier.verifies([], of: message, by: .ecdsa(.sha256)))
        signature[0] ^= 1
        #expect(!verifier.verifies(signature, of: message, by: .ecdsa(.sha256)))
        #expect(
            !verifier.verifies([UInt8](repeating: 0, count: 64), of: message, by: .ecdsa(.sha256)), "CVE-2022-21449")
    }

    /// RFC 7515 appendix A.1.
    @Test func `the RFC's HMAC is good`() throws {
        let secret = try #require(
            Base64.decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
        let verifier = try SignatureVerifier(.secret(secret))
        let message = Array("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(Self.payload)".utf8)
        let code = try #require(Base64.decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))

        #expect(verifier.verifies(code, of: message, by: .hmac(.sha256)))
        #expect(!verifier.verifies(code, of: message, by: .hmac(.sha512)))
        #expect(!verifier.verifies(Array(code.dropLast()), of: message, by: .hmac(.sha256)))
        #expect(!verifier.verifies(code, of: Array(message.dropLast()), by: .hmac(.sha256)))
    }

    @Test(arguments: [
        SignatureVerifier.Key.elliptic(
            curve: "P-256", x: [UInt8](repeating: 1, count: 32), y: [UInt8](repeating: 1, count: 32)),
        .elliptic(curve: "P-256", x: [], y: []), .elliptic(curve: "no curve", x: [1], y: [1]),
        .ed25519([1, 2, 3]),
    ])
    func `numbers that are no key are refused`(key: SignatureVerifier.Key) {
        #expect(throws: TLSError.self) { try SignatureVerifier(key) }
    }

    private static let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
}
