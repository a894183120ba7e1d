/// Bytes that come from a file or stand in the configuration: Envoy's `core.v3.DataSource`.
package enum DataSource: Hashable, Sendable {
    case file(path: String)
    /// `inline_string`, or `inline_bytes` when the text is not wanted as such; PEM either way.
    case inline(String)
}

/// A secret fetched by name: Envoy's `tls.v3.SdsSecretConfig`.
package struct SecretReference: Hashable, Sendable {
    package var name: String
    /// Absent: a secret of the bootstrap, or one that the proxy itself holds.
    package var source: ConfigSource?

    package init(name: String, source: ConfigSource? = nil) {
        self.name = name
        self.source = source
    }

    /// The workload's own certificate and key; Istio's name.
    package static let workloadCertificate = "default"
    /// The mesh's root certificates; Istio's name.
    package static let rootCertificates = "ROOTCA"
}

/// A certificate chain and its key: Envoy's `tls.v3.TlsCertificate`.
package struct TLSCertificate: Hashable, Sendable {
    package var chain: DataSource
    package var privateKey: DataSource

    package init(chain: DataSource, privateKey: DataSource) {
        self.chain = chain
        self.privateKey = privateKey
    }
}

/// How the peer's certificate is judged: Envoy's `tls.v3.CertificateValidationContext`.
package struct CertificateValidation: Hashable, Sendable {
    package var trustedCA: DataSource?
    /// URIs of which the peer's certificate must carry one, exactly; empty accepts any that chains to the roots.
    package var acceptedURIs: [String]
    /// DNS names of which it may carry one instead; a certificate's own wildcard covers a name.
    package var acceptedHosts: [String] = []

    package init(trustedCA: DataSource? = nil, acceptedURIs: [String] = [], acceptedHosts: [String] = []) {
        self.acceptedHosts = acceptedHosts
        self.trustedCA = trustedCA
        self.acceptedURIs = acceptedURIs
    }
}

/// What both directions share: Envoy's `tls.v3.CommonTlsContext`.
package struct CommonTLSContext: Hashable, Sendable {
    package enum Certificate: Hashable, Sendable {
        case none
        case inline(TLSCertificate)
        case secret(SecretReference)
    }

    package enum Validation: Hashable, Sendable {
        /// The peer's certificate is not asked for (downstream) or not looked at (upstream).
        case none
        case inline(CertificateValidation)
        case secret(SecretReference)
        /// The roots from a secret, the accepted identities from here (`combined_validation_context`).
        case combined(CertificateValidation, roots: SecretReference)
    }

    package enum Version: String, Hashable, Sendable, CaseIterable, Comparable {
        case tls12 = "TLSv1_2"
        case tls13 = "TLSv1_3"

        package static func < (left: Version, right: Version) -> Bool { left == .tls12 && right == .tls13 }
    }

    package var certificate: Certificate
    package var validation: Validation
    package var alpn: [String]
    package var minimumVersion: Version
    package var maximumVersion: Version

    package init(
        certificate: Certificate = .none, validation: Validation = .none, alpn: [String] = [],
        minimumVersion: Version = .tls12, maximumVersion: Version = .tls13
    ) {
        self.certificate = certificate
        self.validation = validation
        self.alpn = alpn
        self.minimumVersion = minimumVersion
        self.maximumVersion = maximumVersion
    }

    /// The URIs of which the peer must carry one; empty accepts any that chains.
    package var acceptedURIs: [String] {
        switch validation {
        case .inline(let validation), .combined(let validation, _): validation.acceptedURIs
        case .none, .secret: []
        }
    }

    /// The DNS names of which it may carry one instead.
    package var acceptedHosts: [String] {
        switch validation {
        case .inline(let validation), .combined(let validation, _): validation.acceptedHosts
        case .none, .secret: []
        }
    }
}

/// TLS towards who connects to us: Envoy's `tls.v3.DownstreamTlsContext`.
package struct DownstreamTLSContext: Hashable, Sendable {
    package var common: CommonTLSContext
    /// True refuses a peer without a certificate.
    package var requiresClientCertificate: Bool

    package init(common: CommonTLSContext, requiresClientCertificate: Bool = false) {
        self.common = common
        self.requiresClientCertificate = requiresClientCertificate
    }
}

/// TLS towards who we connect to: Envoy's `tls.v3.UpstreamTlsContext`.
package struct UpstreamTLSContext: Hashable, Sendable {
    package var common: CommonTLSContext
    /// The server name sent in the handshake; none when absent.
    package var serverName: String?

    package init(common: CommonTLSContext, serverName: String? = nil) {
        self.common = common
        self.serverName = serverName
    }
}

/// A named secret: Envoy's `tls.v3.Secret`.
package struct Secret: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case certificate(TLSCertificate)
        case validation(CertificateValidation)
    }

    package var name: String
    package var content: Content

    package init(name: String, content: Content) {
        self.name = name
        self.content = content
    }
}
