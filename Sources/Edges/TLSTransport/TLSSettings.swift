/// What a TLS server offers and demands.
package struct TLSServerSettings: Sendable {
    /// Whether a client must show who it is.
    package enum ClientCertificate: Hashable, Sendable {
        case required
        /// One that is shown must be good; none is fine.
        case optional
        case notRequested
    }

    /// The server's certificate, then those up to, but not necessarily with, the root.
    package var chain: [Certificate]
    package var key: PrivateKey
    /// Who may have issued client certificates.
    package var roots: [Certificate]
    package var clientCertificate: ClientCertificate
    /// Protocols by preference (ALPN, RFC 7301). A client that offers none of them is served without.
    package var applicationProtocols: [String]
    /// The identities that may connect, compared exactly; empty for any that the roots vouch for.
    package var acceptedPeerURIs: [String]
    /// Whether TLS 1.2 is not enough.
    package var needsTLS13: Bool

    package init(
        chain: [Certificate], key: PrivateKey, roots: [Certificate], clientCertificate: ClientCertificate = .required,
        applicationProtocols: [String] = ["http/1.1"], acceptedPeerURIs: [String] = [], needsTLS13: Bool = false
    ) {
        self.needsTLS13 = needsTLS13
        self.chain = chain
        self.key = key
        self.roots = roots
        self.clientCertificate = clientCertificate
        self.applicationProtocols = applicationProtocols
        self.acceptedPeerURIs = acceptedPeerURIs
    }
}

/// What a TLS client shows and demands.
package struct TLSClientSettings: Sendable {
    /// The client's certificate and those above it; empty to show none.
    package var chain: [Certificate]
    package var key: PrivateKey?
    /// Who may have issued the server's certificate.
    package var roots: [Certificate]
    /// The name to ask for (SNI).
    package var serverName: String?
    /// Whether the certificate must be for ``serverName`` as a DNS name; in a mesh identity is a URI instead.
    package var verifiesServerName: Bool
    /// Whether the server's certificate must be one that the roots vouch for. Without, whoever answers is believed: for
    /// trying things out only.
    package var verifiesPeer: Bool
    package var applicationProtocols: [String]
    /// The identities that the server may have, compared exactly; empty for any that the roots vouch for.
    package var acceptedPeerURIs: [String]

    package init(
        chain: [Certificate] = [], key: PrivateKey? = nil, roots: [Certificate], serverName: String? = nil,
        verifiesServerName: Bool = false, verifiesPeer: Bool = true, applicationProtocols: [String] = ["http/1.1"],
        acceptedPeerURIs: [String] = []
    ) {
        self.chain = chain
        self.key = key
        self.roots = roots
        self.serverName = serverName
        self.verifiesServerName = verifiesServerName
        self.verifiesPeer = verifiesPeer
        self.applicationProtocols = applicationProtocols
        self.acceptedPeerURIs = acceptedPeerURIs
    }
}
