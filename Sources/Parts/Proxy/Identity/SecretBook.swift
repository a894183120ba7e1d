import Discovery

/// A certificate chain with its key, as PEM.
struct CertificateMaterial: Hashable, Sendable {
    var chain: String
    var key: String
}

/// The secrets that TLS contexts name: those of a bootstrap, and the workload's own (`default`, `ROOTCA`).
struct SecretBook: Hashable, Sendable {
    var certificates: [String: CertificateMaterial] = [:]
    /// Trusted roots by name, as PEM.
    var roots: [String: String] = [:]

    init() {}

    /// The workload's own secrets under Istio's names.
    init(workload: CertificateMaterial, roots: String) {
        certificates[SecretReference.workloadCertificate] = workload
        self.roots[SecretReference.rootCertificates] = roots
    }

    /// Static secrets; `read` fetches a file's text.
    mutating func add(
        _ secrets: [Secret], read: (DataSource) throws(ProxyError) -> String
    ) throws(ProxyError) {
        for secret in secrets {
            switch secret.content {
            case .certificate(let certificate):
                certificates[secret.name] = CertificateMaterial(
                    chain: try read(certificate.chain), key: try read(certificate.privateKey))
            case .validation(let validation):
                if let source = validation.trustedCA { roots[secret.name] = try read(source) }
            }
        }
    }

    /// What a TLS context asks for, as PEM; nothing for a secret that is not here (yet).
    func resolve(
        _ context: CommonTLSContext, read: (DataSource) throws(ProxyError) -> String
    ) throws(ProxyError) -> ResolvedSecrets? {
        var resolved = ResolvedSecrets(
            acceptedURIs: context.acceptedURIs, acceptedHosts: context.acceptedHosts)
        switch context.certificate {
        case .none: break
        case .inline(let certificate):
            resolved.certificate = CertificateMaterial(
                chain: try read(certificate.chain), key: try read(certificate.privateKey))
        case .secret(let reference):
            guard let material = certificates[reference.name] else { return nil }
            resolved.certificate = material
        }
        switch context.validation {
        case .none: break
        case .inline(let validation):
            if let source = validation.trustedCA { resolved.roots = try read(source) }
        case .secret(let reference), .combined(_, let reference):
            guard let roots = roots[reference.name] else { return nil }
            resolved.roots = roots
        }
        return resolved
    }
}

/// The PEM texts behind one TLS context.
struct ResolvedSecrets: Hashable, Sendable {
    var certificate: CertificateMaterial?
    var roots: String?
    var acceptedURIs: [String]
    var acceptedHosts: [String] = []
}
