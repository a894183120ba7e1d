package import JSONWire

extension Listener: DiscoveryResource {
    package static let typeURL = "type.googleapis.com/envoy.config.listener.v3.Listener"
    package var resourceName: String { name }

    private static let inspectorType =
        "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
    private static let proxyType =
        "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
    private static let proxyName = "envoy.filters.listener.proxy_protocol"
    private static let inspectorName = "envoy.filters.listener.tls_inspector"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.resourceFields(
            Self.typeURL,
            [
                "name", "address", "traffic_direction", "filter_chains", "listener_filters", "enable_reuse_port",
                "listener_filters_timeout", "continue_on_listener_filters_timeout", "use_original_dst", "bind_to_port",
            ],
            unsupported: [
                "additional_addresses", "stat_prefix", "default_filter_chain",
                "per_connection_buffer_limit_bytes", "metadata", "drain_type", "transparent", "freebind",
                "socket_options",
                "tcp_fast_open_queue_length", "udp_listener_config", "api_listener", "connection_balance_config",
                "access_log", "tcp_backlog_size", "internal_listener", "enable_mptcp",
                "ignore_global_conn_limit", "max_connections_to_accept_per_socket_event",
            ])
        name = try fields["name"]?.string() ?? ""
        address = try NetworkAddress(fields.required("address"))
        trafficDirection = try fields["traffic_direction"]?.choice(of: TrafficDirection.self) ?? .unspecified
        try fields["enable_reuse_port"]?.mustBe(true, because: "every event loop accepts for itself")
        (inspectsTLS, proxyProtocol) = try fields["listener_filters"].map(Self.filters) ?? (false, nil)
        inspectionTimeout = try fields["listener_filters_timeout"]?.duration()
        continuesAfterInspectionTimeout = try fields["continue_on_listener_filters_timeout"]?.bool() ?? false

        usesOriginalDestination = try fields["use_original_dst"]?.bool() ?? false
        bindsToPort = try fields["bind_to_port"]?.bool() ?? true

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

    private static func filters(_ reader: SchemaReader) throws(SchemaError) -> (Bool, ProxyProtocol?) {
        var inspectsTLS = false
        var proxyProtocol: ProxyProtocol?
        for filter in try reader.items() {
            let fields = try filter.fields(
                ["name", "typed_config"], unsupported: ["config_discovery", "filter_disabled"])
            let config = try fields.required("typed_config")
            if config.value["@type"]?.string == proxyType {
                // The header comes first on the wire, so its filter must come first here.
                guard !inspectsTLS else { throw filter.error("must stand before the TLS inspector") }
                let config = try config.anyFields(
                    proxyType, ["allow_requests_without_proxy_protocol"],
                    unsupported: ["rules", "pass_through_tlvs", "disallowed_versions", "stat_prefix", "tlv_location"])
                let isOptional = try config["allow_requests_without_proxy_protocol"]?.bool() ?? false
                proxyProtocol = isOptional ? .optional : .required
            } else {
                _ = try config.anyFields(
                    inspectorType, [], unsupported: ["enable_ja3_fingerprinting", "initial_read_buffer_size"])
                inspectsTLS = true
            }
        }
        return (inspectsTLS, proxyProtocol)
    }

    private var listenerFilters: [JSONValue] {
        var filters: [JSONValue] = []
        if let proxyProtocol {
            filters.append([
                "name": .string(Self.proxyName),
                "typed_config": JSONValue.message([
                    "allow_requests_without_proxy_protocol": proxyProtocol == .optional ? true : nil
                ]).typed(Self.proxyType),
            ])
        }
        if inspectsTLS {
            filters.append([
                "name": .string(Self.inspectorName),
                "typed_config": JSONValue.message([:]).typed(Self.inspectorType),
            ])
        }
        return filters
    }

    package var json: JSONValue {
        .message([
            "name": .string(name),
            "address": address.json,
            "traffic_direction": trafficDirection == .unspecified ? nil : .string(trafficDirection.rawValue),
            "use_original_dst": usesOriginalDestination ? true : nil,
            "bind_to_port": bindsToPort ? nil : false,
            "listener_filters": .array(unlessEmpty: listenerFilters),
            "listener_filters_timeout": inspectionTimeout.map { .duration($0) },
            "continue_on_listener_filters_timeout": continuesAfterInspectionTimeout ? true : nil,
            "filter_chains": .array(filterChains.map(\.json)),
        ])
    }
}
