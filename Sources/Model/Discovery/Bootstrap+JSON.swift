package import JSONWire

extension Bootstrap: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["node", "static_resources", "dynamic_resources", "admin"],
            unsupported: [
                "node_context_params", "cluster_manager", "hds_config", "flags_path", "stats_sinks", "stats_config",
                "deferred_stat_options", "stats_flush_interval", "stats_flush_on_admin", "watchdog", "watchdogs",
                "tracing", "layered_runtime", "overload_manager", "enable_dispatcher_stats", "header_prefix",
                "stats_server_version_override", "use_tcp_for_dns_lookups", "dns_resolution_config",
                "typed_dns_resolver_config", "bootstrap_extensions", "fatal_actions", "config_sources",
                "default_config_source", "default_socket_interface", "certificate_provider_instances",
                "inline_headers", "perf_tracing_file_path", "default_regex_engine", "xds_delegate_extension",
                "xds_config_tracker_extension", "listener_manager", "application_log_config",
                "grpc_async_client_manager_config", "memory_allocator_manager",
            ])
        node = try fields["node"].map(Node.init)
        staticResources = try fields["static_resources"].map(StaticResources.init) ?? StaticResources()
        dynamicResources = try fields["dynamic_resources"].map(DynamicResources.init)
        admin = try fields["admin"].flatMap { (admin) throws(SchemaError) in
            let fields = try admin.fields(
                ["address"],
                unsupported: [
                    "access_log", "access_log_path", "profile_path", "socket_options", "ignore_global_conn_limit",
                    "allow_paths",
                ])
            return try fields["address"].map(NetworkAddress.init)
        }
        try checkReferences(fields)
    }

    /// Refuses what names a cluster or a secret that the file does not hold.
    private func checkReferences(_ fields: SchemaFields) throws(SchemaError) {
        let clusters = staticResources.clusters.map(\.name)
        let sources = [("lds_config", dynamicResources?.listeners), ("cds_config", dynamicResources?.clusters)]
        for (name, source) in sources {
            for cluster in source?.clusterNames ?? [] where !clusters.contains(cluster) {
                let place = fields["dynamic_resources"]?.pointer.appending(name) ?? .root
                throw SchemaError(
                    at: place, "cluster \"\(cluster)\" is not among static_resources.clusters, which must hold it")
            }
        }
    }

    package var json: JSONValue {
        .message([
            "node": node?.json,
            "static_resources": staticResources == StaticResources() ? nil : staticResources.json,
            "dynamic_resources": dynamicResources?.json,
            "admin": admin.map { ["address": $0.json] },
        ])
    }
}

extension Bootstrap.StaticResources: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["listeners", "clusters", "secrets"])
        listeners = try fields["listeners"]?.each(Listener.init) ?? []
        clusters = try fields["clusters"]?.each(Cluster.init) ?? []
        secrets = try fields["secrets"]?.each(Secret.init) ?? []
        try Self.refuseDuplicates(fields["listeners"], listeners.map(\.name).filter { !$0.isEmpty })
        try Self.refuseDuplicates(fields["clusters"], clusters.map(\.name))
        try Self.refuseDuplicates(fields["secrets"], secrets.map(\.name))
    }

    private static func refuseDuplicates(_ reader: SchemaReader?, _ names: [String]) throws(SchemaError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw reader?.error("two entries are named \"\(name)\"") ?? SchemaError(at: .root, name)
        }
    }

    package var json: JSONValue {
        .message([
            "listeners": .array(unlessEmpty: listeners.map(\.json)),
            "clusters": .array(unlessEmpty: clusters.map(\.json)),
            "secrets": .array(unlessEmpty: secrets.map(\.json)),
        ])
    }
}

extension Bootstrap.DynamicResources: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["lds_config", "cds_config"],
            unsupported: ["lds_resources_locator", "cds_resources_locator", "ads_config"])
        listeners = try fields["lds_config"].map(ConfigSource.init)
        clusters = try fields["cds_config"].map(ConfigSource.init)
    }

    package var json: JSONValue {
        .message(["lds_config": listeners?.json, "cds_config": clusters?.json])
    }
}
