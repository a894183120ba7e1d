package import JSONWire

extension DataSource: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["filename", "inline_string"],
            unsupported: ["inline_bytes", "environment_variable", "watched_directory"])
        switch try fields.one(of: "filename", "inline_string") {
        case ("filename", let path)?: self = .file(path: try path.nonEmptyString())
        case (_, let text)?: self = .inline(try text.nonEmptyString())
        case nil: throw fields.error("either \"filename\" or \"inline_string\" is required")
        }
    }

    package var json: JSONValue {
        switch self {
        case .file(let path): ["filename": .string(path)]
        case .inline(let text): ["inline_string": .string(text)]
        }
    }
}

extension TLSCertificate: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["certificate_chain", "private_key"],
            unsupported: [
                "pkcs12", "watched_directory", "private_key_provider", "password", "ocsp_staple",
                "signed_certificate_timestamp",
            ])
        chain = try DataSource(fields.required("certificate_chain"))
        privateKey = try DataSource(fields.required("private_key"))
    }

    package var json: JSONValue { ["certificate_chain": chain.json, "private_key": privateKey.json] }
}

extension CertificateValidation: DiscoveryMessage {
    private enum NameKind: String, CaseIterable {
        case uri = "URI"
        case dns = "DNS"
    }

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["trusted_ca", "match_typed_subject_alt_names"],
            unsupported: [
                "ca_certificate_provider_instance", "system_root_certs", "watched_directory",
                "verify_certificate_spki", "verify_certificate_hash", "match_subject_alt_names",
                "require_signed_certificate_timestamp", "crl", "allow_expired_certificate", "trust_chain_verification",
                "custom_validator_config", "only_verify_leaf_cert_crl", "max_verify_depth",
                "auto_sni_san_match",
            ])
        trustedCA = try fields["trusted_ca"].map(DataSource.init)
        acceptedURIs = []
        for matcher in try fields["match_typed_subject_alt_names"]?.items() ?? [] {
            let fields = try matcher.fields(["san_type", "matcher"], unsupported: ["oid"])
            let name = try fields.required("matcher").fields(
                ["exact"], unsupported: ["prefix", "suffix", "contains", "safe_regex", "ignore_case", "custom"]
            ).required("exact").nonEmptyString()
            switch try fields.required("san_type").choice(of: NameKind.self) {
            case .uri: acceptedURIs.append(name)
            case .dns: acceptedHosts.append(name)
            }
        }
    }

    package var json: JSONValue {
        .message([
            "trusted_ca": trustedCA?.json,
            "match_typed_subject_alt_names": .array(
                unlessEmpty: acceptedURIs.map { ["san_type": "URI", "matcher": ["exact": .string($0)]] }
                    + acceptedHosts.map { ["san_type": "DNS", "matcher": ["exact": .string($0)]] }),
        ])
    }
}

extension SecretReference: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["name", "sds_config"])
        name = try fields.required("name").nonEmptyString()
        source = try fields["sds_config"].map(ConfigSource.init)
    }

    package var json: JSONValue { .message(["name": .string(name), "sds_config": source?.json]) }
}

extension Secret: DiscoveryResource {
    package static let typeURL = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
    package var resourceName: String { name }

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.resourceFields(
            Self.typeURL, ["name", "tls_certificate", "validation_context"],
            unsupported: ["session_ticket_keys", "generic_secret"])
        name = try fields.required("name").nonEmptyString()
        switch try fields.one(of: "tls_certificate", "validation_context") {
        case ("tls_certificate", let value)?: content = .certificate(try TLSCertificate(value))
        case (_, let value)?: content = .validation(try CertificateValidation(value))
        case nil: throw fields.error("either \"tls_certificate\" or \"validation_context\" is required")
        }
    }

    package var json: JSONValue {
        switch content {
        case .certificate(let certificate): ["name": .string(name), "tls_certificate": certificate.json]
        case .validation(let validation): ["name": .string(name), "validation_context": validation.json]
        }
    }
}
