import JWTWire
import TLSTransport

/// An issuer's keys, ready for checking. Shared by all workers.
struct TokenKeys: Sendable {
    private let keys: [(key: JSONWebKey, verifier: SignatureVerifier)]

    /// Reads a JSON Web Key Set. Keys that OpenSSL finds wrong are passed over like those that the set spells wrong.
    init(_ text: [UInt8]) throws(JSONWebKeySet.Failure) {
        keys = try JSONWebKeySet(text).keys.compactMap { key in
            (try? SignatureVerifier(key.material.verifierKey)).map { (key, $0) }
        }
        guard !keys.isEmpty else { throw .noneValid }
    }

    /// Why none of the keys has signed the token; nothing when one has.
    ///
    /// A key must be one for the token's algorithm: one that fits only by its numbers is not tried, so that nobody can
    /// make a public key serve as a secret.
    func failure(of token: JSONWebToken) -> TokenFailure? {
        var isAnyTried = false
        for (key, verifier) in keys where key.fits(token) {
            isAnyTried = true
            guard let scheme = key.material.scheme(for: token.algorithm) else { continue }
            if scheme == .ed25519, token.signature.count != 64 { return .signatureLength }
            if verifier.verifies(token.signature, of: token.signingInput, by: scheme) { return nil }
        }
        return isAnyTried ? .signature : .noMatchingKey
    }
}

extension JSONWebKey.Material {
    fileprivate var verifierKey: SignatureVerifier.Key {
        switch self {
        case .rsa(let modulus, let exponent): .rsa(modulus: modulus, exponent: exponent)
        case .elliptic(let curve, let x, let y): .elliptic(curve: curve.rawValue, x: x, y: y)
        case .ed25519(let bytes): .ed25519(bytes)
        case .symmetric(let secret): .secret(secret)
        }
    }

    /// How this key checks signatures of an algorithm; nothing when it is for others.
    fileprivate func scheme(for algorithm: SignatureAlgorithm) -> SignatureVerifier.Scheme? {
        switch (self, algorithm) {
        case (.rsa, .rs256): .rsaPKCS1(.sha256)
        case (.rsa, .rs384): .rsaPKCS1(.sha384)
        case (.rsa, .rs512): .rsaPKCS1(.sha512)
        case (.rsa, .ps256): .rsaPSS(.sha256)
        case (.rsa, .ps384): .rsaPSS(.sha384)
        case (.rsa, .ps512): .rsaPSS(.sha512)
        case (.elliptic(.p256, _, _), .es256): .ecdsa(.sha256)
        case (.elliptic(.p384, _, _), .es384): .ecdsa(.sha384)
        case (.elliptic(.p521, _, _), .es512): .ecdsa(.sha512)
        case (.ed25519, .edDSA): .ed25519
        case (.symmetric, .hs256): .hmac(.sha256)
        case (.symmetric, .hs384): .hmac(.sha384)
        case (.symmetric, .hs512): .hmac(.sha512)
        default: nil
        }
    }
}
