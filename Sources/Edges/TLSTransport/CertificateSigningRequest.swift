internal import COpenSSL

/// A request for a certificate (PKCS #10, RFC 2986) whose signature has been verified: whoever sent it has the key.
package struct CertificateSigningRequest: Sendable {
    /// The identities it asks for. What is granted is the authority's decision, not these.
    package let uris: [String]
    let publicKey: KeyHandle

    /// A request for `uri` signed by `key`, as PEM.
    package static func make(key: PrivateKey, uri: String) throws(TLSError) -> String {
        guard let request = X509_REQ_new() else { throw .failed("make a certificate request") }
        defer { X509_REQ_free(request) }
        let isSigned: Bool? = SubjectNames.withNames(uri: uri) { names in
            var extensions = meshtop_extensions_make()
            defer { meshtop_extensions_free(extensions) }
            return X509_REQ_set_version(request, 0) == 1 && X509_REQ_set_pubkey(request, key.handle.pointer) == 1
                && X509V3_add1_i2d(&extensions, NID_subject_alt_name, UnsafeMutableRawPointer(names), 1, 0) == 1
                && X509_REQ_add_extensions(request, extensions) == 1
                && X509_REQ_sign(request, key.handle.pointer, EVP_sha256()) > 0
        }
        guard isSigned == true, let pem = textWritten({ PEM_write_bio_X509_REQ($0, request) == 1 }) else {
            throw .failed("make a certificate request")
        }
        return pem
    }

    /// Reads a request and verifies its signature.
    package init(pem: String) throws(TLSError) {
        let request = withReadingBIO(pem) { PEM_read_bio_X509_REQ($0, nil, nil, nil) }
        guard let request else { throw .failed("read a certificate request") }
        defer { X509_REQ_free(request) }
        guard let key = X509_REQ_get_pubkey(request) else { throw .failed("read the key of a certificate request") }
        publicKey = KeyHandle(key)
        guard X509_REQ_verify(request, key) == 1 else { throw .failed("verify the signature of a certificate request") }
        guard let extensions = X509_REQ_get_extensions(request) else {
            uris = []
            return
        }
        defer { meshtop_extensions_free(extensions) }
        guard let names = X509V3_get_d2i(extensions, NID_subject_alt_name, nil, nil) else {
            uris = []
            return
        }
        let list = OpaquePointer(names)
        defer { GENERAL_NAMES_free(list) }
        uris = SubjectNames.uris(list)
    }
}
