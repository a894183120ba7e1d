package import JSONWire
import Patterns

extension ExternalAuthorization: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL,
            [
                "http_service", "transport_api_version", "failure_mode_allow", "failure_mode_allow_header_add",
                "status_on_error", "allowed_headers", "filter_enabled", "filter_enabled_metadata", "stat_prefix",
            ],
            unsupported: [
                "grpc_service", "with_request_body", "clear_route_cache", "metadata_context_namespaces",
                "typed_metadata_context_namespaces", "route_metadata_context_namespaces",
                "route_typed_metadata_context_namespaces", "deny_at_disable", "include_peer_certificate",
                "bootstrap_metadata_labels_key", "disallowed_headers", "include_tls_session",
                "charge_cluster_response_stats", "encode_raw_headers", "decoder_header_mutation_rules",
                "enable_dynamic_metadata_ingestion", "filter_metadata", "emit_filter_state_stats",
                "max_denied_response_body_bytes", "enforce_response_header_limits", "validate_mutations",
            ])
        _ = try fields["transport_api_version"]?.choice(["V3": true])
        let service = try fields.required("http_service").fields(
            [
                "server_uri", "path_prefix", "authorization_request", "authorization_response",
            ], unsupported: ["retry_policy"])
        let server = try service.required("server_uri").fields(["uri", "cluster", "timeout"])
        let request = try service["authorization_request"]?.fields(["headers_to_add"], unsupported: ["allowed_headers"])
        let response = try service["authorization_response"]?.fields(
            [
                "allowed_upstream_headers", "allowed_upstream_headers_to_append", "allowed_client_headers",
                "allowed_client_headers_on_success",
            ], unsupported: ["dynamic_metadata_from_headers"])
        self.init(
            cluster: try server.required("cluster").nonEmptyString(), uri: try server.required("uri").nonEmptyString(),
            timeout: try server.required("timeout").duration(),
            pathPrefix: try service["path_prefix"]?.string() ?? "",
            allowedHeaders: try Self.matchers(fields["allowed_headers"]),
            addedHeaders: try request?["headers_to_add"]?.each(Self.header) ?? [],
            upstreamHeaders: try Self.matchers(response?["allowed_upstream_headers"]),
            appendedUpstreamHeaders: try Self.matchers(response?["allowed_upstream_headers_to_append"]),
            clientHeaders: try Self.matchers(response?["allowed_client_headers"]),
            clientHeadersOnSuccess: try Self.matchers(response?["allowed_client_headers_on_success"]),
            allowsOnFailure: try fields["failure_mode_allow"]?.bool() ?? false,
            marksAllowedFailures: try fields["failure_mode_allow_header_add"]?.bool() ?? false,
            statusOnError: try fields["status_on_error"].map(Self.status),
            enabled: try fields["filter_enabled"].map(FractionalPercent.readRuntime),
            trigger: try fields["filter_enabled_metadata"].map(Self.trigger),
            statPrefix: try fields["stat_prefix"]?.string())
    }

    /// `ListStringMatcher`.
    private static func matchers(_ reader: SchemaReader?) throws(SchemaError) -> [Route.StringCondition] {
        try reader?.fields(["patterns"]).required("patterns").each(Route.StringCondition.init(matcher:)) ?? []
    }

    private static func header(_ reader: SchemaReader) throws(SchemaError) -> HeaderOperations.Addition {
        let fields = try reader.fields(["key", "value"], unsupported: ["raw_value"])
        return HeaderOperations.Addition(
            name: try fields.required("key").nonEmptyString(), template: try FormatString(reading: fields["value"]),
            appends: false)
    }

    private static func status(_ reader: SchemaReader) throws(SchemaError) -> Int {
        let code = try reader.fields(["code"]).required("code")
        switch code.value.string {
        case "Forbidden": return 403
        case "ServiceUnavailable": return 503
        default: return try code.integer(in: 100...599)
        }
    }

    private static func trigger(_ reader: SchemaReader) throws(SchemaError) -> Trigger {
        let fields = try reader.fields(["filter", "path", "value", "invert"])
        let value = try fields.required("value").fields(
            ["string_match"],
            unsupported: ["null_match", "double_match", "bool_match", "present_match", "list_match", "or_match"])
        return Trigger(
            filter: try fields.required("filter").nonEmptyString(),
            path: try fields.required("path").each { (segment) throws(SchemaError) in
                try segment.fields(["key"]).required("key").nonEmptyString()
            },
            value: try Route.StringCondition(matcher: value.required("string_match")),
            isInverted: try fields["invert"]?.bool() ?? false)
    }

    package var json: JSONValue {
        func matchers(_ list: [Route.StringCondition]) -> JSONValue? {
            list.isEmpty ? nil : ["patterns": .array(list.map(\.matcher))]
        }
        let request: JSONValue = .message([
            "headers_to_add": .array(
                unlessEmpty: addedHeaders.map { ["key": .string($0.name), "value": .string($0.value.source)] })
        ])
        let response: JSONValue = .message([
            "allowed_upstream_headers": matchers(upstreamHeaders),
            "allowed_upstream_headers_to_append": matchers(appendedUpstreamHeaders),
            "allowed_client_headers": matchers(clientHeaders),
            "allowed_client_headers_on_success": matchers(clientHeadersOnSuccess),
        ])
        return .message([
            "http_service": .message([
                "server_uri": [
                    "uri": .string(uri), "cluster": .string(cluster), "timeout": .duration(timeout),
                ],
                "path_prefix": pathPrefix.isEmpty ? nil : .string(pathPrefix),
                "authorization_request": request == .message([:]) ? nil : request,
                "authorization_response": response == .message([:]) ? nil : response,
            ]),
            "transport_api_version": "V3",
            "failure_mode_allow": allowsOnFailure ? true : nil,
            "failure_mode_allow_header_add": marksAllowedFailures ? true : nil,
            "status_on_error": statusOnError.map { ["code": .integer(Int64($0))] },
            "allowed_headers": matchers(allowedHeaders),
            "filter_enabled": enabled?.runtime,
            "filter_enabled_metadata": trigger.map { trigger in
                .message([
                    "filter": .string(trigger.filter), "path": .array(trigger.path.map { ["key": .string($0)] }),
                    "value": ["string_match": trigger.value.matcher], "invert": trigger.isInverted ? true : nil,
                ])
            },
            "stat_prefix": statPrefix.map { .string($0) },
        ])
    }
}

/// What a route says of ``ExternalAuthorization``: Envoy's `ExtAuthzPerRoute`.
enum ExternalAuthorizationOverride {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute"

    /// Whether the route's requests pass unasked.
    static func isDisabled(_ reader: SchemaReader) throws(SchemaError) -> Bool {
        let fields = try reader.anyFields(typeURL, ["disabled", "check_settings"])
        guard let (name, value) = try fields.one(of: "disabled", "check_settings") else {
            throw fields.error("either \"disabled\" or \"check_settings\" is required")
        }
        if name == "disabled" {
            guard try value.bool() else { throw value.error("must be true; leave it out instead") }
            return true
        }
        _ = try value.fields(
            [],
            unsupported: [
                "context_extensions", "disable_request_body_buffering", "with_request_body", "grpc_service",
                "http_service",
            ])
        return false
    }

    static func json(isDisabled: Bool) -> JSONValue { isDisabled ? ["disabled": true] : ["check_settings": [:]] }
}
