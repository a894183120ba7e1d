package import JSONWire

extension HTTPConnectionManager: DiscoveryMessage {
    private static let typeURL =
        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL,
            [
                "stat_prefix", "codec_type", "rds", "route_config", "http_filters", "server_name",
                "common_http_protocol_options", "stream_idle_timeout", "request_headers_timeout", "use_remote_address",
                "http_protocol_options", "http2_protocol_options", "normalize_path", "proxy_100_continue",
                "upgrade_configs", "access_log", "forward_client_cert_details", "set_current_client_cert_details",
            ],
            unsupported: [
                "scoped_routes", "add_user_agent", "tracing",
                "http3_protocol_options", "server_header_transformation", "scheme_header_transformation",
                "max_request_headers_kb", "request_timeout", "drain_timeout", "delayed_close_timeout",
                "access_log_options", "xff_num_trusted_hops", "original_ip_detection_extensions",
                "early_header_mutation_extensions", "internal_address_config", "skip_xff_append", "via",
                "generate_request_id", "preserve_external_request_id", "always_set_request_id_in_response",
                "merge_slashes", "path_with_escaped_slashes_action",
                "request_id_extension", "local_reply_config", "strip_matching_host_port", "strip_any_host_port",
                "stream_error_on_invalid_http_message", "path_normalization_options", "strip_trailing_host_dot",
                "proxy_status_config", "append_x_forwarded_port", "append_local_overload",
                "max_requests_per_connection",
            ])
        statPrefix = try fields.required("stat_prefix").nonEmptyString()
        codec = try fields["codec_type"]?.choice(of: Codec.self) ?? .auto
        serverName = try fields["server_name"]?.nonEmptyString()
        streamIdleTimeout = try fields["stream_idle_timeout"]?.duration()
        requestHeadersTimeout = try fields["request_headers_timeout"]?.duration()
        useRemoteAddress = try fields["use_remote_address"]?.bool() ?? false
        normalizesPath = try fields["normalize_path"]?.bool() ?? false
        idleTimeout = try fields["common_http_protocol_options"]?.fields(
            ["idle_timeout"],
            unsupported: [
                "max_connection_duration", "max_headers_count", "max_response_headers_kb", "max_stream_duration",
                "headers_with_underscores_action", "max_requests_per_connection",
            ])["idle_timeout"]?.duration()

        passesContinue = try fields["proxy_100_continue"]?.bool() ?? false
        passesTrailers = try fields["http_protocol_options"].map(http1Trailers) ?? false
        upgrades = try fields["upgrade_configs"]?.each(UpgradeRule.init(ofManager:)) ?? []
        http2 = try fields["http2_protocol_options"].map(HTTP2Options.init)

        clientCertificate = try ClientCertificateHeader(
            mode: fields["forward_client_cert_details"], details: fields["set_current_client_cert_details"])
        accessLogs = try fields["access_log"]?.each { (log) throws(SchemaError) in try AccessLog(log) } ?? []

        switch try fields.one(of: "rds", "route_config") {
        case ("route_config", let config)?: routes = .inline(try RouteConfiguration(config))
        case (_, let rds)?:
            let rds = try rds.fields(["route_config_name", "config_source"])
            routes = .discovered(
                name: try rds.required("route_config_name").nonEmptyString(),
                source: try ConfigSource(rds.required("config_source")))
        case nil: throw fields.error("either \"route_config\" or \"rds\" is required")
        }

        let chain = try fields.required("http_filters")
        let steps = try chain.each(HTTPFilter.init(element:))
        filters = steps.compactMap(\.self)
        guard steps.last == .some(nil), filters.count == steps.count - 1 else {
            throw chain.error("the last HTTP filter, and only that, must be \"\(HTTPFilter.routerName)\"")
        }
        for (index, filter) in filters.enumerated()
        where !filter.mayRepeat && filters[..<index].contains(where: { $0.name == filter.name }) {
            throw chain.error("\"\(filter.name)\" stands there twice")
        }
    }

    package var json: JSONValue {
        let inline: JSONValue?
        let discovered: JSONValue?
        switch routes {
        case .inline(let configuration): (inline, discovered) = (configuration.json, nil)
        case .discovered(let name, let source):
            (inline, discovered) = (nil, ["route_config_name": .string(name), "config_source": source.json])
        }
        return .message([
            "stat_prefix": .string(statPrefix),
            "codec_type": codec == .auto ? nil : .string(codec.rawValue),
            "route_config": inline,
            "rds": discovered,
            "http_filters": .array(filters.map(\.element) + [HTTPFilter.router]),
            "server_name": serverName.map { .string($0) },
            "common_http_protocol_options": idleTimeout.map { ["idle_timeout": .duration($0)] },
            "http_protocol_options": passesTrailers ? ["enable_trailers": true] : nil,
            "http2_protocol_options": http2?.json,
            "stream_idle_timeout": streamIdleTimeout.map { .duration($0) },
            "request_headers_timeout": requestHeadersTimeout.map { .duration($0) },
            "use_remote_address": useRemoteAddress ? true : nil,
            "normalize_path": normalizesPath ? true : nil,
            "proxy_100_continue": passesContinue ? true : nil,
            "upgrade_configs": .array(unlessEmpty: upgrades.map(\.json)),
            "forward_client_cert_details": clientCertificate.modeJSON,
            "set_current_client_cert_details": clientCertificate.detailsJSON,
            "access_log": .array(unlessEmpty: accessLogs.map(\.json)),
        ])
    }

    var typedJSON: JSONValue { json.typed(Self.typeURL) }
}
