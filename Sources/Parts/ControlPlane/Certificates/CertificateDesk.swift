import MeshConfig
import MeshModel
package import Quantities
package import Storage
package import TLSTransport

/// Gives workloads their certificates: for a one-time token the first time, for the certificate they hold afterwards.
///
/// A workload is given the identity that its WorkloadEntry has, and no other; what its request asks for is compared
/// with that, never believed. Keys stay with the workloads. Belongs to the thread that owns the configuration.
package final class CertificateDesk {
    /// How somebody proves who it is.
    package enum Credential: Hashable, Sendable {
        case token(String)
        /// The identities of the certificate it connected with, which was checked against the root.
        case certificate(uris: [String])
        case none
    }

    /// The largest request that is read; one for P-256 has 600 bytes.
    private static let maximumRequest = 16 << 10

    package let authority: CertificateAuthority
    /// How long workload certificates are valid.
    package let lifetime: Duration
    /// Requests that were granted and refused.
    package private(set) var granted = 0
    package private(set) var refused = 0

    private let configuration: LiveConfiguration
    private let now: () -> WallTime

    package init(
        _ configuration: LiveConfiguration, authority: CertificateAuthority, lifetime: Duration,
        now: @escaping () -> WallTime
    ) {
        self.configuration = configuration
        self.authority = authority
        self.lifetime = lifetime
        self.now = now
    }

    /// The certificate for a request and the root above it.
    ///
    /// - Parameter wanted: How long it shall be valid; never longer than ``lifetime``.
    package func issue(
        request pem: String, credential: Credential, wanted: Duration? = nil
    ) throws(APIFailure) -> [Certificate] {
        do {
            let chain = try grant(pem, credential, wanted)
            granted += 1
            return chain
        } catch {
            refused += 1
            throw error
        }
    }

    /// The certificates that are valid now, newest first.
    package func issued(limit: Int) throws(StorageError) -> [IssuedCertificate] {
        try configuration.store.certificates(at: now(), limit: limit)
    }

    private func grant(
        _ pem: String, _ credential: Credential, _ wanted: Duration?
    ) throws(APIFailure) -> [Certificate] {
        let now = now()
        let (identity, tokenHash) = try identity(credential, at: now)
        guard pem.utf8.count <= Self.maximumRequest else {
            throw APIFailure(.badRequest, "csr: \(pem.utf8.count) bytes are too many for a certificate request")
        }
        let request: CertificateSigningRequest
        do {
            request = try CertificateSigningRequest(pem: pem)
        } catch {
            throw APIFailure(.badRequest, "csr: \(error)")
        }
        guard request.uris == [identity.description] else {
            let asked = request.uris.isEmpty ? "no identity" : request.uris.joined(separator: ", ")
            throw APIFailure(.forbidden, "the request asks for \(asked); its sender is \(identity)")
        }
        var validity = lifetime
        if let wanted, wanted > .zero { validity = min(validity, wanted) }
        do {
            let certificate = try authority.issue(
                request, uri: identity.description, now: now, lifetime: validity)
            try configuration.store.recordCertificate(
                serial: certificate.serial, identity: identity.description, issued: now,
                expires: certificate.notAfter, usingToken: tokenHash)
            return [certificate, authority.root]
        } catch {
            throw APIFailure(.internalError, "the certificate cannot be issued: \(error)")
        }
    }

    /// Who it is that asks, and the hash of the token that says so.
    private func identity(
        _ credential: Credential, at now: WallTime
    ) throws(APIFailure) -> (SPIFFEIdentity, tokenHash: String?) {
        switch credential {
        case .none:
            throw APIFailure(.unauthorized, "send a token (Authorization: Bearer …) or connect with a certificate")
        case .token(let text):
            let hash = JoinToken.hash(text)
            let verdict: TokenVerdict
            do {
                verdict = try configuration.store.token(hash: hash, at: now)
            } catch {
                throw APIFailure(.internalError, "tokens cannot be read: \(error)")
            }
            switch verdict {
            case .unknown: throw APIFailure(.unauthorized, "the token is not known; read the token file again")
            case .used: throw APIFailure(.unauthorized, "the token was used before; \(Self.newToken)")
            case .expired: throw APIFailure(.unauthorized, "the token has expired; \(Self.newToken)")
            case .accepted(let namespace, let entry):
                guard let workload = configuration.mesh.workload(namespace: namespace, name: entry) else {
                    throw APIFailure(.forbidden, "WorkloadEntry \(namespace)/\(entry) does not exist any more")
                }
                return (workload.principal, hash)
            }
        case .certificate(let uris):
            guard let identity = uris.lazy.compactMap({ SPIFFEIdentity(uri: $0) }).first,
                configuration.mesh.workloads.contains(where: { $0.principal == identity })
            else {
                throw APIFailure(
                    .forbidden, "no WorkloadEntry has the identity \(uris.first ?? "of this certificate")")
            }
            return (identity, nil)
        }
    }

    private static let newToken = "a new one is written when the control plane starts or gets SIGHUP"
}
