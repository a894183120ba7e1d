internal import COpenSSL

/// A public key, or a shared secret, that signatures are checked with. Safe on every thread.
package struct SignatureVerifier: Sendable {
    package enum Hash: Sendable, Hashable {
        case sha256, sha384, sha512
    }

    /// What is known of the signer.
    package enum Key: Sendable, Hashable {
        /// Modulus and exponent, big-endian.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// A point of the curve that OpenSSL calls `P-256`, `P-384` or `P-521`; coordinates of its length.
        case elliptic(curve: String, x: [UInt8], y: [UInt8])
        /// 32 bytes.
        case ed25519([UInt8])
        /// What HMAC is keyed with.
        case secret([UInt8])
    }

    /// How a signature is made.
    package enum Scheme: Sendable, Hashable {
        /// RSASSA-PKCS1-v1_5.
        case rsaPKCS1(Hash)
        /// RSASSA-PSS with the mask and the salt of the hash (RFC 7518 §3.5).
        case rsaPSS(Hash)
        /// ECDSA; the signature is r and s, each as long as a coordinate (RFC 7518 §3.4).
        case ecdsa(Hash)
        case ed25519
        case hmac(Hash)
    }

    private let material: Material

    private enum Material: Sendable {
        case rsa(KeyHandle)
        case elliptic(KeyHandle, coordinateLength: Int)
        case ed25519(KeyHandle)
        case secret([UInt8])
    }

    /// - Throws: when the numbers are no key: a point that is not on the curve, for one.
    package init(_ key: Key) throws(TLSError) {
        switch key {
        case .rsa(let modulus, let exponent):
            guard
                let key = meshtop_rsa_public(modulus, modulus.count, exponent, exponent.count)
            else { throw .failed("read an RSA key") }
            material = .rsa(KeyHandle(key))
        case .elliptic(let curve, let x, let y):
            // The uncompressed form of a point, SEC 1 §2.3.3.
            let point = [4] + x + y
            guard let key = meshtop_ec_public(curve, point, point.count) else { throw .failed("read an EC key") }
            material = .elliptic(KeyHandle(key), coordinateLength: x.count)
        case .ed25519(let bytes):
            guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else {
                throw .failed("read an Ed25519 key")
            }
            material = .ed25519(KeyHandle(key))
        case .secret(let bytes): material = .secret(bytes)
        }
    }

    /// Whether `signature` is the signer's over `message`. A scheme for keys of another kind verifies nothing.
    package func verifies(_ signature: [UInt8], of message: [UInt8], by scheme: Scheme) -> Bool {
        switch (material, scheme) {
        case (.rsa(let key), .rsaPKCS1(let hash)): return Self.verify(key, hash.digest, false, signature, message)
        case (.rsa(let key), .rsaPSS(let hash)): return Self.verify(key, hash.digest, true, signature, message)
        case (.elliptic(let key, let length), .ecdsa(let hash)):
            guard signature.count == length * 2, let der = Self.der(signature, length) else { return false }
            return Self.verify(key, hash.digest, false, der, message)
        case (.ed25519(let key), .ed25519): return Self.verify(key, nil, false, signature, message)
        case (.secret(let secret), .hmac(let hash)): return Self.verifyCode(secret, hash.digest, signature, message)
        default: return false
        }
    }

    private static func verify(
        _ key: KeyHandle, _ digest: OpaquePointer?, _ isPSS: Bool, _ signature: [UInt8], _ message: [UInt8]
    ) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        // A failure leaves its reason on the thread's queue, where the next TLS call would find it.
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var parameters: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &parameters, digest, nil, key.pointer) == 1 else { return false }
        if isPSS {
            guard EVP_PKEY_CTX_set_rsa_padding(parameters, meshtop_pss_padding()) == 1,
                EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, digest) == 1,
                EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, meshtop_pss_salt_of_digest()) == 1
            else { return false }
        }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    private static func verifyCode(
        _ secret: [UInt8], _ digest: OpaquePointer?, _ signature: [UInt8], _ message: [UInt8]
    ) -> Bool {
        var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: CUnsignedInt = 0
        guard HMAC(digest, secret, CInt(clamping: secret.count), message, message.count, &code, &count) != nil,
            Int(count) == signature.count
        else { return false }
        // In constant time: how much of a guess was right must not be told by how long it took.
        return CRYPTO_memcmp(code, signature, signature.count) == 0
    }

    /// r and s as the ASN.1 sequence that OpenSSL checks.
    private static func der(_ signature: [UInt8], _ length: Int) -> [UInt8]? {
        guard let pair = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(pair) }
        let numbers = [signature.prefix(length), signature.dropFirst(length)].map { half in
            BN_bin2bn(Array(half), CInt(clamping: length), nil)
        }
        // The pair owns both numbers once it has taken them.
        guard let r = numbers[0], let s = numbers[1], ECDSA_SIG_set0(pair, r, s) == 1 else {
            for number in numbers { BN_free(number) }
            return nil
        }
        var output: UnsafeMutablePointer<UInt8>?
        let count = i2d_ECDSA_SIG(pair, &output)
        guard count > 0, let output else { return nil }
        defer { meshtop_free(output) }
        return Array(UnsafeBufferPointer(start: output, count: Int(count)))
    }
}

extension SignatureVerifier.Hash {
    /// OpenSSL's own, which is never freed.
    fileprivate var digest: OpaquePointer? {
        switch self {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}
