package import JSONWire

extension Cluster: DiscoveryResource {
    package static let typeURL = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
    package var resourceName: String { name }

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.resourceFields(
            Self.typeURL,
            [
                "name", "type", "eds_cluster_config", "load_assignment", "connect_timeout", "lb_policy",
                "transport_socket", "circuit_breakers", "ring_hash_lb_config", "maglev_lb_config", "outlier_detection",
                "common_lb_config", "metadata", "typed_extension_protocol_options", "upstream_bind_config",
            ],
            unsupported: [
                "alt_stat_name", "transport_socket_matches", "cluster_type", "per_connection_buffer_limit_bytes",
                "load_balancing_policy", "health_checks", "max_requests_per_connection",
                "upstream_http_protocol_options", "common_http_protocol_options", "http_protocol_options",
                "http2_protocol_options", "dns_refresh_rate", "dns_jitter",
                "dns_failure_refresh_rate", "respect_dns_ttl", "dns_lookup_family", "dns_resolvers",
                "use_tcp_for_dns_lookups", "dns_resolution_config", "typed_dns_resolver_config",
                "wait_for_warm_on_init", "cleanup_interval",
                "lb_subset_config", "original_dst_lb_config",
                "least_request_lb_config", "round_robin_lb_config", "protocol_selection",
                "upstream_connection_options", "close_connections_on_host_health_failure",
                "ignore_health_on_host_removal", "filters", "lrs_server", "lrs_report_endpoint_metrics",
                "track_timeout_budgets", "upstream_config", "track_cluster_stats", "preconnect_policy",
                "connection_pool_per_downstream_connection",
            ])
        name = try fields.required("name").nonEmptyString()
        endpoints = try Self.endpoints(fields, of: name)
        balancing = try fields["lb_policy"]?.choice(of: Balancing.self) ?? .roundRobin
        if let ring = try fields["ring_hash_lb_config"]?.fields(
            ["minimum_ring_size", "maximum_ring_size", "hash_function"])
        {
            minimumRingSize = try ring["minimum_ring_size"]?.integer(in: 1...8_388_608)
            maximumRingSize = try ring["maximum_ring_size"]?.integer(in: 1...8_388_608)
            if minimumRingSize ?? 1024 > maximumRingSize ?? 8_388_608 {
                throw ring.error("\"minimum_ring_size\" is above \"maximum_ring_size\"")
            }
            try ring["hash_function"]?.mustBe("XX_HASH", because: "it is Envoy's default")
        }
        maglevTableSize = try fields["maglev_lb_config"]?.fields(["table_size"])["table_size"]?.prime(in: 2...5_000_011)
        connectTimeout = try fields["connect_timeout"]?.duration() ?? .seconds(5)
        if connectTimeout <= .zero { throw fields.error("\"connect_timeout\" must be longer than 0 s") }
        tls = try fields["transport_socket"].flatMap(UpstreamTLSContext.init(transportSocket:))
        limits = try fields["circuit_breakers"].flatMap(CircuitBreakerLimits.init(breakers:))
        outlierDetection = try fields["outlier_detection"].map(OutlierDetection.init)
        if let common = fields["common_lb_config"] {
            (panicThreshold, weighsLocalities) = try Self.commonBalancing(common)
        }
        sourceIP = try fields["upstream_bind_config"].map { (config) throws(SchemaError) in
            let address = try config.fields(["source_address"]).required("source_address")
            return try address.fields(["address", "port_value"]).required("address").nonEmptyString()
        }
        metadata = try fields["metadata"].map(filterMetadata) ?? JSONObject()
        upstreamProtocol = try fields["typed_extension_protocol_options"].flatMap(
            UpstreamProtocol.init(extensionOptions:))
    }

    private static func commonBalancing(
        _ reader: SchemaReader
    ) throws(SchemaError) -> (panicThreshold: Int?, weighsLocalities: Bool) {
        let fields = try reader.fields(
            ["healthy_panic_threshold", "locality_weighted_lb_config"],
            unsupported: [
                "zone_aware_lb_config", "update_merge_window",
                "ignore_new_hosts_until_first_hc", "close_connections_on_host_set_change",
                "consistent_hashing_lb_config", "override_host_status",
            ])
        let localities = fields["locality_weighted_lb_config"]
        _ = try localities?.fields([])
        // A percentage without a value is 0: protobuf leaves zeroes out.
        let threshold = try fields["healthy_panic_threshold"].map { (reader) throws(SchemaError) in
            try reader.fields(["value"])["value"]?.integer(in: 0...100) ?? 0
        }
        return (threshold, localities != nil)
    }

    private static func endpoints(_ fields: SchemaFields, of name: String) throws(SchemaError) -> Endpoints {
        if try fields["type"]?.choice(["STATIC": false, "EDS": false, "ORIGINAL_DST": true]) ?? false {
            if let assignment = fields["load_assignment"] ?? fields["eds_cluster_config"] {
                throw assignment.error("a cluster of type ORIGINAL_DST has no endpoints")
            }
            return .original
        }
        let isDiscovered: Bool = try fields["type"]?.choice(["STATIC": false, "EDS": true]) ?? false
        if isDiscovered {
            if let assignment = fields["load_assignment"] {
                throw assignment.error("belongs to type STATIC; an EDS cluster fetches its endpoints")
            }
            let eds = try fields.required("eds_cluster_config").fields(["eds_config", "service_name"])
            return .discovered(
                serviceName: try eds["service_name"]?.nonEmptyString(),
                source: try ConfigSource(eds.required("eds_config")))
        } else {
            if let eds = fields["eds_cluster_config"] { throw eds.error("belongs to type EDS, not to STATIC") }
            return .inline(
                try fields["load_assignment"].map(ClusterLoadAssignment.init)
                    ?? ClusterLoadAssignment(clusterName: name, endpoints: []))
        }
    }

    package var json: JSONValue {
        var object: JSONObject = ["name": .string(name)]
        switch endpoints {
        case .inline(let assignment):
            object["type"] = "STATIC"
            object["load_assignment"] = assignment.json
        case .original: object["type"] = "ORIGINAL_DST"
        case .discovered(let serviceName, let source):
            object["type"] = "EDS"
            object["eds_cluster_config"] = .message([
                "eds_config": source.json, "service_name": serviceName.map { .string($0) },
            ])
        }
        object["upstream_bind_config"] = sourceIP.map {
            ["source_address": ["address": .string($0), "port_value": 0]]
        }
        object["connect_timeout"] = .duration(connectTimeout)
        object["lb_policy"] = balancing == .roundRobin ? nil : .string(balancing.rawValue)
        if minimumRingSize != nil || maximumRingSize != nil {
            object["ring_hash_lb_config"] = .message([
                "minimum_ring_size": minimumRingSize.map { .string(String($0)) },
                "maximum_ring_size": maximumRingSize.map { .string(String($0)) },
            ])
        }
        object["maglev_lb_config"] = maglevTableSize.map { ["table_size": .string(String($0))] }
        object["typed_extension_protocol_options"] = upstreamProtocol?.extensionOptions
        object["transport_socket"] = tls?.transportSocket
        object["circuit_breakers"] = limits.map { ["thresholds": [$0.json]] }
        object["outlier_detection"] = outlierDetection?.json
        if panicThreshold != nil || weighsLocalities {
            object["common_lb_config"] = .message([
                "healthy_panic_threshold": panicThreshold.map { ["value": .integer(Int64($0))] },
                "locality_weighted_lb_config": weighsLocalities ? [:] : nil,
            ])
        }
        object["metadata"] = metadata.isEmpty ? nil : ["filter_metadata": .object(metadata)]
        return .object(object)
    }
}

extension CircuitBreakerLimits {
    /// Reads Envoy's `cluster.v3.CircuitBreakers`; nothing when it sets no threshold.
    fileprivate init?(breakers reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["thresholds"], unsupported: ["per_host_thresholds"])
        guard let list = fields["thresholds"] else { return nil }
        let thresholds = try list.each(CircuitBreakerLimits.init)
        guard thresholds.count <= 1 else { throw list.error("expected one entry, for the default priority") }
        guard let first = thresholds.first else { return nil }
        self = first
    }

    private init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "priority", "max_connections", "max_pending_requests", "max_requests", "max_retries", "retry_budget",
                "track_remaining",
            ], unsupported: ["max_connection_pools"])
        try fields["priority"]?.mustBe("DEFAULT", because: "every request has the default priority")
        func limit(_ name: String) throws(SchemaError) -> UInt32? {
            guard let field = fields[name] else { return nil }
            return UInt32(clamping: try field.integer(in: 0...Int(UInt32.max)))
        }
        self.init(
            connections: try limit("max_connections"), pendingRequests: try limit("max_pending_requests"),
            requests: try limit("max_requests"), retries: try limit("max_retries"),
            retryBudget: try fields["retry_budget"].map(RetryBudget.init),
            tracksRemaining: try fields["track_remaining"]?.bool() ?? false)
    }

    fileprivate var json: JSONValue {
        .message([
            "max_connections": connections.map { .integer(Int64($0)) },
            "max_pending_requests": pendingRequests.map { .integer(Int64($0)) },
            "max_requests": requests.map { .integer(Int64($0)) },
            "max_retries": retries.map { .integer(Int64($0)) }, "retry_budget": retryBudget?.json,
            "track_remaining": tracksRemaining ? true : nil,
        ])
    }
}

/// The `filter_metadata` of Envoy's `core.v3.Metadata`: data for whoever knows its names, so nothing in it is refused.
func filterMetadata(_ reader: SchemaReader) throws(SchemaError) -> JSONObject {
    let fields = try reader.fields(["filter_metadata"], unsupported: ["typed_filter_metadata"])
    guard let metadata = fields["filter_metadata"] else { return JSONObject() }
    return JSONObject(try metadata.entries().map { ($0.key, $0.value.value) })
}

extension CircuitBreakerLimits.RetryBudget {
    fileprivate init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["budget_percent", "min_retry_concurrency"], unsupported: ["budget_interval"])
        if let percent = fields["budget_percent"] {
            // A percentage without a value is 0: protobuf leaves zeroes out.
            let value = try percent.fields(["value"])["value"]
            self.percent = value?.value.double ?? 0
            guard let number = self.percent, (0...100).contains(number), value == nil || value?.value.double != nil
            else { throw percent.error("expected a number from 0 to 100 as \"value\"") }
        } else {
            percent = nil
        }
        minimumConcurrency = try fields["min_retry_concurrency"].map { (field) throws(SchemaError) in
            UInt32(clamping: try field.integer(in: 0...Int(UInt32.max)))
        }
    }

    fileprivate var json: JSONValue {
        .message([
            "budget_percent": percent.map { ["value": .number($0)] },
            "min_retry_concurrency": minimumConcurrency.map { .integer(Int64($0)) },
        ])
    }
}
