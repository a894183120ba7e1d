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
            ["name", "address", "traffic_direction", "filter_chains", "listener_filters", "enable_reuse_port"],
            unsupported: [
                "additional_addresses", "stat_prefix", "use_original_dst", "default_filter_chain",
                "per_connection_buffer_limit_bytes", "metadata", "drain_type", "listener_filters_timeout",
                "continue_on_listener_filters_timeout", "transparent", "freebind", "socket_options",
                "tcp_fast_open_queue_length", "udp_listener_config", "api_listener", "connection_balance_config",
                "access_log", "tcp_backlog_size", "bind_to_port", "internal_listener", "enable_mptcp",
                "ignore_global_conn_limit", "max_connections_to_accept_per_socket_event",
            ])
        name = try fields["name"]?.string() ?? ""
        address = try NetworkAddress(fields.required("address"))
        trafficDirection = try fields["traffic_direction"]?.choice(of: TrafficDirection.self) ?? .unspecified
        try fields["enable_reuse_port"]?.mustBe(true, because: "every event loop accepts for itself")
        inspectsTLS = try fields["listener_filters"].map(Self.inspectsTLS) ?? false

        let chains = try fields.required("filter_chains")
        filterChains = try chains.each(FilterChain.init)
        guard !filterChains.isEmpty else { throw chains.error("must hold at least one filter chain") }
        guard Set(filterChains.map(\.transport)).count == filterChains.count else {
            throw chains.error("two filter chains match the same connections")
        }
        guard inspectsTLS || filterChains.count == 1 else {
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
            "filter_chains": .array(filterChains.map(\.json)),
        ])
    }
}

extension FilterChain: DiscoveryMessage {
    private static let managerName = "envoy.filters.network.http_connection_manager"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["name", "filter_chain_match", "filters", "transport_socket"],
            unsupported: ["use_proxy_proto", "metadata", "transport_socket_connect_timeout", "on_demand_configuration"])
        name = try fields["name"]?.string()
        transport = try fields["filter_chain_match"].map(Self.transport) ?? .any

        let filters = try fields.required("filters")
        let managers = try filters.each { (filter) throws(SchemaError) in
            let filter = try filter.fields(["name", "typed_config"], unsupported: ["config_discovery"])
            return try HTTPConnectionManager(filter.required("typed_config"))
        }
        guard managers.count == 1, let manager = managers.first else {
            throw filters.error("expected exactly one network filter, the HTTP connection manager")
        }
        self.manager = manager
        tls = try fields["transport_socket"].flatMap(DownstreamTLSContext.init(transportSocket:))
    }

    private static func transport(_ reader: SchemaReader) throws(SchemaError) -> Transport {
        let fields = try reader.fields(
            ["transport_protocol"],
            unsupported: [
                "destination_port", "prefix_ranges", "address_suffix", "suffix_len", "direct_source_prefix_ranges",
                "source_type", "source_prefix_ranges", "source_ports", "server_names", "application_protocols",
            ])
        return try fields["transport_protocol"]?.choice(of: Transport.self) ?? .any
    }

    package var json: JSONValue {
        .message([
            "name": name.map { .string($0) },
            "filter_chain_match": transport == .any ? nil : ["transport_protocol": .string(transport.rawValue)],
            "filters": [["name": .string(Self.managerName), "typed_config": manager.typedJSON]],
            "transport_socket": tls?.transportSocket,
        ])
    }
}
