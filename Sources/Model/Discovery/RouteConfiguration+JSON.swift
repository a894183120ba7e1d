package import JSONWire

extension RouteConfiguration: DiscoveryResource {
    package static let typeURL = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
    package var resourceName: String { name }

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.resourceFields(
            Self.typeURL, ["name", "virtual_hosts"],
            unsupported: [
                "vhds", "internal_only_headers", "response_headers_to_add", "response_headers_to_remove",
                "request_headers_to_add", "request_headers_to_remove", "most_specific_header_mutations_wins",
                "validate_clusters", "max_direct_response_body_size_bytes", "cluster_specifier_plugins",
                "request_mirror_policies", "ignore_port_in_host_matching",
                "ignore_path_parameters_in_path_matching", "typed_per_filter_config", "metadata",
            ])
        name = try fields["name"]?.string() ?? ""
        virtualHosts = try fields["virtual_hosts"]?.each(VirtualHost.init) ?? []

        var owners: [String: String] = [:]
        for host in virtualHosts {
            for domain in host.domains {
                if let owner = owners.updateValue(host.name, forKey: domain.lowercased()) {
                    throw fields.error(
                        "domain \"\(domain)\" stands in virtual host \"\(owner)\" and again in \"\(host.name)\"")
                }
            }
        }
    }

    package var json: JSONValue {
        .message(["name": .string(name), "virtual_hosts": .array(unlessEmpty: virtualHosts.map(\.json))])
    }
}

extension VirtualHost: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "name", "domains", "routes", "include_request_attempt_count", "retry_policy",
                FilterOverrides.fieldName,
            ],
            unsupported: [
                "matcher", "require_tls", "virtual_clusters", "rate_limits", "request_headers_to_add",
                "request_headers_to_remove", "response_headers_to_add", "response_headers_to_remove", "cors",
                "include_attempt_count_in_response", "retry_policy_typed_config", "hedge_policy",
                "include_is_timeout_retry_header", "per_request_buffer_limit_bytes",
                "request_mirror_policies", "metadata",
            ])
        name = try fields.required("name").nonEmptyString()
        let domains = try fields.required("domains")
        self.domains = try domains.each { (domain) throws(SchemaError) in
            let text = try domain.nonEmptyString()
            let stars = text.utf8.count { $0 == UInt8(ascii: "*") }
            guard stars == 0 || stars == 1 && (text.hasPrefix("*") || text.hasSuffix("*")) else {
                throw domain.error("\"\(text)\": a \"*\" may only stand at the begin or at the end")
            }
            return text
        }
        guard !self.domains.isEmpty else { throw domains.error("must hold at least one domain") }
        routes = try fields["routes"]?.each(Route.init) ?? []
        includeRequestAttemptCount = try fields["include_request_attempt_count"]?.bool() ?? false
        retryPolicy = try fields["retry_policy"].map(RetryPolicy.init)
        filters = try FilterOverrides(fields)
    }

    package var json: JSONValue {
        var object: JSONObject = ["name": .string(name), "domains": .array(domains.map { .string($0) })]
        object["routes"] = .array(unlessEmpty: routes.map(\.json))
        object["include_request_attempt_count"] = includeRequestAttemptCount ? true : nil
        object["retry_policy"] = retryPolicy?.json
        filters.write(into: &object)
        return .object(object)
    }
}
