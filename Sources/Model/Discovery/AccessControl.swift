package import JSONWire

/// The filter that lets requests pass or not: Envoy's `filters.http.rbac.v3.RBAC`.
package struct HTTPAccessControl: Hashable, Sendable {
    /// In force. Nothing lets everything pass; rules without a policy let nothing pass, if they allow.
    package var rules: AccessRules?
    /// Only tried: what they would do is counted.
    package var shadowRules: AccessRules?
    /// What stands before the names of what the shadow rules leave for filters after, and in statistics.
    package var shadowPrefix: String
    /// Whether every policy is counted by itself. Here all are.
    package var countsPolicies: Bool

    package init(
        rules: AccessRules? = nil, shadowRules: AccessRules? = nil, shadowPrefix: String = "",
        countsPolicies: Bool = false
    ) {
        self.rules = rules
        self.shadowRules = shadowRules
        self.shadowPrefix = shadowPrefix
        self.countsPolicies = countsPolicies
    }
}

/// The same for connections that are no HTTP: Envoy's `filters.network.rbac.v3.RBAC`.
package struct NetworkAccessControl: Hashable, Sendable {
    package var rules: AccessRules?
    package var shadowRules: AccessRules?
    package var shadowPrefix: String
    /// Not empty.
    package var statPrefix: String

    package init(
        rules: AccessRules? = nil, shadowRules: AccessRules? = nil, shadowPrefix: String = "",
        statPrefix: String = "tcp."
    ) {
        self.rules = rules
        self.shadowRules = shadowRules
        self.shadowPrefix = shadowPrefix
        self.statPrefix = statPrefix
    }
}

extension HTTPAccessControl: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"
    static let filterName = "envoy.filters.http.rbac"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL, ["rules", "shadow_rules", "shadow_rules_stat_prefix", "track_per_rule_stats"],
            unsupported: ["matcher", "shadow_matcher", "rules_stat_prefix"])
        rules = try fields["rules"].map(AccessRules.init)
        shadowRules = try fields["shadow_rules"].map(AccessRules.init)
        shadowPrefix = try fields["shadow_rules_stat_prefix"]?.string() ?? ""
        countsPolicies = try fields["track_per_rule_stats"]?.bool() ?? false
    }

    package var json: JSONValue {
        .message([
            "rules": rules?.json, "shadow_rules": shadowRules?.json,
            "shadow_rules_stat_prefix": shadowPrefix.isEmpty ? nil : .string(shadowPrefix),
            "track_per_rule_stats": countsPolicies ? true : nil,
        ])
    }
}

extension NetworkAccessControl: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC"
    static let filterName = "envoy.filters.network.rbac"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL, ["rules", "shadow_rules", "shadow_rules_stat_prefix", "stat_prefix", "enforcement_type"],
            unsupported: ["matcher", "shadow_matcher", "delay_deny"])
        rules = try fields["rules"].map(Self.rules)
        shadowRules = try fields["shadow_rules"].map(Self.rules)
        shadowPrefix = try fields["shadow_rules_stat_prefix"]?.string() ?? ""
        statPrefix = try fields.required("stat_prefix").nonEmptyString()
        try fields["enforcement_type"]?.mustBe(
            "ONE_TIME_ON_FIRST_BYTE", because: "a connection is judged once, when its first bytes have come")
    }

    private static func rules(_ reader: SchemaReader) throws(SchemaError) -> AccessRules {
        let rules = try AccessRules(reader)
        guard !rules.asksForHeaders else { throw reader.error("\"header\" is only for HTTP, as a connection has none") }
        return rules
    }

    package var json: JSONValue {
        .message([
            "rules": rules?.json, "shadow_rules": shadowRules?.json,
            "shadow_rules_stat_prefix": shadowPrefix.isEmpty ? nil : .string(shadowPrefix),
            "stat_prefix": .string(statPrefix),
        ])
    }

    /// The message with its type in front, as it stands in a filter chain.
    package var typedJSON: JSONValue { json.typed(Self.typeURL) }
}
