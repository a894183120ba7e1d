package import JSONWire

extension Listener: DiscoveryResource {
    package static let typeURL = "type.googleapis.com/envoy.config.listener.v3.Listener"
    package var resourceName: String { name }

    private static let inspectorType =
        "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
    private static let inspectorName = "envoy.filters.listener.tls_inspector"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.resourceFields(
            Self.typeURL,
            [
                "name", "address", "traffic_direction", "filter_chains", "listener_filters", "enable_reuse_port",
                "listener_filters_timeout", "continue_on_listener_filters_timeout",
            ],
            unsupported: [
                "additional_addresses", "stat_prefix", "use_original_dst", "default_filter_chain",
                "per_connection_buffer_limit_bytes", "metadata", "drain_type", "transparent", "freebind",
                "socket_options",
                "tcp_fast_open_queue_length", "udp_listener_config", "api_listener", "connection_balance_config",
                "access_log", "tcp_backlog_size", "bind_to_port", "internal_listener", "enable_mptcp",
                "ignore_global_conn_limit", "max_connections_to_accept_per_socket_event",
            ])
        name = try fields["name"]?.string() ?? ""
        address = try NetworkAddress(fields.required("address"))
        trafficDirection = try fields["traffic_direction"]?.choice(of: TrafficDirection.self) ?? .unspecified
        try fields["enable_reuse_port"]?.mustBe(true, because: "every event loop accepts for itself")
        inspectsTLS = try fields["listener_filters"].map(Self.inspectsTLS) ?? false
        inspectionTimeout = try fields["listener_filters_timeout"]?.duration()
        continuesAfterInspectionTimeout = try fields["continue_on_listener_filters_timeout"]?.bool() ?? false

        let chains = try fields.required("filter_chains")
        filterChains = try chains.each(FilterChain.init)
        guard !filterChains.isEmpty else { throw chains.error("must hold at least one filter chain") }
        let matches = filterChains.flatMap(\.matches)
        guard Set(matches).count == matches.count else {
            throw chains.error("two filter chains match the same connections")
        }
        let needsInspection = filterChains.count > 1 || filterChains.contains(where: \.looksIntoHandshake)
        guard inspectsTLS || !needsInspection else {
            throw chains.error("telling TLS from plain text needs the listener filter \"\(Self.inspectorName)\"")
        }
    }

    private static func inspectsTLS(_ reader: SchemaReader) throws(SchemaError) -> Bool {
        let filters = try reader.each { (filter) throws(SchemaError) in
            let fields = try filter.fields(
                ["name", "typed_config"], unsupported: ["config_discovery", "filter_disabled"])
            return try fields.required("typed_config").anyFields(
                inspectorType, [], unsupported: ["enable_ja3_fingerprinting", "initial_read_buffer_size"])
        }
        return !filters.isEmpty
    }

    package var json: JSONValue {
        .message([
            "name": .string(name),
            "address": address.json,
            "traffic_direction": trafficDirection == .unspecified ? nil : .string(trafficDirection.rawValue),
            "listener_filters": inspectsTLS
                ? [
                    [
                        "name": .string(Self.inspectorName),
                        "typed_config": JSONValue.message([:]).typed(Self.inspectorType),
                    ]
                ]
                : nil,
            "listener_filters_timeout": inspectionTimeout.map { .duration($0) },
            "continue_on_listener_filters_timeout": continuesAfterInspectionTimeout ? true : nil,
            "filter_chains": .array(filterChains.map(\.json)),
        ])
    }
}
