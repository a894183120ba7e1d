import JSONWire

extension DestinationRule.Policy.TLS {
    private enum Mode: String, CaseIterable {
        case disable = "DISABLE"
        case simple = "SIMPLE"
        case mutual = "MUTUAL"
        case istioMutual = "ISTIO_MUTUAL"
    }

    private static let details = ["clientCertificate", "privateKey", "caCertificates", "subjectAltNames", "sni"]

    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["mode"] + Self.details, unsupported: ["credentialName", "insecureSkipVerify", "caCrl"])
        let mode = try fields.required("mode")
        let kind = try mode.choice(of: Mode.self)
        switch kind {
        case .disable, .istioMutual:
            if let name = fields.present("clientCertificate", "privateKey", "caCertificates", "subjectAltNames", "sni")
                .first
            {
                throw fields[name]?.error("means nothing with \(kind.rawValue); use SIMPLE or MUTUAL, or remove it")
                    ?? reader.error(name)
            }
            self = kind == .disable ? .disable : .istioMutual
        case .simple, .mutual:
            var origination = DestinationRule.Policy.TLSOrigination(
                roots: try fields["caCertificates"]?.nonEmptyString(), serverName: try fields["sni"]?.nonEmptyString())
            for name in try fields["subjectAltNames"]?.items() ?? [] {
                let text = try name.nonEmptyString()
                guard !text.contains("://") else {
                    throw name.error("\"\(text.prefix(80))\" is a URI; only DNS names are supported here")
                }
                origination.acceptedNames.append(text)
            }
            if kind == .mutual {
                origination.certificate = .init(
                    chain: try fields.required("clientCertificate").nonEmptyString(),
                    privateKey: try fields.required("privateKey").nonEmptyString())
            } else if let extra = fields["clientCertificate"] ?? fields["privateKey"] {
                throw extra.error("is shown with MUTUAL only; SIMPLE shows no certificate")
            }
            self = .origination(origination)
        }
    }
}
