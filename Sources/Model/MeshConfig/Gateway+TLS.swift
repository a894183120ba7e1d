import JSONWire

extension Gateway {
    /// How a server's connections begin.
    package enum Security: Hashable, Sendable {
        /// HTTP in plain text.
        case plain
        /// HTTPS, which ends here.
        case terminated(Termination)
    }

    /// With whose certificate clients are greeted, as files beside the gateway's proxy: keys never pass the control plane.
    package struct Termination: Hashable, Sendable {
        package var certificateFile: String
        package var keyFile: String
        /// What clients' certificates must chain to (`MUTUAL`); nothing asks for none (`SIMPLE`).
        package var clientRootsFile: String?
        /// Of which names clients' certificates must have one; empty takes any.
        package var clientNames: [String]
        package var needsTLS13: Bool

        package init(
            certificateFile: String, keyFile: String, clientRootsFile: String? = nil, clientNames: [String] = [],
            needsTLS13: Bool = false
        ) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.clientRootsFile = clientRootsFile
            self.clientNames = clientNames
            self.needsTLS13 = needsTLS13
        }
    }
}

extension Gateway.Security {
    /// - Parameters:
    ///   - protocol: the port's, in capitals.
    ///   - tls: the server's own, where it has one.
    init(_ protocol: SchemaReader, tls: SchemaReader?) throws(SchemaError) {
        switch try `protocol`.string().uppercased() {
        case "HTTP", "HTTP2", "GRPC":
            if let tls { throw tls.error("belongs to protocol HTTPS, not to \(`protocol`.value.text)") }
            self = .plain
        case "HTTPS":
            guard let tls else {
                throw `protocol`.error("HTTPS needs \"tls\" beside the port: mode, certificate and key")
            }
            self = .terminated(try Gateway.Termination(tls))
        default:
            throw `protocol`.error(
                "\(`protocol`.value.text) is not supported; supported here: HTTP, HTTP2, GRPC, HTTPS")
        }
    }
}

extension Gateway.Termination {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "mode", "serverCertificate", "privateKey", "caCertificates", "subjectAltNames", "minProtocolVersion",
            ],
            unsupported: [
                "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates", "verifyCertificateSpki",
                "verifyCertificateHash", "maxProtocolVersion", "cipherSuites", "caCrl", "caCertCredentialName",
            ])
        let isMutual: Bool = try fields.required("mode").choice(["SIMPLE": false, "MUTUAL": true])
        certificateFile = try Self.file(fields.required("serverCertificate"))
        keyFile = try Self.file(fields.required("privateKey"))
        if let roots = fields["caCertificates"] {
            guard isMutual else { throw roots.error("is for mode MUTUAL; remove it, or set the mode") }
            clientRootsFile = try Self.file(roots)
        } else if isMutual {
            throw reader.error("MUTUAL needs \"caCertificates\": what clients' certificates must chain to")
        }
        clientNames = try fields["subjectAltNames"]?.strings() ?? []
        if let names = fields["subjectAltNames"] {
            guard isMutual else { throw names.error("is for mode MUTUAL; remove it, or set the mode") }
            guard clientNames.allSatisfy({ $0.contains("://") }) else {
                throw names.error("only URIs are supported, such as spiffe://cluster.local/ns/shop/sa/web")
            }
        }
        needsTLS13 =
            try fields["minProtocolVersion"]?.choice(["TLS_AUTO": false, "TLSV1_2": false, "TLSV1_3": true]) ?? false
    }

    private static func file(_ reader: SchemaReader) throws(SchemaError) -> String {
        let path = try reader.nonEmptyString()
        guard path.hasPrefix("/") else {
            throw reader.error("\"\(path)\" is not the whole path of a file beside the gateway's proxy")
        }
        return path
    }
}
