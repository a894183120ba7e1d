package import JSONWire

extension UpstreamProtocol: DiscoveryMessage {
    private static let extensionName = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    private static let typeURL = "type.googleapis.com/" + extensionName

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL, ["explicit_http_config", "use_downstream_protocol_config"],
            unsupported: [
                "common_http_protocol_options", "upstream_http_protocol_options", "auto_config", "http_filters",
                "header_validation_config", "outlier_detection", "retry_policy",
            ])
        switch try fields.one(of: "explicit_http_config", "use_downstream_protocol_config") {
        case ("explicit_http_config", let config)?:
            let choices = try config.fields(
                ["http_protocol_options", "http2_protocol_options"], unsupported: ["http3_protocol_options"])
            switch try choices.one(of: "http_protocol_options", "http2_protocol_options") {
            case ("http2_protocol_options", let options)?: self.init(.http2, http2: try HTTP2Options(options))
            case (_, let options)?: self.init(.http1, passesTrailers: try http1Trailers(options))
            case nil:
                throw choices.error("either \"http_protocol_options\" or \"http2_protocol_options\" is required")
            }
        case (_, let config)?:
            let choices = try config.fields(
                ["http_protocol_options", "http2_protocol_options"], unsupported: ["http3_protocol_options"])
            self.init(
                .downstream, http2: try choices["http2_protocol_options"].map(HTTP2Options.init) ?? HTTP2Options(),
                passesTrailers: try choices["http_protocol_options"].map(http1Trailers) ?? false)
        case nil:
            throw fields.error("either \"explicit_http_config\" or \"use_downstream_protocol_config\" is required")
        }
    }

    /// Reads a cluster's `typed_extension_protocol_options`; nothing when there are none.
    init?(extensionOptions reader: SchemaReader) throws(SchemaError) {
        var found: UpstreamProtocol?
        for (name, options) in try reader.entries() {
            guard name == Self.extensionName else {
                throw options.error("\"\(name)\" is not supported; only \"\(Self.extensionName)\"")
            }
            found = try UpstreamProtocol(options)
        }
        guard let found else { return nil }
        self = found
    }

    package var json: JSONValue {
        switch version {
        case .http1: ["explicit_http_config": ["http_protocol_options": http1]]
        case .http2: ["explicit_http_config": ["http2_protocol_options": http2.json]]
        case .downstream:
            ["use_downstream_protocol_config": ["http_protocol_options": http1, "http2_protocol_options": http2.json]]
        }
    }

    private var http1: JSONValue { passesTrailers ? ["enable_trailers": true] : [:] }

    var extensionOptions: JSONValue {
        .object([Self.extensionName: json.typed(Self.typeURL)])
    }
}

/// Reads Envoy's `core.v3.Http1ProtocolOptions`, of which one is supported: whether trailers pass.
func http1Trailers(_ reader: SchemaReader) throws(SchemaError) -> Bool {
    try reader.fields(
        ["enable_trailers"],
        unsupported: [
            "allow_absolute_url", "accept_http_10", "default_host_for_http_10", "header_key_format",
            "allow_chunked_length", "override_stream_error_on_invalid_http_message", "send_fully_qualified_url",
            "use_balsa_parser", "allow_custom_methods", "ignore_http_11_upgrade",
        ])["enable_trailers"]?.bool() ?? false
}

extension HTTP2Options: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "max_concurrent_streams", "initial_stream_window_size", "initial_connection_window_size",
                "allow_connect",
            ],
            unsupported: [
                "hpack_table_size", "allow_metadata", "max_outbound_frames",
                "max_outbound_control_frames", "max_consecutive_inbound_frames_with_empty_payload",
                "max_inbound_priority_frames_per_stream", "max_inbound_window_update_frames_per_data_frame_sent",
                "stream_error_on_invalid_http_messaging", "override_stream_error_on_invalid_http_message",
                "custom_settings_parameters", "connection_keepalive", "use_oghttp2_codec", "max_metadata_size",
                "enable_huffman_encoding", "max_header_field_size_kb",
            ])
        concurrentStreams = try fields["max_concurrent_streams"]?.integer(in: 1...2_147_483_647)
        streamWindow = try fields["initial_stream_window_size"]?.integer(in: 65_535...2_147_483_647)
        connectionWindow = try fields["initial_connection_window_size"]?.integer(in: 65_535...2_147_483_647)
        allowsConnect = try fields["allow_connect"]?.bool() ?? false
    }

    package var json: JSONValue {
        .message([
            "max_concurrent_streams": concurrentStreams.map { .integer(Int64($0)) },
            "initial_stream_window_size": streamWindow.map { .integer(Int64($0)) },
            "initial_connection_window_size": connectionWindow.map { .integer(Int64($0)) },
            "allow_connect": allowsConnect ? true : nil,
        ])
    }
}
