internal import COpenSSL
internal import Glibc
package import Quantities

/// An X.509 certificate.
package struct Certificate: Sendable, CustomStringConvertible {
    let handle: CertificateHandle
    /// The subject alternative names of kind URI: the SPIFFE identity.
    package let uris: [String]
    package let notBefore: WallTime
    package let notAfter: WallTime
    /// Whether it may issue others.
    package let isCA: Bool

    /// Reads every certificate of a PEM text, in order; what stands between them is ignored.
    package static func chain(pem: String) throws(TLSError) -> [Certificate] {
        var chain: [Certificate] = []
        let failure = withReadingBIO(pem) { bio -> TLSError? in
            while let pointer = PEM_read_bio_X509(bio, nil, nil, nil) {
                do throws(TLSError) {
                    chain.append(try Certificate(handle: CertificateHandle(pointer)))
                } catch {
                    return error
                }
            }
            // Reading stops at the end, "no start line", or at a certificate that is broken.
            guard let reason = TLSError.takeReason(), reason.code != PEM_R_NO_START_LINE else { return nil }
            return TLSError("read certificate \(chain.count + 1): \(reason.text)")
        }
        if let failure { throw failure }
        guard !chain.isEmpty else { throw TLSError("the text holds no certificate") }
        return chain
    }

    init(handle: CertificateHandle) throws(TLSError) {
        self.handle = handle
        uris = Self.uris(of: handle.pointer)
        notBefore = try Self.time(X509_get0_notBefore(handle.pointer))
        notAfter = try Self.time(X509_get0_notAfter(handle.pointer))
        isCA = X509_check_ca(handle.pointer) == 1
    }

    /// `CN = shop root, O = meshtop`; empty for a workload's.
    package var subject: String { Self.text(of: X509_get_subject_name(handle.pointer)) }
    package var issuer: String { Self.text(of: X509_get_issuer_name(handle.pointer)) }

    /// The serial number in lower-case hexadecimal digits.
    package var serial: String {
        guard let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(handle.pointer), nil) else { return "" }
        defer { BN_free(number) }
        guard let text = BN_bn2hex(number) else { return "" }
        defer { meshtop_free(text) }
        return String(cString: text).lowercased()
    }

    /// The subject as RFC 2253 writes it, the last part first: `O=meshtop,CN=shop root`.
    package var subject2253: String {
        X509_get_subject_name(handle.pointer).flatMap { name in
            textWritten { meshtop_print_name_rfc2253($0, name) >= 0 }
        } ?? ""
    }

    /// The subject alternative names of kind DNS.
    package var hosts: [String] { Self.hosts(of: handle.pointer) }

    /// The SHA-256 of the whole certificate, 32 bytes.
    package var sha256: [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: CUnsignedInt = 0
        guard X509_digest(handle.pointer, EVP_sha256(), &digest, &count) == 1 else { return [] }
        return digest
    }

    package var pem: String {
        textWritten { PEM_write_bio_X509($0, handle.pointer) == 1 } ?? ""
    }

    package var description: String { uris.first ?? subject }

    static func uris(of certificate: OpaquePointer) -> [String] {
        guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let list = OpaquePointer(names)
        defer { GENERAL_NAMES_free(list) }
        return SubjectNames.uris(list)
    }

    static func hosts(of certificate: OpaquePointer) -> [String] {
        guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let list = OpaquePointer(names)
        defer { GENERAL_NAMES_free(list) }
        return SubjectNames.hosts(list)
    }

    private static func text(of name: OpaquePointer?) -> String {
        guard let name else { return "" }
        return textWritten { meshtop_print_name($0, name) >= 0 } ?? ""
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) throws(TLSError) -> WallTime {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { throw .failed("read a certificate's time") }
        return WallTime(secondsSinceEpoch: Double(timegm(&parts)))
    }
}

/// Owns an `X509`.
///
/// Sendable although OpenSSL's objects are mutable: nothing changes a certificate after it is made or read, OpenSSL
/// guards what it caches in it with a lock, and its reference count is atomic.
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }
}
