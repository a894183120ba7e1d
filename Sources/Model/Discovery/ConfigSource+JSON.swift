package import JSONWire

extension ConfigSource: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["resource_api_version", "api_config_source", "initial_fetch_timeout"],
            unsupported: ["path", "path_config_source", "ads", "self", "authorities"])
        try fields["resource_api_version"]?.mustBe("V3", because: "older versions are gone")
        // How long to wait for the first answer before serving without it; we serve as soon as all is there.
        try fields["initial_fetch_timeout"]?.mustBe("0s", because: "a listener always waits for its routes")
        let source = try fields.required("api_config_source").fields(
            ["api_type", "transport_api_version", "cluster_names", "refresh_delay", "request_timeout"],
            unsupported: ["grpc_services", "rate_limit_settings", "set_node_on_first_message_only"])
        try source.required("api_type").mustBe("REST", because: "discovery is polled over REST")
        try source["transport_api_version"]?.mustBe("V3", because: "older versions are gone")
        let names = try source.required("cluster_names")
        clusterNames = try names.strings()
        guard !clusterNames.isEmpty else { throw names.error("must name the static cluster of the control plane") }
        refreshDelay = try source["refresh_delay"]?.duration() ?? .seconds(1)
        requestTimeout = try source["request_timeout"]?.duration()
    }

    package var json: JSONValue {
        [
            "resource_api_version": "V3",
            "api_config_source": .message([
                "api_type": "REST", "transport_api_version": "V3",
                "cluster_names": .array(clusterNames.map { .string($0) }),
                "refresh_delay": .duration(refreshDelay),
                "request_timeout": requestTimeout.map { .duration($0) },
            ]),
        ]
    }
}
