/// How targets, and lists of them, are asked: who we are, and whom we believe. Secrets are named by their files wherever
/// possible; none of them is ever printed.
package struct TargetAccess: Hashable, Sendable {
    /// A secret, or where it is. A file is read again when it changes; blanks and line breaks around it do not count.
    package enum Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
        case text(String)
        case file(String)

        package var description: String {
            switch self {
            case .text: "(a secret)"
            case .file(let path): path
            }
        }

        package var debugDescription: String { description }

        /// Where it is; nothing for one that is known already.
        var file: String? {
            guard case .file(let path) = self else { return nil }
            return path
        }
    }

    /// What the `authorization` field says.
    package enum Credentials: Hashable, Sendable {
        case none
        /// RFC 6750.
        case bearer(Secret)
        /// RFC 7617.
        case basic(user: String, password: Secret)

        var secret: Secret? {
            switch self {
            case .none: nil
            case .bearer(let secret), .basic(_, let secret): secret
            }
        }
    }

    /// For targets that are asked by HTTPS. All texts are PEM; files are read again when they change.
    package struct TLS: Hashable, Sendable {
        /// Who may have issued the targets' certificates; nothing for those that the machine trusts.
        package var authority: Secret?
        /// Our certificate and those above it.
        package var certificate: Secret?
        package var key: Secret?
        /// Whom the certificate must be for, instead of the host in the target's address. `spiffe://…` is compared with
        /// the certificate's URIs, as workloads of a mesh have no other name.
        package var serverName: String?
        /// Whoever answers is believed.
        package var isInsecure: Bool

        package init(
            authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
            serverName: String? = nil, isInsecure: Bool = false
        ) {
            self.serverName = serverName
            self.isInsecure = isInsecure
            self.authorityFile = authorityFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }

        package var authorityFile: String? {
            get { authority?.file }
            set { authority = newValue.map { .file($0) } }
        }
        package var certificateFile: String? {
            get { certificate?.file }
            set { certificate = newValue.map { .file($0) } }
        }
        package var keyFile: String? {
            get { key?.file }
            set { key = newValue.map { .file($0) } }
        }
    }

    /// For targets that are named without a scheme; nothing for HTTPS when there is anything in ``tls``, else HTTP.
    package var scheme: TargetScheme?
    package var credentials: Credentials
    package var tls: TLS

    package init(scheme: TargetScheme? = nil, credentials: Credentials = .none, tls: TLS = TLS()) {
        self.scheme = scheme
        self.credentials = credentials
        self.tls = tls
    }

    var standardScheme: TargetScheme { scheme ?? (tls == TLS() ? .http : .https) }

    /// Every file that is read for it.
    var files: [String] {
        [tls.authority, tls.certificate, tls.key, credentials.secret].compactMap { $0?.file }
    }
}
