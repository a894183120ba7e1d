internal import COpenSSL

/// One connection's TLS, without any I/O: ciphertext goes in, plaintext comes out, and back.
///
///     socket ─ receive ─→ ┌─────────┐ ─ read ──→ protocol
///                         │ session │
///     socket ←─ pending ─ └─────────┘ ←─ write ─ protocol
///
/// Both directions are memory BIOs, so that plain and encrypted connections share one path to the socket and writes go
/// out in batches. It belongs to one thread.
package final class TLSSession {
    private let session: OpaquePointer
    /// The session keeps its own reference; ours keeps the ALPN callback's argument alive.
    private let context: TLSContext
    private let input: OpaquePointer
    private let output: OpaquePointer

    /// Whether the handshake is done and the peer's identity was accepted. Nothing can be read or written before.
    package private(set) var isHandshakeDone = false
    /// The identities of the peer's verified certificate; empty when it showed none.
    package private(set) var peerURIs: [String] = []
    /// The name that the client has asked for (SNI); nothing when it asked for none.
    package var serverName: String? { meshtop_server_name(session).map { String(cString: $0) } }
    /// What ALPN agreed on.
    package private(set) var negotiatedProtocol: String?

    package init(_ context: TLSContext) throws(TLSError) {
        ERR_clear_error()
        guard let session = SSL_new(context.handle.pointer) else { throw .failed("make a TLS session") }
        guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
            SSL_free(session)
            throw .failed("make a TLS session")
        }
        // The session owns both from here.
        SSL_set_bio(session, input, output)
        self.session = session
        self.context = context
        self.input = input
        self.output = output
        switch context.role {
        case .server: SSL_set_accept_state(session)
        case .client:
            SSL_set_connect_state(session)
            if let name = context.serverName {
                // An address is no name to ask for (RFC 6066, section 3), and some servers refuse one. It is still compared.
                guard Self.isAddress(name) || meshtop_set_server_name(session, name) == 1 else {
                    throw .failed("ask for server \(name)")
                }
                if context.verifiesServerName, SSL_set1_host(session, name) != 1 {
                    throw .failed("expect server \(name)")
                }
            }
        }
    }

    deinit {
        SSL_free(session)
    }

    /// Takes bytes from the socket.
    package func receive(_ ciphertext: UnsafeRawBufferPointer) {
        // A memory BIO takes everything.
        BIO_write(input, ciphertext.baseAddress, CInt(clamping: ciphertext.count))
    }

    /// Goes on with the handshake as far as the bytes allow, and tells whether it is done. An error may leave an alert
    /// for the peer: send what ``takeCiphertext(_:)`` gives before closing.
    package func handshake() throws(TLSError) -> Bool {
        if isHandshakeDone { return true }
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        guard result == 1 else {
            switch SSL_get_error(session, result) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
            default: throw handshakeFailure()
            }
        }
        try checkPeer()
        var start: UnsafePointer<UInt8>?
        var count: CUnsignedInt = 0
        SSL_get0_alpn_selected(session, &start, &count)
        if let start, count > 0 {
            negotiatedProtocol = String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
        }
        isHandshakeDone = true
        return true
    }

    /// What reading came to.
    package enum ReadOutcome: Hashable, Sendable {
        case bytes(Int)
        case needsMore
        /// The peer has said that it will send no more.
        case ended
    }

    /// Decrypts into `buffer`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> ReadOutcome {
        ERR_clear_error()
        let count = SSL_read(session, buffer.baseAddress, CInt(clamping: buffer.count))
        if count > 0 { return .bytes(Int(count)) }
        switch SSL_get_error(session, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsMore
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: throw failure("read")
        }
    }

    /// Encrypts all of `plaintext` for ``takeCiphertext(_:)``.
    package func write(_ plaintext: [UInt8]) throws(TLSError) {
        let count = plaintext.withUnsafeBytes(encrypt)
        guard count != 0 else { throw failure("write") }
    }

    /// The same for bytes that lie somewhere else.
    package func write(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) {
        guard encrypt(plaintext) != 0 else { throw failure("write") }
    }

    /// Zero when it failed. The output is memory, so nothing can be partial.
    private func encrypt(_ plaintext: UnsafeRawBufferPointer) -> CInt {
        guard !plaintext.isEmpty else { return 1 }
        ERR_clear_error()
        return max(0, SSL_write(session, plaintext.baseAddress, CInt(clamping: plaintext.count)))
    }

    /// Tells the peer that no more will come (`close_notify`).
    package func endWriting() {
        guard isHandshakeDone else { return }
        ERR_clear_error()
        SSL_shutdown(session)
    }

    /// Calls `body` with the bytes for the socket and forgets them: what it does not write it must keep.
    package func takeCiphertext(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start: UnsafeMutablePointer<CChar>?
        let count = meshtop_bio_data(output, &start)
        guard count > 0 else { return }
        body(UnsafeRawBufferPointer(start: start, count: count))
        meshtop_bio_reset(output)
    }

    /// The peer's certificate, once the handshake is done; nothing when it showed none. Made anew each time.
    package var peerCertificate: Certificate? {
        SSL_get1_peer_certificate(session).flatMap { try? Certificate(handle: CertificateHandle($0)) }
    }

    /// The certificate that this end shows; nothing for none. Made anew each time.
    package var ownCertificate: Certificate? {
        guard let certificate = SSL_get_certificate(session), X509_up_ref(certificate) == 1 else { return nil }
        return try? Certificate(handle: CertificateHandle(certificate))
    }

    private func checkPeer() throws(TLSError) {
        let expected = context.acceptedPeerURIs + context.acceptedPeerHosts
        guard let certificate = SSL_get1_peer_certificate(session) else {
            guard expected.isEmpty else {
                throw TLSError("peer showed no certificate, expected \(Self.list(expected))")
            }
            return
        }
        defer { X509_free(certificate) }
        let uris = Certificate.uris(of: certificate)
        let isAccepted =
            expected.isEmpty || uris.contains(where: context.acceptedPeerURIs.contains)
            || context.acceptedPeerHosts.contains { Self.isHost($0, of: certificate) }
        guard isAccepted else {
            let shown = uris + Certificate.hosts(of: certificate)
            throw TLSError(
                "peer certificate has \(shown.isEmpty ? "no name" : Self.list(shown)), expected \(Self.list(expected))")
        }
        peerURIs = uris
    }

    /// As RFC 6125 compares names: a wildcard stands for one whole label on the left.
    private static func isHost(_ name: String, of certificate: OpaquePointer) -> Bool {
        name.withCString {
            X509_check_host(certificate, $0, 0, CUnsignedInt(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS), nil) == 1
        }
    }

    private func handshakeFailure() -> TLSError {
        let verification = SSL_get_verify_result(session)
        if verification != X509_V_OK {
            ERR_clear_error()
            let reason = X509_verify_cert_error_string(verification).map { String(cString: $0) } ?? "unknown reason"
            return TLSError("peer certificate is not trusted: \(reason)")
        }
        return failure("handshake")
    }

    private func failure(_ step: String) -> TLSError {
        guard let reason = TLSError.takeReason() else {
            return TLSError("the peer closed the connection during the TLS \(step)")
        }
        switch reason.code {
        case SSL_R_HTTP_REQUEST: return TLSError("the peer speaks plain HTTP where TLS is expected")
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_UNKNOWN_PROTOCOL:
            return TLSError("the peer does not speak TLS")
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return TLSError("the peer showed no certificate")
        case _ where reason.code > 1000:
            // Alerts from the peer are numbered from 1000 on.
            return TLSError("the peer refused: \(reason.text)")
        default: return TLSError("TLS \(step): \(reason.text)")
        }
    }

    /// Whether a host is an IP address: the last label of a name is never a number.
    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
    }

    private static func list(_ uris: [String]) -> String { uris.joined(separator: " or ") }
}
