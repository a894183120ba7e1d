import JSONWire

/// What requests tell the next hop of the certificate that they came with, in `x-forwarded-client-cert`: Envoy's
/// `forward_client_cert_details` and `set_current_client_cert_details`.
package struct ClientCertificateHeader: Hashable, Sendable {
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Nobody's word is passed on. Envoy's default.
        case sanitize = "SANITIZE"
        /// What came is passed on, if it came over mutual TLS.
        case forwardOnly = "FORWARD_ONLY"
        /// The same, and this hop's client behind it.
        case appendForward = "APPEND_FORWARD"
        /// This hop's client alone.
        case sanitizeSet = "SANITIZE_SET"
        /// What came is passed on, however it came.
        case alwaysForwardOnly = "ALWAYS_FORWARD_ONLY"
    }

    package var mode: Mode
    /// Which of the certificate's names are told, besides its digest.
    package var tellsSubject: Bool
    package var tellsURI: Bool
    package var tellsHosts: Bool

    package init(
        _ mode: Mode = .sanitize, tellsSubject: Bool = false, tellsURI: Bool = false, tellsHosts: Bool = false
    ) {
        self.mode = mode
        self.tellsSubject = tellsSubject
        self.tellsURI = tellsURI
        self.tellsHosts = tellsHosts
    }

    /// Istio's for what reaches an application, and for what enters the mesh.
    package static let inbound = ClientCertificateHeader(
        .appendForward, tellsSubject: true, tellsURI: true, tellsHosts: true)
    package static let edge = ClientCertificateHeader(
        .sanitizeSet, tellsSubject: true, tellsURI: true, tellsHosts: true)

    init(mode: SchemaReader?, details: SchemaReader?) throws(SchemaError) {
        self.init(try mode?.choice(of: Mode.self) ?? .sanitize)
        guard let fields = try details?.fields(["subject", "uri", "dns"], unsupported: ["cert", "chain"]) else {
            return
        }
        tellsSubject = try fields["subject"]?.bool() ?? false
        tellsURI = try fields["uri"]?.bool() ?? false
        tellsHosts = try fields["dns"]?.bool() ?? false
    }

    var modeJSON: JSONValue? { mode == .sanitize ? nil : .string(mode.rawValue) }

    var detailsJSON: JSONValue? {
        guard tellsSubject || tellsURI || tellsHosts else { return nil }
        return .message([
            "subject": tellsSubject ? true : nil, "uri": tellsURI ? true : nil, "dns": tellsHosts ? true : nil,
        ])
    }
}
