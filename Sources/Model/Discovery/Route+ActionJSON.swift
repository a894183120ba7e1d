package import JSONWire
import Patterns

extension Route.Forward: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "cluster", "weighted_clusters", "timeout", "retry_policy", "prefix_rewrite", "regex_rewrite",
                "host_rewrite_literal", "hash_policy", "max_grpc_timeout", "request_mirror_policies",
                "upgrade_configs",
            ],
            unsupported: [
                "cluster_header", "cluster_specifier_plugin", "inline_cluster_specifier_plugin",
                "cluster_not_found_response_code", "metadata_match", "path_rewrite_policy",
                "auto_host_rewrite", "host_rewrite_header", "host_rewrite_path_regex", "append_x_forwarded_host",
                "idle_timeout", "flush_timeout", "early_data_policy", "retry_policy_typed_config",
                "priority", "rate_limits", "include_vh_rate_limits", "cors",
                "grpc_timeout_offset", "internal_redirect_policy",
                "internal_redirect_action", "max_internal_redirects", "hedge_policy", "max_stream_duration",
            ])
        switch try fields.one(of: "cluster", "weighted_clusters") {
        case ("cluster", let name)?: target = .cluster(try name.nonEmptyString())
        case (_, let clusters)?: target = .weighted(try Self.weighted(clusters))
        case nil: throw fields.error("either \"cluster\" or \"weighted_clusters\" is required")
        }
        timeout = try fields["timeout"]?.duration()
        maximumGRPCTimeout = try fields["max_grpc_timeout"]?.duration()
        retryPolicy = try fields["retry_policy"].map(RetryPolicy.init)
        if let (name, value) = try fields.one(of: "prefix_rewrite", "regex_rewrite") {
            if name == "regex_rewrite" {
                regexRewrite = try Substitution(value)
            } else {
                prefixRewrite = try value.nonEmptyString()
            }
        }
        hostRewrite = try fields["host_rewrite_literal"]?.nonEmptyString()
        hashPolicies = try fields["hash_policy"]?.each(HashPolicy.init) ?? []
        upgrades = try fields["upgrade_configs"]?.each(UpgradeRule.init(ofRoute:)) ?? []
        mirrors = try fields["request_mirror_policies"]?.each(Route.Mirror.init) ?? []
    }

    private static func weighted(_ reader: SchemaReader) throws(SchemaError) -> [Route.WeightedCluster] {
        let fields = try reader.fields(
            ["clusters", "total_weight"],
            unsupported: ["runtime_key_prefix", "header_name", "use_hash_policy"])
        let clusters = try fields.required("clusters")
        let shares = try clusters.each(Route.WeightedCluster.init)
        let total = shares.reduce(UInt64(0)) { $0 &+ UInt64($1.weight) }
        guard total > 0 else { throw clusters.error("the sum of the weights is 0; give one cluster a weight") }
        guard total <= UInt64(UInt32.max) else { throw clusters.error("the sum of the weights exceeds 4294967295") }
        // Deprecated by Envoy: it must equal the sum, which is what we use.
        if let stated = fields["total_weight"], stated.value.int.map(UInt64.init(clamping:)) != total {
            throw stated.error("is not the sum of the weights, \(total); leave it out")
        }
        return shares
    }

    package var json: JSONValue {
        var object = JSONObject()
        switch target {
        case .cluster(let name): object["cluster"] = .string(name)
        case .weighted(let clusters):
            object["weighted_clusters"] = ["clusters": .array(clusters.map(\.json))]
        }
        object["timeout"] = timeout.map { .duration($0) }
        object["max_grpc_timeout"] = maximumGRPCTimeout.map { .duration($0) }
        object["retry_policy"] = retryPolicy?.json
        object["prefix_rewrite"] = prefixRewrite.map { .string($0) }
        object["regex_rewrite"] = regexRewrite?.json
        object["host_rewrite_literal"] = hostRewrite.map { .string($0) }
        object["hash_policy"] = .array(unlessEmpty: hashPolicies.map(\.json))
        object["upgrade_configs"] = .array(unlessEmpty: upgrades.map(\.json))
        object["request_mirror_policies"] = .array(unlessEmpty: mirrors.map(\.json))
        return .object(object)
    }
}

extension Route.WeightedCluster: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["name", "weight", "host_rewrite_literal"] + HeaderOperations.fieldNames,
            unsupported: ["cluster_header", "metadata_match", "typed_per_filter_config"])
        name = try fields.required("name").nonEmptyString()
        weight = UInt32(clamping: try fields["weight"]?.integer(in: 0...Int(UInt32.max)) ?? 0)
        headers = try HeaderOperations(fields)
        hostRewrite = try fields["host_rewrite_literal"]?.nonEmptyString()
    }

    package var json: JSONValue {
        var object: JSONObject = ["name": .string(name), "weight": .integer(Int64(weight))]
        headers.write(into: &object)
        object["host_rewrite_literal"] = hostRewrite.map { .string($0) }
        return .object(object)
    }
}

extension Route.Redirect: DiscoveryMessage {
    private static let codes: KeyValuePairs<String, Int> = [
        "MOVED_PERMANENTLY": 301, "FOUND": 302, "SEE_OTHER": 303, "TEMPORARY_REDIRECT": 307,
        "PERMANENT_REDIRECT": 308,
    ]

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "https_redirect", "scheme_redirect", "host_redirect", "port_redirect", "path_redirect",
                "prefix_rewrite", "regex_rewrite", "response_code", "strip_query",
            ])
        switch try fields.one(of: "https_redirect", "scheme_redirect") {
        case ("https_redirect", let flag)?: scheme = try flag.bool() ? "https" : nil
        case (_, let text)?: scheme = try text.nonEmptyString()
        case nil: scheme = nil
        }
        host = try fields["host_redirect"]?.nonEmptyString()
        port = try fields["port_redirect"]?.port()
        switch try fields.one(of: "path_redirect", "prefix_rewrite", "regex_rewrite") {
        case ("path_redirect", let text)?: path = .replaced(try text.nonEmptyString())
        case ("prefix_rewrite", let text)?:
            let prefix = try text.string()
            // Envoy takes an empty one for none at all.
            path = prefix.isEmpty ? .unchanged : .prefixReplaced(prefix)
        case (_, let value)?: path = .substituted(try Substitution(value))
        case nil: path = .unchanged
        }
        status = try fields["response_code"]?.choice(Self.codes) ?? 301
        stripsQuery = try fields["strip_query"]?.bool() ?? false
    }

    package var json: JSONValue {
        var object = JSONObject()
        object["scheme_redirect"] = scheme.map { .string($0) }
        object["host_redirect"] = host.map { .string($0) }
        object["port_redirect"] = port.map { .integer(Int64($0)) }
        switch path {
        case .unchanged: break
        case .replaced(let text): object["path_redirect"] = .string(text)
        case .prefixReplaced(let text): object["prefix_rewrite"] = .string(text)
        case .substituted(let substitution): object["regex_rewrite"] = substitution.json
        }
        if status != 301 {
            object["response_code"] = Self.codes.first { $0.value == status }.map { .string($0.key) }
        }
        if stripsQuery { object["strip_query"] = true }
        return .object(object)
    }
}

extension Route.DirectResponse: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["status", "body"], unsupported: ["body_format"])
        status = try fields.required("status").integer(in: 200...599)
        let source = try fields["body"]?.fields(
            ["inline_string", "inline_bytes"],
            unsupported: ["filename", "environment_variable", "watched_directory"])
        switch try source?.one(of: "inline_string", "inline_bytes") {
        case ("inline_string", let text)?: body = Array(try text.string().utf8)
        case (_, let bytes)?: body = try bytes.bytes()
        case nil: body = []
        }
    }

    package var json: JSONValue {
        .message([
            "status": .integer(Int64(status)),
            "body": body.isEmpty
                ? nil
                : String(validating: body, as: UTF8.self).map { ["inline_string": .string($0)] }
                    ?? ["inline_bytes": .bytes(body)],
        ])
    }
}
