package import JSONWire

private let socketName = "envoy.transport_sockets.tls"
private let rawBufferType = "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"

extension DownstreamTLSContext: DiscoveryMessage {
    private static let typeURL = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL, ["common_tls_context", "require_client_certificate"],
            unsupported: [
                "require_sni", "session_ticket_keys", "session_ticket_keys_sds_secret_config",
                "disable_stateless_session_resumption", "disable_stateful_session_resumption", "session_timeout",
                "ocsp_staple_policy", "full_scan_certs_on_sni_mismatch", "prefer_client_ciphers",
            ])
        let context = try fields.required("common_tls_context")
        common = try CommonTLSContext(context)
        requiresClientCertificate = try fields["require_client_certificate"]?.bool() ?? false
        if case .none = common.certificate {
            throw context.error("a listener needs \"tls_certificates\" or \"tls_certificate_sds_secret_configs\"")
        }
        if requiresClientCertificate, case .none = common.validation {
            throw context.error("\"require_client_certificate\" needs a validation context to judge it by")
        }
    }

    /// Reads a `transport_socket`; nothing when it is plain text.
    init?(transportSocket reader: SchemaReader) throws(SchemaError) {
        guard let config = try tlsConfiguration(of: reader) else { return nil }
        try self.init(config)
    }

    package var json: JSONValue {
        .message([
            "common_tls_context": common.json, "require_client_certificate": requiresClientCertificate ? true : nil,
        ])
    }

    var transportSocket: JSONValue {
        ["name": .string(socketName), "typed_config": json.typed(Self.typeURL)]
    }
}

extension UpstreamTLSContext: DiscoveryMessage {
    private static let typeURL = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL, ["common_tls_context", "sni"],
            unsupported: [
                "auto_host_sni", "auto_sni_san_validation", "allow_renegotiation", "max_session_keys",
                "enforce_rsa_key_usage",
            ])
        common = try fields["common_tls_context"].map(CommonTLSContext.init) ?? CommonTLSContext()
        serverName = try fields["sni"]?.nonEmptyString()
    }

    /// Reads a `transport_socket`; nothing when it is plain text.
    init?(transportSocket reader: SchemaReader) throws(SchemaError) {
        guard let config = try tlsConfiguration(of: reader) else { return nil }
        try self.init(config)
    }

    package var json: JSONValue {
        .message(["common_tls_context": common.json, "sni": serverName.map { .string($0) }])
    }

    var transportSocket: JSONValue {
        ["name": .string(socketName), "typed_config": json.typed(Self.typeURL)]
    }
}

/// The TLS configuration inside a `transport_socket`; nothing when the socket is plain text.
private func tlsConfiguration(of reader: SchemaReader) throws(SchemaError) -> SchemaReader? {
    let fields = try reader.fields(["name", "typed_config"])
    let config = try fields.required("typed_config")
    guard config.value["@type"]?.string != rawBufferType else { return nil }
    return config
}

extension CommonTLSContext: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "tls_params", "tls_certificates", "tls_certificate_sds_secret_configs", "validation_context",
                "validation_context_sds_secret_config", "combined_validation_context", "alpn_protocols",
            ],
            unsupported: [
                "tls_certificate_provider_instance", "custom_tls_certificate_selector",
                "tls_certificate_certificate_provider", "tls_certificate_certificate_provider_instance",
                "validation_context_certificate_provider", "validation_context_certificate_provider_instance",
                "custom_handshaker", "key_log",
            ])
        certificate = try Self.certificate(fields)
        validation = try Self.validation(fields)
        alpn = try fields["alpn_protocols"]?.strings() ?? []
        let parameters = try fields["tls_params"]?.fields(
            ["tls_minimum_protocol_version", "tls_maximum_protocol_version"],
            unsupported: ["cipher_suites", "ecdh_curves", "signature_algorithms", "compliance_policies"])
        minimumVersion = try parameters?["tls_minimum_protocol_version"]?.choice(of: Version.self) ?? .tls12
        maximumVersion = try parameters?["tls_maximum_protocol_version"]?.choice(of: Version.self) ?? .tls13
        guard minimumVersion <= maximumVersion else {
            throw fields.error("the minimum protocol version is above the maximum")
        }
    }

    private static func certificate(_ fields: SchemaFields) throws(SchemaError) -> Certificate {
        switch try fields.one(of: "tls_certificates", "tls_certificate_sds_secret_configs") {
        case ("tls_certificates", let list)?:
            let certificates = try list.each(TLSCertificate.init)
            guard certificates.count == 1, let certificate = certificates.first else {
                throw list.error("expected exactly one certificate")
            }
            return .inline(certificate)
        case (_, let list)?:
            let references = try list.each(SecretReference.init)
            guard references.count == 1, let reference = references.first else {
                throw list.error("expected exactly one secret")
            }
            return .secret(reference)
        case nil: return .none
        }
    }

    private static func validation(_ fields: SchemaFields) throws(SchemaError) -> Validation {
        let found = try fields.one(
            of: "validation_context", "validation_context_sds_secret_config", "combined_validation_context")
        switch found {
        case ("validation_context", let context)?: return .inline(try CertificateValidation(context))
        case ("validation_context_sds_secret_config", let secret)?: return .secret(try SecretReference(secret))
        case (_, let combined)?:
            let parts = try combined.fields(["default_validation_context", "validation_context_sds_secret_config"])
            return .combined(
                try CertificateValidation(parts.required("default_validation_context")),
                roots: try SecretReference(parts.required("validation_context_sds_secret_config")))
        case nil: return .none
        }
    }

    package var json: JSONValue {
        var object = JSONObject()
        if minimumVersion != .tls12 || maximumVersion != .tls13 {
            object["tls_params"] = [
                "tls_minimum_protocol_version": .string(minimumVersion.rawValue),
                "tls_maximum_protocol_version": .string(maximumVersion.rawValue),
            ]
        }
        switch certificate {
        case .none: break
        case .inline(let certificate): object["tls_certificates"] = [certificate.json]
        case .secret(let reference): object["tls_certificate_sds_secret_configs"] = [reference.json]
        }
        switch validation {
        case .none: break
        case .inline(let validation): object["validation_context"] = validation.json
        case .secret(let reference): object["validation_context_sds_secret_config"] = reference.json
        case .combined(let validation, let roots):
            object["combined_validation_context"] = [
                "default_validation_context": validation.json,
                "validation_context_sds_secret_config": roots.json,
            ]
        }
        object["alpn_protocols"] = .strings(unlessEmpty: alpn)
        return .object(object)
    }
}
