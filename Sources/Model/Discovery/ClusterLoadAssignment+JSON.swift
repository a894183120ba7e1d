package import JSONWire

extension ClusterLoadAssignment: DiscoveryResource {
    package static let typeURL = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
    package var resourceName: String { clusterName }

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.resourceFields(
            Self.typeURL, ["cluster_name", "endpoints"], unsupported: ["named_endpoints", "policy"])
        clusterName = try fields.required("cluster_name").nonEmptyString()
        endpoints = []
        for group in try fields["endpoints"]?.items() ?? [] {
            let fields = try group.fields(
                ["lb_endpoints"],
                unsupported: [
                    "locality", "metadata", "load_balancer_endpoints", "leds_cluster_locality_config",
                    "load_balancing_weight", "priority", "proximity",
                ])
            endpoints += try fields["lb_endpoints"]?.each(Endpoint.init) ?? []
        }
    }

    package var json: JSONValue {
        .message([
            "cluster_name": .string(clusterName),
            "endpoints": endpoints.isEmpty ? nil : [["lb_endpoints": .array(endpoints.map(\.json))]],
        ])
    }
}

extension Endpoint: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["endpoint", "health_status", "metadata"], unsupported: ["endpoint_name", "load_balancing_weight"])
        let endpoint = try fields.required("endpoint").fields(
            ["address"], unsupported: ["health_check_config", "hostname", "additional_addresses"])
        let place = try endpoint.required("address")
        address = try NetworkAddress(place)
        guard address.port > 0 else { throw place.error("an endpoint needs a port other than 0") }
        healthStatus = try fields["health_status"]?.choice(of: HealthStatus.self) ?? .unknown
        metadata = try fields["metadata"].map(filterMetadata) ?? JSONObject()
    }

    package var json: JSONValue {
        .message([
            "endpoint": ["address": address.json],
            "health_status": healthStatus == .unknown ? nil : .string(healthStatus.rawValue),
            "metadata": metadata.isEmpty ? nil : ["filter_metadata": .object(metadata)],
        ])
    }
}
