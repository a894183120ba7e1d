package import JSONWire

extension Route {
    /// Sends a copy of the request to another cluster and forgets it: Envoy's `RouteAction.RequestMirrorPolicy`.
    package struct Mirror: Hashable, Sendable {
        package var cluster: String
        /// How many of the requests, drawn for each; Envoy's default is all.
        package var share: FractionalPercent
        /// False leaves the host as it is; else it gets `-shadow` behind its name.
        package var marksHost: Bool

        package init(cluster: String, share: FractionalPercent = .all, marksHost: Bool = true) {
            self.cluster = cluster
            self.share = share
            self.marksHost = marksHost
        }
    }
}

extension Route.Mirror: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["cluster", "runtime_fraction", "disable_shadow_host_suffix_append"],
            unsupported: ["cluster_header", "trace_sampled", "request_headers_mutations", "host_rewrite_literal"])
        cluster = try fields.required("cluster").nonEmptyString()
        share = try fields["runtime_fraction"].map(FractionalPercent.readRuntime) ?? .all
        marksHost = try fields["disable_shadow_host_suffix_append"]?.bool() != true
    }

    package var json: JSONValue {
        .message([
            "cluster": .string(cluster),
            "runtime_fraction": share == .all ? nil : share.runtime,
            "disable_shadow_host_suffix_append": marksHost ? nil : true,
        ])
    }
}

extension FractionalPercent {
    /// Reads Envoy's `core.v3.RuntimeFractionalPercent`. There is no runtime here, so its key means nothing.
    static func readRuntime(_ reader: SchemaReader) throws(SchemaError) -> FractionalPercent {
        let fields = try reader.fields(["default_value", "runtime_key"])
        _ = try fields["runtime_key"]?.string()
        return try FractionalPercent(fields.required("default_value"))
    }

    /// As a `RuntimeFractionalPercent`.
    var runtime: JSONValue { ["default_value": json] }
}
