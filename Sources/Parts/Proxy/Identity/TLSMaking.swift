import Discovery
import Quantities
import TLSTransport

/// Turns PEM texts and discovery's TLS contexts into contexts for handshakes; every failure is worded for the log.
enum TLSMaking {
    /// What a certificate says that we act upon.
    struct Facts {
        var uris: [String]
        var notBefore: WallTime
        var notAfter: WallTime
    }

    /// The context of a listener.
    static func server(
        _ tls: DownstreamTLSContext, _ codec: HTTPConnectionManager.Codec?, _ secrets: ResolvedSecrets
    ) throws(ProxyError) -> TLSContext {
        guard let material = secrets.certificate else {
            throw .configuration("a downstream TLS context needs a certificate (tls_certificates or SDS)")
        }
        try check(tls.common, mayNeedTLS13: true)
        let hasRoots = secrets.roots != nil
        guard hasRoots || !tls.requiresClientCertificate else {
            throw .configuration("require_client_certificate needs a validation context with trusted roots")
        }
        return try worded { () throws(TLSError) in
            try TLSContext(
                server: TLSServerSettings(
                    chain: try Certificate.chain(pem: material.chain), key: try PrivateKey(pem: material.key),
                    roots: try secrets.roots.map { (pem) throws(TLSError) in try Certificate.chain(pem: pem) } ?? [],
                    clientCertificate: tls.requiresClientCertificate
                        ? .required : (hasRoots ? .optional : .notRequested),
                    applicationProtocols: protocols(tls.common, codec), acceptedPeerURIs: secrets.acceptedURIs,
                    needsTLS13: tls.common.minimumVersion == .tls13))
        }
    }

    /// The context of clusters that share certificate, roots and protocols; see ``TLSContext/with(serverName:acceptedPeerURIs:)``.
    static func client(
        _ common: CommonTLSContext, _ protocols: [String], _ secrets: ResolvedSecrets
    ) throws(ProxyError) -> TLSContext {
        guard let roots = secrets.roots else {
            throw .configuration("an upstream TLS context without trusted roots would trust anyone; add trusted_ca")
        }
        try check(common)
        return try context(certificate: secrets.certificate, roots: roots, protocols, acceptedURIs: [])
    }

    /// The context towards the control plane, with our certificate once there is one.
    static func controlPlane(
        certificate: CertificateMaterial?, roots: String, acceptedURIs: [String]
    ) throws(ProxyError) -> TLSContext {
        try context(certificate: certificate, roots: roots, ["http/1.1"], acceptedURIs: acceptedURIs)
    }

    private static func context(
        certificate: CertificateMaterial?, roots: String, _ protocols: [String], acceptedURIs: [String]
    ) throws(ProxyError) -> TLSContext {
        try worded { () throws(TLSError) in
            try TLSContext(
                client: TLSClientSettings(
                    chain: try certificate.map { (pem) throws(TLSError) in try Certificate.chain(pem: pem.chain) }
                        ?? [],
                    key: try certificate.map { (pem) throws(TLSError) in try PrivateKey(pem: pem.key) },
                    roots: try Certificate.chain(pem: roots), applicationProtocols: protocols,
                    acceptedPeerURIs: acceptedURIs))
        }
    }

    static func makeKey() throws(ProxyError) -> PrivateKey {
        try worded { () throws(TLSError) in try PrivateKey.makeP256() }
    }

    /// A key as PEM, for the state directory only.
    static func text(of key: PrivateKey) throws(ProxyError) -> String {
        try worded { () throws(TLSError) in try key.pem }
    }

    /// A signing request as PEM, for one SPIFFE URI.
    static func signingRequest(key: PrivateKey, uri: String) throws(ProxyError) -> String {
        try worded { () throws(TLSError) in try CertificateSigningRequest.make(key: key, uri: uri) }
    }

    /// What the first certificate of a chain says.
    static func facts(chain: String) throws(ProxyError) -> Facts {
        let certificates = try worded { () throws(TLSError) in try Certificate.chain(pem: chain) }
        guard let leaf = certificates.first else { throw .environment("the certificate file is empty") }
        return Facts(uris: leaf.uris, notBefore: leaf.notBefore, notAfter: leaf.notAfter)
    }

    /// What a listener may agree upon: of what the context offers, what its connections will speak.
    private static func protocols(_ common: CommonTLSContext, _ codec: HTTPConnectionManager.Codec?) -> [String] {
        switch codec {
        case nil: return protocolsOfBytes(common)
        case .auto:
            let spoken = common.alpn.filter { !sidecarProtocols.contains($0) }
            return spoken.isEmpty ? ["http/1.1"] : spoken
        case .http1: return protocols(offered: common.alpn, isHTTP2: false)
        case .http2: return protocols(offered: common.alpn, isHTTP2: true)
        }
    }

    /// Where bytes are carried, it is what is configured, and before Istio's own protocol the one in which sidecars say
    /// who they are: where the other end does not know it, nobody does.
    static func protocolsOfBytes(_ common: CommonTLSContext) -> [String] {
        let others = common.alpn.filter { $0 != PeerExchange.protocolName }
        return others.contains("istio") ? [PeerExchange.protocolName] + others : others
    }

    /// What a connection that speaks one version offers: of what the context names, that version, which is known
    /// beforehand.
    static func protocols(offered: [String], isHTTP2: Bool) -> [String] {
        let spoken = offered.filter { !sidecarProtocols.contains($0) && $0 != (isHTTP2 ? "http/1.1" : "h2") }
        guard spoken.isEmpty else { return spoken }
        return [isHTTP2 ? "h2" : "http/1.1"]
    }

    /// Names that tell Istio's sidecars something else besides.
    private static let sidecarProtocols: Set<String> = ["istio-h2", "istio-peer-exchange"]

    private static func check(_ common: CommonTLSContext, mayNeedTLS13: Bool = false) throws(ProxyError) {
        guard common.minimumVersion == .tls12 || mayNeedTLS13, common.maximumVersion == .tls13 else {
            throw .configuration(
                "tls_params: only TLSv1_2 to TLSv1_3 is supported\(mayNeedTLS13 ? ", and TLSv1_3 alone" : "")")
        }
    }

    private static func worded<Value>(_ make: () throws(TLSError) -> Value) throws(ProxyError) -> Value {
        do throws(TLSError) { return try make() } catch { throw .environment("TLS: \(error)") }
    }
}
