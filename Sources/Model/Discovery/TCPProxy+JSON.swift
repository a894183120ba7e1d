package import JSONWire

extension TCPProxy: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL,
            [
                "stat_prefix", "cluster", "weighted_clusters", "idle_timeout", "max_connect_attempts", "hash_policy",
                "access_log",
            ],
            unsupported: [
                "on_demand", "metadata_match", "downstream_idle_timeout", "upstream_idle_timeout",
                "tunneling_config", "max_downstream_connection_duration",
                "max_downstream_connection_duration_jitter_percentage", "access_log_flush_interval",
                "flush_access_log_on_connected", "access_log_options", "backoff_options", "proxy_protocol_tlvs",
                "upstream_connect_mode", "max_early_data_bytes",
            ])
        statPrefix = try fields.required("stat_prefix").nonEmptyString()
        switch try fields.one(of: "cluster", "weighted_clusters") {
        case ("cluster", let name)?: target = .cluster(try name.nonEmptyString())
        case (_, let weighted)?: target = .weighted(try Self.clusters(weighted))
        case nil: throw fields.error("either \"cluster\" or \"weighted_clusters\" is required")
        }
        idleTimeout = try fields["idle_timeout"]?.duration()
        maximumConnectAttempts = try fields["max_connect_attempts"].map { (field) throws(SchemaError) in
            UInt32(clamping: try field.integer(in: 1...Int(UInt32.max)))
        }
        let policies = try fields["hash_policy"]?.each { (policy) throws(SchemaError) in
            try policy.fields(["source_ip"], unsupported: ["filter_state"]).required("source_ip").fields([])
        }
        if let policies, policies.count > 1 { throw fields.error("\"hash_policy\" holds at most one entry") }
        accessLogs = try fields["access_log"]?.each { (log) throws(SchemaError) in try AccessLog(log) } ?? []
        hashesSourceAddress = policies?.isEmpty == false
    }

    private static func clusters(_ reader: SchemaReader) throws(SchemaError) -> [WeightedCluster] {
        let list = try reader.fields(["clusters"]).required("clusters")
        let clusters = try list.each { (entry) throws(SchemaError) in
            let fields = try entry.fields(["name", "weight"], unsupported: ["metadata_match"])
            return WeightedCluster(
                name: try fields.required("name").nonEmptyString(),
                weight: UInt32(clamping: try fields.required("weight").integer(in: 1...Int(UInt32.max))))
        }
        guard !clusters.isEmpty else { throw list.error("must hold at least one cluster") }
        guard clusters.reduce(UInt64(0), { $0 + UInt64($1.weight) }) <= UInt64(UInt32.max) else {
            throw list.error("the sum of the weights is above \(UInt32.max)")
        }
        return clusters
    }

    package var json: JSONValue {
        let single: JSONValue?
        let weighted: JSONValue?
        switch target {
        case .cluster(let name): (single, weighted) = (.string(name), nil)
        case .weighted(let clusters):
            let entries = clusters.map { entry -> JSONValue in
                ["name": .string(entry.name), "weight": .integer(Int64(entry.weight))]
            }
            (single, weighted) = (nil, ["clusters": .array(entries)])
        }
        return .message([
            "stat_prefix": .string(statPrefix),
            "cluster": single,
            "weighted_clusters": weighted,
            "idle_timeout": idleTimeout.map { .duration($0) },
            "max_connect_attempts": maximumConnectAttempts.map { .integer(Int64($0)) },
            "access_log": .array(unlessEmpty: accessLogs.map(\.json)),
            "hash_policy": hashesSourceAddress ? [["source_ip": [:]]] : nil,
        ])
    }

    /// With its type, as it stands in a filter's `typed_config`.
    var typedJSON: JSONValue { json.typed(Self.typeURL) }
}
