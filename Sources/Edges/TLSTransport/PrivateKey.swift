internal import COpenSSL

/// A private key. It never leaves the workload that made it.
package struct PrivateKey: Sendable {
    let handle: KeyHandle

    /// A new key on the curve P-256, which every mesh accepts and which costs 30 µs.
    package static func makeP256() throws(TLSError) -> PrivateKey {
        guard let key = meshtop_make_p256() else { throw .failed("make a P-256 key") }
        return PrivateKey(handle: KeyHandle(key))
    }

    /// Reads an unencrypted key, PKCS #8 or traditional.
    package init(pem: String) throws(TLSError) {
        // The password callback would otherwise ask on the terminal; the argument doubles as the password, "".
        let key = withReadingBIO(pem) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in 0 }, nil) }
        guard let key else { throw .failed("read a private key") }
        handle = KeyHandle(key)
    }

    private init(handle: KeyHandle) {
        self.handle = handle
    }

    /// The key as PKCS #8 text. Write it nowhere that others may read.
    package var pem: String {
        get throws(TLSError) {
            let text = textWritten { PEM_write_bio_PKCS8PrivateKey($0, handle.pointer, nil, nil, 0, nil, nil) == 1 }
            guard let text else { throw .failed("write a private key") }
            return text
        }
    }
}

/// Owns an `EVP_PKEY`.
///
/// Sendable although OpenSSL's objects are mutable: nothing changes a key after it is made, and its reference count is
/// atomic.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }
}
