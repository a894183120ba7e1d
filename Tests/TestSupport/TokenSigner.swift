import ByteCursor
internal import COpenSSL

/// Signs tokens as an issuer would, with OpenSSL.
package struct TokenSigner: Sendable {
    /// Which key signs, with what scheme.
    package enum Algorithm: String, Sendable, CaseIterable {
        case rs256 = "RS256"
        case rs384 = "RS384"
        case rs512 = "RS512"
        case ps256 = "PS256"
        case ps384 = "PS384"
        case ps512 = "PS512"
        case es256 = "ES256"
        case es384 = "ES384"
        case es512 = "ES512"
        case edDSA = "EdDSA"
        case hs256 = "HS256"
        case hs384 = "HS384"
        case hs512 = "HS512"
    }

    package let algorithm: Algorithm

    package init(_ algorithm: Algorithm) {
        self.algorithm = algorithm
    }

    /// The secret of the HS algorithms.
    package static let secret = Array("a secret that only two know, of good length".utf8)

    /// The public key as a JWK; `extra` members stand behind its own: `"kid": "a"`.
    package func key(_ extra: String = "") -> String {
        let text =
            switch algorithm {
            case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: Self.rsaPublic
            case .es256: Self.p256Public
            case .es384: Self.p384Public
            case .es512: Self.p521Public
            case .edDSA: Self.ed25519Public
            case .hs256, .hs384, .hs512: #"{"kty":"oct","k":"\#(Base64.encode(Self.secret, .url))"}"#
            }
        return extra.isEmpty ? text : text.dropLast() + ", \(extra)}"
    }

    /// A set of this one key.
    package func keySet(_ extra: String = "") -> String { #"{"keys":[\#(key(extra))]}"# }

    /// A token with these claims, as JSON. A header given takes the place of the usual one.
    package func token(_ claims: String, header: String? = nil) -> String {
        let header = header ?? #"{"alg":"\#(algorithm.rawValue)","typ":"JWT"}"#
        let input = "\(Base64.encode(header.utf8, .url)).\(Base64.encode(claims.utf8, .url))"
        return "\(input).\(Base64.encode(signature(of: Array(input.utf8)), .url))"
    }

    /// The signature as it stands in a token.
    package func signature(of message: [UInt8]) -> [UInt8] {
        switch algorithm {
        case .rs256, .rs384, .rs512: sign(Self.rsaKey, message)
        case .ps256, .ps384, .ps512: sign(Self.rsaKey, message, isPSS: true)
        case .es256: Self.joined(sign(Self.p256Key, message), length: 32)
        case .es384: Self.joined(sign(Self.p384Key, message), length: 48)
        case .es512: Self.joined(sign(Self.p521Key, message), length: 66)
        case .edDSA: sign(Self.ed25519Key, message)
        case .hs256, .hs384, .hs512: code(message)
        }
    }

    private var digest: OpaquePointer? {
        switch algorithm {
        case .edDSA: nil
        case .rs384, .ps384, .es384, .hs384: EVP_sha384()
        case .rs512, .ps512, .es512, .hs512: EVP_sha512()
        case .rs256, .ps256, .es256, .hs256: EVP_sha256()
        }
    }

    private func sign(_ pem: String, _ message: [UInt8], isPSS: Bool = false) -> [UInt8] {
        let key = Array(pem.utf8).withUnsafeBytes { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, CInt(bytes.count))
            defer { BIO_free(bio) }
            return PEM_read_bio_PrivateKey(bio, nil, nil, nil)
        }
        let context = EVP_MD_CTX_new()
        defer {
            EVP_MD_CTX_free(context)
            EVP_PKEY_free(key)
        }
        var parameters: OpaquePointer?
        precondition(EVP_DigestSignInit(context, &parameters, digest, nil, key) == 1, "the key is none")
        if isPSS {
            EVP_PKEY_CTX_set_rsa_padding(parameters, meshtop_pss_padding())
            EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, meshtop_pss_salt_of_digest())
        }
        var count = 512
        var signature = [UInt8](repeating: 0, count: count)
        precondition(EVP_DigestSign(context, &signature, &count, message, message.count) == 1, "cannot sign")
        return Array(signature.prefix(count))
    }

    private func code(_ message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 64)
        var count: CUnsignedInt = 0
        _ = HMAC(digest, Self.secret, CInt(Self.secret.count), message, message.count, &code, &count)
        return Array(code.prefix(Int(count)))
    }

    /// OpenSSL's ASN.1 form of r and s as one string of both.
    private static func joined(_ der: [UInt8], length: Int) -> [UInt8] {
        der.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            let pair = d2i_ECDSA_SIG(nil, &start, bytes.count)
            defer { ECDSA_SIG_free(pair) }
            var result = [UInt8](repeating: 0, count: length * 2)
            result.withUnsafeMutableBufferPointer { output in
                _ = BN_bn2binpad(ECDSA_SIG_get0_r(pair), output.baseAddress, CInt(length))
                _ = BN_bn2binpad(ECDSA_SIG_get0_s(pair), output.baseAddress.map { $0 + length }, CInt(length))
            }
            return result
        }
    }
}
