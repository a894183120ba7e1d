package import JSONWire

/// Which pages of other origins may ask: Envoy's `cors.v3.CorsPolicy`, of a route or a virtual host. What a route leaves
/// open, its host says.
package struct CORSPolicy: Hashable, Sendable {
    package var allowedOrigins: [Route.StringCondition]
    /// Lists as the response headers have them, `GET,POST`; `*` answers with what was asked for, and empty with nothing.
    package var allowedMethods: String
    package var allowedHeaders: String
    package var exposedHeaders: String
    /// Seconds, as the response header has them; empty says nothing.
    package var maximumAge: String
    package var allowsCredentials: Bool?
    package var allowsPrivateNetwork: Bool?
    /// Envoy's default is true.
    package var forwardsUnmatchedPreflights: Bool?
    /// Of how many requests it is in force; Envoy's default is all.
    package var enabled: FractionalPercent?

    package init(
        allowedOrigins: [Route.StringCondition] = [], allowedMethods: String = "", allowedHeaders: String = "",
        exposedHeaders: String = "", maximumAge: String = "", allowsCredentials: Bool? = nil,
        allowsPrivateNetwork: Bool? = nil, forwardsUnmatchedPreflights: Bool? = nil, enabled: FractionalPercent? = nil
    ) {
        self.allowedOrigins = allowedOrigins
        self.allowedMethods = allowedMethods
        self.allowedHeaders = allowedHeaders
        self.exposedHeaders = exposedHeaders
        self.maximumAge = maximumAge
        self.allowsCredentials = allowsCredentials
        self.allowsPrivateNetwork = allowsPrivateNetwork
        self.forwardsUnmatchedPreflights = forwardsUnmatchedPreflights
        self.enabled = enabled
    }

    /// This where it says something, otherwise `general`, field by field. Whether it is in force, this says alone.
    func overriding(_ general: CORSPolicy) -> CORSPolicy {
        func either(_ own: String, _ other: String) -> String { own.isEmpty ? other : own }
        return CORSPolicy(
            allowedOrigins: allowedOrigins.isEmpty ? general.allowedOrigins : allowedOrigins,
            allowedMethods: either(allowedMethods, general.allowedMethods),
            allowedHeaders: either(allowedHeaders, general.allowedHeaders),
            exposedHeaders: either(exposedHeaders, general.exposedHeaders),
            maximumAge: either(maximumAge, general.maximumAge),
            allowsCredentials: allowsCredentials ?? general.allowsCredentials,
            allowsPrivateNetwork: allowsPrivateNetwork ?? general.allowsPrivateNetwork,
            forwardsUnmatchedPreflights: forwardsUnmatchedPreflights ?? general.forwardsUnmatchedPreflights,
            enabled: enabled)
    }
}

extension CORSPolicy: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy"
    /// Of the filter itself, which has no settings.
    static let filterTypeURL = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL,
            [
                "allow_origin_string_match", "allow_methods", "allow_headers", "expose_headers", "max_age",
                "allow_credentials", "allow_private_network_access", "forward_not_matching_preflights",
                "filter_enabled",
            ], unsupported: ["shadow_enabled"])
        self.init(
            allowedOrigins: try fields["allow_origin_string_match"]?.each(Route.StringCondition.init(matcher:)) ?? [],
            allowedMethods: try fields["allow_methods"]?.string() ?? "",
            allowedHeaders: try fields["allow_headers"]?.string() ?? "",
            exposedHeaders: try fields["expose_headers"]?.string() ?? "",
            maximumAge: try fields["max_age"]?.string() ?? "",
            allowsCredentials: try fields["allow_credentials"]?.bool(),
            allowsPrivateNetwork: try fields["allow_private_network_access"]?.bool(),
            forwardsUnmatchedPreflights: try fields["forward_not_matching_preflights"]?.bool(),
            enabled: try fields["filter_enabled"].map(FractionalPercent.readRuntime))
    }

    package var json: JSONValue {
        func text(_ text: String) -> JSONValue? { text.isEmpty ? nil : .string(text) }
        return .message([
            "allow_origin_string_match": .array(unlessEmpty: allowedOrigins.map(\.matcher)),
            "allow_methods": text(allowedMethods), "allow_headers": text(allowedHeaders),
            "expose_headers": text(exposedHeaders), "max_age": text(maximumAge),
            "allow_credentials": allowsCredentials.map { .bool($0) },
            "allow_private_network_access": allowsPrivateNetwork.map { .bool($0) },
            "forward_not_matching_preflights": forwardsUnmatchedPreflights.map { .bool($0) },
            "filter_enabled": enabled?.runtime,
        ])
    }
}
