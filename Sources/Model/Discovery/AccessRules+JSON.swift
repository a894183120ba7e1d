package import JSONWire
import MeshModel

extension AccessRules: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["action", "policies"], unsupported: ["audit_condition", "audit_logging_options"])
        action = try fields["action"]?.choice(of: Action.self) ?? .allow
        policies = [:]
        for (name, policy) in try fields["policies"]?.entries() ?? [] { policies[name] = try Policy(policy) }
    }

    package var json: JSONValue {
        let sorted = policies.sorted { $0.key < $1.key }
        return .message([
            "action": action == .allow ? nil : .string(action.rawValue),
            "policies": policies.isEmpty ? nil : .object(JSONObject(sorted.map { ($0.key, $0.value.json) })),
        ])
    }
}

extension AccessRules.Policy: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["permissions", "principals"], unsupported: ["condition", "checked_condition", "cel_config"])
        permissions = try fields.required("permissions").some(AccessPermission.init)
        principals = try fields.required("principals").some(AccessPrincipal.init)
    }

    package var json: JSONValue {
        [
            "permissions": .array(permissions.map(\.json)),
            "principals": .array(principals.map(\.json)),
        ]
    }
}

extension AccessPermission: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let (name, value) = try reader.onlyField(
            [
                "and_rules", "or_rules", "any", "header", "url_path", "destination_ip", "destination_port", "metadata",
                "not_rule", "requested_server_name", "uri_template",
            ], unsupported: ["destination_port_range", "matcher", "sourced_metadata"])
        switch name {
        case "and_rules": self = .all(try value.fields(["rules"]).required("rules").some(AccessPermission.init))
        case "or_rules": self = .any(try value.fields(["rules"]).required("rules").some(AccessPermission.init))
        case "any":
            try value.mustBe(true, because: "the opposite is \"not_rule\"")
            self = .everything
        case "header": self = .header(try Route.HeaderMatcher(value))
        case "url_path": self = .path(try StringMatcher(pathMatcher: value))
        case "destination_ip": self = .destination(try AddressRange(value))
        case "destination_port": self = .destinationPort(UInt16(clamping: try value.integer(in: 0...65535)))
        case "metadata": self = .metadata(try MetadataMatcher(value))
        case "not_rule": self = .not(try AccessPermission(value))
        case "uri_template": self = .pathTemplate(try PathTemplate(extension: value))
        default: self = .serverName(try StringMatcher(value))
        }
    }

    package var json: JSONValue {
        switch self {
        case .all(let rules): ["and_rules": ["rules": .array(rules.map(\.json))]]
        case .any(let rules): ["or_rules": ["rules": .array(rules.map(\.json))]]
        case .not(let rule): ["not_rule": rule.json]
        case .everything: ["any": true]
        case .header(let matcher): ["header": matcher.json]
        case .path(let condition): ["url_path": ["path": condition.json]]
        case .pathTemplate(let template): ["uri_template": template.extensionJSON]
        case .destination(let range): ["destination_ip": range.json]
        case .destinationPort(let port): ["destination_port": .integer(Int64(port))]
        case .serverName(let condition): ["requested_server_name": condition.json]
        case .metadata(let matcher): ["metadata": matcher.json]
        }
    }
}

extension AccessPrincipal: DiscoveryMessage {
    private static let peerIdentityKey = "io.istio.peer_principal"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let (name, value) = try reader.onlyField(
            [
                "and_ids", "or_ids", "any", "authenticated", "source_ip", "direct_remote_ip", "remote_ip", "header",
                "url_path", "metadata", "filter_state", "not_id",
            ], unsupported: ["sourced_metadata", "custom"])
        switch name {
        case "and_ids": self = .all(try value.fields(["ids"]).required("ids").some(AccessPrincipal.init))
        case "or_ids": self = .any(try value.fields(["ids"]).required("ids").some(AccessPrincipal.init))
        case "any":
            try value.mustBe(true, because: "the opposite is \"not_id\"")
            self = .everybody
        case "authenticated":
            let name = try value.fields(["principal_name"])["principal_name"]
            self = .authenticated(try name.map { (name) throws(SchemaError) in try StringMatcher(name) })
        // Deprecated; without PROXY protocol, which nobody speaks here, it is the same.
        case "source_ip", "direct_remote_ip": self = .peer(try AddressRange(value))
        case "remote_ip": self = .client(try AddressRange(value))
        case "header": self = .header(try Route.HeaderMatcher(value))
        case "url_path": self = .path(try StringMatcher(pathMatcher: value))
        case "metadata": self = .metadata(try MetadataMatcher(value))
        case "not_id": self = .not(try AccessPrincipal(value))
        default:
            let fields = try value.fields(["key", "string_match"], unsupported: ["address_match"])
            try fields.required("key").mustBe(
                .string(Self.peerIdentityKey), because: "no other state is kept of a connection")
            self = .peerIdentity(try StringMatcher(fields.required("string_match")))
        }
    }

    package var json: JSONValue {
        switch self {
        case .all(let ids): ["and_ids": ["ids": .array(ids.map(\.json))]]
        case .any(let ids): ["or_ids": ["ids": .array(ids.map(\.json))]]
        case .not(let id): ["not_id": id.json]
        case .everybody: ["any": true]
        case .authenticated(let name): ["authenticated": .message(["principal_name": name?.json])]
        case .peer(let range): ["direct_remote_ip": range.json]
        case .client(let range): ["remote_ip": range.json]
        case .header(let matcher): ["header": matcher.json]
        case .path(let condition): ["url_path": ["path": condition.json]]
        case .metadata(let matcher): ["metadata": matcher.json]
        case .peerIdentity(let condition):
            ["filter_state": ["key": .string(Self.peerIdentityKey), "string_match": condition.json]]
        }
    }
}

extension AddressRange {
    /// Reads Envoy's `core.v3.CidrRange`.
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["address_prefix", "prefix_len"])
        let prefix = try fields.required("address_prefix")
        let text = try prefix.string()
        guard let address = IPAddress(text) else { throw prefix.error("\"\(text)\" is not an IP address") }
        let length = try fields["prefix_len"]?.integer(in: 0...address.bitCount) ?? 0
        guard let range = AddressRange(address, length: length) else { throw reader.error("is no range of addresses") }
        self = range
    }

    var json: JSONValue {
        ["address_prefix": .string(first.description), "prefix_len": .integer(Int64(length))]
    }
}

extension StringMatcher {
    /// Reads Envoy's `type.matcher.v3.PathMatcher`.
    fileprivate init(pathMatcher reader: SchemaReader) throws(SchemaError) {
        try self.init(reader.fields(["path"]).required("path"))
    }
}

extension SchemaReader {
    /// The elements of a list that must have some.
    func some<Element>(
        _ read: (SchemaReader) throws(SchemaError) -> Element
    ) throws(SchemaError) -> [Element] {
        let elements = try each(read)
        guard !elements.isEmpty else { throw error("must hold something") }
        return elements
    }

    /// The one field of a message that is nothing but a `oneof`.
    func onlyField(
        _ names: [String], unsupported: [String]
    ) throws(SchemaError) -> (name: String, value: SchemaReader) {
        let fields = try fields(names, unsupported: unsupported)
        let found = names.compactMap { name in fields[name].map { (name, $0) } }
        guard found.count == 1, let only = found.first else {
            throw error("exactly one of \(names.joined(separator: ", ")) is required")
        }
        return only
    }
}
