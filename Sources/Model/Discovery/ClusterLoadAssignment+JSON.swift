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
                ["lb_endpoints", "locality", "load_balancing_weight", "priority"],
                unsupported: ["metadata", "load_balancer_endpoints", "leds_cluster_locality_config", "proximity"])
            let locality = try fields["locality"].map { (locality) throws(SchemaError) in try Locality(locality) }
            let weight = try fields["load_balancing_weight"]?.integer(in: 1...Int(UInt32.max))
            let priority = try fields["priority"]?.integer(in: 0...128) ?? 0
            endpoints += (try fields["lb_endpoints"]?.each(Endpoint.init) ?? []).map { endpoint in
                var endpoint = endpoint
                endpoint.locality = locality
                endpoint.localityWeight = weight.map { UInt32(clamping: $0) }
                endpoint.priority = priority
                return endpoint
            }
        }
        let priorities = Set(endpoints.map(\.priority))
        guard priorities.count == (priorities.max() ?? -1) + 1 || endpoints.isEmpty else {
            throw fields.error("priorities must begin with 0 and leave none out")
        }
    }

    /// Endpoints that share a locality, a priority and a weight.
    private struct Group: Hashable {
        var priority: Int
        var locality: Locality?
        var weight: UInt32?

        init(_ endpoint: Endpoint) {
            (priority, locality, weight) = (endpoint.priority, endpoint.locality, endpoint.localityWeight)
        }
    }

    /// In the order of first sight.
    private var groups: [JSONValue] {
        var order: [Group] = []
        var members: [Group: [JSONValue]] = [:]
        for endpoint in endpoints {
            let group = Group(endpoint)
            if members[group] == nil { order.append(group) }
            members[group, default: []].append(endpoint.json)
        }
        return order.map { group in
            .message([
                "locality": group.locality?.json,
                "lb_endpoints": .array(members[group] ?? []),
                "load_balancing_weight": group.weight.map { .integer(Int64($0)) },
                "priority": group.priority == 0 ? nil : .integer(Int64(group.priority)),
            ])
        }
    }

    package var json: JSONValue {
        .message([
            "cluster_name": .string(clusterName),
            "endpoints": .array(unlessEmpty: groups),
        ])
    }
}

extension Locality: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["region", "zone", "sub_zone"])
        self.init(
            region: try fields["region"]?.string() ?? "", zone: try fields["zone"]?.string() ?? "",
            subZone: try fields["sub_zone"]?.string() ?? "")
    }

    package var json: JSONValue {
        .message([
            "region": region.isEmpty ? nil : .string(region), "zone": zone.isEmpty ? nil : .string(zone),
            "sub_zone": subZone.isEmpty ? nil : .string(subZone),
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
