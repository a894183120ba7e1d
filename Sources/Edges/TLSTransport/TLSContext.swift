internal import COpenSSL

/// One side's settings made ready for handshakes. Immutable: rotating a certificate means a new context for new
/// connections, while the old ones live on.
package final class TLSContext: Sendable {
    enum Role: Hashable, Sendable {
        case server
        case client
    }

    let role: Role
    let serverName: String?
    let verifiesServerName: Bool
    /// The identities the peer may have; empty for any that the roots vouch for.
    package let acceptedPeerURIs: [String]
    /// DNS names of which the peer's certificate may be for one, instead of a URI above.
    package let acceptedPeerHosts: [String]
    let handle: ContextHandle

    package convenience init(server settings: TLSServerSettings) throws(TLSError) {
        let handle = try ContextHandle(.server, applicationProtocols: settings.applicationProtocols)
        try handle.use(chain: settings.chain, key: settings.key)
        try handle.trust(settings.roots)
        if settings.needsTLS13 { meshtop_context_set_versions(handle.pointer, TLS1_3_VERSION) }
        switch settings.clientCertificate {
        case .required: handle.verify(SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)
        case .optional: handle.verify(SSL_VERIFY_PEER)
        case .notRequested: handle.verify(SSL_VERIFY_NONE)
        }
        self.init(
            role: .server, serverName: nil, verifiesServerName: false, acceptedPeerURIs: settings.acceptedPeerURIs,
            handle: handle)
    }

    package convenience init(client settings: TLSClientSettings) throws(TLSError) {
        let handle = try ContextHandle(.client, applicationProtocols: settings.applicationProtocols)
        if let key = settings.key { try handle.use(chain: settings.chain, key: key) }
        try handle.trust(settings.roots)
        handle.verify(settings.verifiesPeer ? SSL_VERIFY_PEER : SSL_VERIFY_NONE)
        self.init(
            role: .client, serverName: settings.serverName,
            verifiesServerName: settings.verifiesServerName && settings.verifiesPeer,
            acceptedPeerURIs: settings.acceptedPeerURIs, handle: handle)
    }

    private init(
        role: Role, serverName: String?, verifiesServerName: Bool, acceptedPeerURIs: [String],
        acceptedPeerHosts: [String] = [], handle: ContextHandle
    ) {
        self.acceptedPeerHosts = acceptedPeerHosts
        self.role = role
        self.serverName = serverName
        self.verifiesServerName = verifiesServerName
        self.acceptedPeerURIs = acceptedPeerURIs
        self.handle = handle
    }

    /// The same settings for another peer, sharing what is expensive: one context for a workload's certificate, and one
    /// of these per cluster.
    package func with(
        serverName: String?, acceptedPeerURIs: [String], acceptedPeerHosts: [String] = []
    ) -> TLSContext {
        TLSContext(
            role: role, serverName: serverName, verifiesServerName: verifiesServerName,
            acceptedPeerURIs: acceptedPeerURIs, acceptedPeerHosts: acceptedPeerHosts, handle: handle)
    }
}

/// Owns an `SSL_CTX`.
///
/// Sendable although it is mutable: it is filled in before the context that owns it is shared, never changed after, and
/// OpenSSL makes sessions from one context on many threads.
final class ContextHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Protocols in the form of the wire, each with its length in front. The server's callback reads it.
    private let protocols: UnsafeMutableBufferPointer<UInt8>

    init(_ role: TLSContext.Role, applicationProtocols: [String]) throws(TLSError) {
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(role == .server ? TLS_server_method() : TLS_client_method()) else {
            throw .failed("make a TLS context")
        }
        self.pointer = pointer
        let list = applicationProtocols.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8.prefix(255)) }
        protocols = .allocate(capacity: list.count)
        // Exactly as long as the list.
        _ = protocols.initialize(from: list)
        meshtop_context_set_versions(pointer, TLS1_2_VERSION)
        // Idle connections give their buffers back: 34 kB each otherwise.
        meshtop_context_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        // Resuming a session would carry an identity past a rotation; pools keep connections instead.
        meshtop_context_disable_sessions(pointer)
        // TLS 1.2 without forward secrecy or with CBC is for peers that a mesh does not have.
        guard SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 else {
            throw .failed("choose ciphers")
        }
        guard !list.isEmpty else { return }
        switch role {
        case .server:
            SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, Unmanaged.passUnretained(self).toOpaque())
        case .client:
            // Zero is success here, unlike elsewhere in OpenSSL.
            guard SSL_CTX_set_alpn_protos(pointer, list, CUnsignedInt(list.count)) == 0 else {
                throw .failed("offer application protocols")
            }
        }
    }

    deinit {
        SSL_CTX_free(pointer)
        protocols.deallocate()
    }

    func use(chain: [Certificate], key: PrivateKey) throws(TLSError) {
        guard let leaf = chain.first else { throw TLSError("a key needs a certificate") }
        guard SSL_CTX_use_certificate(pointer, leaf.handle.pointer) == 1,
            SSL_CTX_use_PrivateKey(pointer, key.handle.pointer) == 1
        else { throw .failed("the key does not belong to the certificate of \(leaf)") }
        for certificate in chain.dropFirst() {
            guard meshtop_context_add_chain(pointer, certificate.handle.pointer) == 1 else {
                throw .failed("add \(certificate) to the chain")
            }
        }
    }

    func trust(_ roots: [Certificate]) throws(TLSError) {
        let store = SSL_CTX_get_cert_store(pointer)
        for root in roots {
            guard X509_STORE_add_cert(store, root.handle.pointer) == 1 else { throw .failed("trust \(root)") }
            // What a server tells its clients about whom it trusts; they may need it to choose a certificate.
            guard SSL_CTX_add_client_CA(pointer, root.handle.pointer) == 1 else { throw .failed("trust \(root)") }
        }
    }

    func verify(_ mode: CInt) {
        SSL_CTX_set_verify(pointer, mode, nil)
    }

    fileprivate var offered: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(protocols) }
}

/// Picks the first of our protocols that the client offers. A plain function, as C callbacks must be.
private func selectProtocol(
    _ session: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenCount: UnsafeMutablePointer<UInt8>?, _ client: UnsafePointer<UInt8>?, _ clientCount: CUnsignedInt,
    _ argument: UnsafeMutableRawPointer?
) -> CInt {
    guard let argument, let chosen, let chosenCount else { return SSL_TLSEXT_ERR_NOACK }
    // The context owns the handle and outlives its sessions' handshakes.
    let ours = Unmanaged<ContextHandle>.fromOpaque(argument).takeUnretainedValue().offered
    var start: UnsafeMutablePointer<UInt8>?
    let outcome = SSL_select_next_proto(
        &start, chosenCount, ours.baseAddress, CUnsignedInt(ours.count), client, clientCount)
    guard outcome == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_NOACK }
    chosen.pointee = UnsafePointer(start)
    return SSL_TLSEXT_ERR_OK
}
