internal import COpenSSL
internal import Glibc
package import Quantities

/// Issues workload certificates under one root.
package struct CertificateAuthority: Sendable {
    package let root: Certificate
    package let key: PrivateKey

    /// Clocks of one machine agree, those of two may not: certificates are valid a little before they are made.
    private static let clockSkew = Duration.seconds(120)

    /// An authority that exists already.
    package init(root: Certificate, key: PrivateKey) throws(TLSError) {
        guard root.isCA else { throw TLSError("the root certificate \(root.subject) may not issue others") }
        guard X509_check_private_key(root.handle.pointer, key.handle.pointer) == 1 else {
            throw .failed("the key does not belong to the root certificate \(root.subject)")
        }
        self.root = root
        self.key = key
    }

    /// A new authority with a self-signed root.
    package static func makeRoot(commonName: String, now: WallTime, lifetime: Duration = .seconds(10 * 365 * 86_400))
        throws(TLSError) -> CertificateAuthority
    {
        let key = try PrivateKey.makeP256()
        let draft = try CertificateDraft(publicKey: key.handle, now: now, lifetime: lifetime, skew: clockSkew)
        try draft.setSubject(commonName: commonName)
        try draft.setIssuer(nil)
        try draft.add(NID_basic_constraints, "critical,CA:TRUE")
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign")
        try draft.add(NID_subject_key_identifier, "hash")
        return try CertificateAuthority(root: try draft.sign(with: key), key: key)
    }

    /// A certificate for `uri` and for the key of `request`, for both ends of a connection. The identities that the
    /// request itself asks for are not looked at: compare them before.
    package func issue(
        _ request: CertificateSigningRequest, uri: String, now: WallTime, lifetime: Duration
    ) throws(TLSError) -> Certificate {
        let draft = try CertificateDraft(
            publicKey: request.publicKey, now: now, lifetime: lifetime, skew: Self.clockSkew)
        try draft.setIssuer(root)
        try draft.add(NID_basic_constraints, "critical,CA:FALSE")
        try draft.add(NID_key_usage, "critical,digitalSignature,keyEncipherment")
        try draft.add(NID_ext_key_usage, "serverAuth,clientAuth")
        try draft.add(NID_subject_key_identifier, "hash")
        try draft.add(NID_authority_key_identifier, "keyid")
        try draft.add(uri: uri)
        return try draft.sign(with: key)
    }

    /// A certificate for a server that is known by DNS names, as those of the web are.
    ///
    /// - Throws: also when a name is none: letters, digits, dashes and dots, with `*.` in front at most.
    package func issue(_ key: PrivateKey, hosts: [String], now: WallTime, lifetime: Duration) throws(TLSError)
        -> Certificate
    {
        let isName = { (host: String) -> Bool in
            let name = host.hasPrefix("*.") ? host.dropFirst(2) : host[...]
            return !name.isEmpty && name.utf8.count <= 253
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                        true
                    default: false
                    }
                }
        }
        guard let first = hosts.first, hosts.allSatisfy(isName) else {
            throw TLSError("a certificate needs names like bank.example, not \(hosts)")
        }
        let draft = try CertificateDraft(publicKey: key.handle, now: now, lifetime: lifetime, skew: Self.clockSkew)
        try draft.setSubject(commonName: String(first.prefix(64)))
        try draft.setIssuer(root)
        try draft.add(NID_basic_constraints, "critical,CA:FALSE")
        try draft.add(NID_key_usage, "critical,digitalSignature,keyEncipherment")
        try draft.add(NID_ext_key_usage, "serverAuth")
        try draft.add(NID_subject_alt_name, hosts.map { "DNS:\($0)" }.joined(separator: ","))
        return try draft.sign(with: self.key)
    }
}

/// A certificate while it is filled in.
private final class CertificateDraft {
    private let pointer: OpaquePointer
    private var issuer: Certificate?

    init(publicKey: KeyHandle, now: WallTime, lifetime: Duration, skew: Duration) throws(TLSError) {
        guard let pointer = X509_new() else { throw .failed("make a certificate") }
        self.pointer = pointer
        // 127 random bits: unique without a counter, and positive (RFC 5280 §4.1.2.2).
        var serial = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&serial, 16) == 1 else { throw .failed("draw a serial number") }
        serial[0] = serial[0] & 0x7f | 0x01
        let number = BN_bin2bn(serial, 16, nil)
        defer { BN_free(number) }
        let start = time_t(now.advanced(by: .zero - skew).secondsSinceEpoch)
        let end = time_t(now.advanced(by: lifetime).secondsSinceEpoch)
        guard X509_set_version(pointer, 2) == 1, X509_set_pubkey(pointer, publicKey.pointer) == 1,
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil,
            ASN1_TIME_set(X509_getm_notBefore(pointer), start) != nil,
            ASN1_TIME_set(X509_getm_notAfter(pointer), end) != nil
        else { throw .failed("fill in a certificate") }
    }

    deinit {
        X509_free(pointer)
    }

    func setSubject(commonName: String) throws(TLSError) {
        let bytes = Array(commonName.utf8)
        guard
            X509_NAME_add_entry_by_NID(
                X509_get_subject_name(pointer), NID_commonName, MBSTRING_UTF8, bytes, CInt(bytes.count), -1, 0) == 1
        else { throw .failed("set a certificate's subject") }
    }

    /// The issuer; nothing for a certificate that signs itself.
    func setIssuer(_ issuer: Certificate?) throws(TLSError) {
        self.issuer = issuer
        let name = X509_get_subject_name(issuer?.handle.pointer ?? pointer)
        guard X509_set_issuer_name(pointer, name) == 1 else { throw .failed("set a certificate's issuer") }
    }

    /// Adds an extension in the words of OpenSSL's configuration. Only constants go here, never foreign text.
    func add(_ kind: CInt, _ value: String) throws(TLSError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer?.handle.pointer ?? pointer, pointer, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, kind, value) else {
            throw .failed("make a certificate's extension")
        }
        defer { X509_EXTENSION_free(made) }
        guard X509_add_ext(pointer, made, -1) == 1 else { throw .failed("add a certificate's extension") }
    }

    /// Adds the identity. It is critical because the subject is empty (RFC 5280 §4.2.1.6).
    func add(uri: String) throws(TLSError) {
        let isAdded: Bool? = SubjectNames.withNames(uri: uri) { names in
            X509_add1_ext_i2d(pointer, NID_subject_alt_name, UnsafeMutableRawPointer(names), 1, 0) == 1
        }
        guard isAdded == true else { throw .failed("add a certificate's identity") }
    }

    func sign(with key: PrivateKey) throws(TLSError) -> Certificate {
        guard X509_sign(pointer, key.handle.pointer, EVP_sha256()) > 0, X509_up_ref(pointer) == 1 else {
            throw .failed("sign a certificate")
        }
        return try Certificate(handle: CertificateHandle(pointer))
    }
}
