/// What a cluster of an Envoy is, by its name alone: an Envoy's metrics say no more.
enum EnvoyCluster: Hashable {
    /// What the proxy stands before: requests to it are requests to the Envoy's own workload.
    case local
    /// The Envoy's own business: its control plane, its tracing, its authorization.
    case own
    /// Somebody's service. `namespace` and `subset` where the name tells them.
    case service(name: String, namespace: String?, host: String, subset: String?)

    /// - Parameter name: as the configuration has it, dots and all.
    init(_ name: String) {
        if let words = Self.istioWords(name) {
            self = Self.istio(words)
            return
        }
        let plain = name.lowercased().replacing("-", with: "_")
        if Self.isLocal(plain) {
            self = .local
        } else if Self.isOwn(plain) {
            self = .own
        } else {
            self = Self.service(host: name, subset: nil)
        }
    }

    // MARK: Istio's names

    /// The words of `outbound|8080|v1|host`, also as SNI has it: `outbound_.8080_.v1_.host`.
    private static func istioWords(_ name: String) -> [String]? {
        let text = name.replacing("_.", with: "|")
        let words = text.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        return words.count == 4 && ["inbound", "outbound", "inbound-vip"].contains(words[0]) ? words : nil
    }

    private static func istio(_ words: [String]) -> EnvoyCluster {
        guard words[0] == "outbound" else { return .local }
        return words[3].isEmpty ? .own : service(host: words[3], subset: words[2].isEmpty ? nil : words[2])
    }

    /// `reviews.shop.svc.cluster.local` is the service `reviews` of `shop`; any other name is a service's as it stands.
    private static func service(host: String, subset: String?) -> EnvoyCluster {
        let words = host.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count >= 3, words[2] == "svc", !words[0].isEmpty, !words[1].isEmpty else {
            return .service(name: host, namespace: nil, host: host, subset: subset)
        }
        return .service(name: String(words[0]), namespace: String(words[1]), host: host, subset: subset)
    }

    // MARK: Names by custom

    /// Consul's `local_app`, Envoy's examples' `local_service`, `localhost_8080`, Istio's `InboundPassthroughCluster`.
    private static func isLocal(_ name: String) -> Bool {
        ["local", "localhost", "inboundpassthroughcluster"].contains(name)
            || ["local_", "localhost_", "localhost:", "127.0.0.1", "inbound_", "inboundpassthroughcluster"]
                .contains(where: name.hasPrefix) && !["local_agent", "local_ratelimit"].contains(name)
    }

    /// What an Envoy talks to on its own account.
    private static let ownNames: Set<String> = [
        // Configuration and secrets.
        "xds", "sds", "xds_grpc", "sds_grpc", "agent", "local_agent", "control_plane", "controlplane", "istiod",
        "spire_agent", "ads_cluster", "ads_grpc", "eds_cluster", "rtds_cluster", "hds_cluster", "lrs_cluster",
        "consul_dataplane", "appmesh_envoy_management",
        // Its admin port and its metrics.
        "admin", "envoy_admin", "prometheus_stats", "prometheus_backend", "self_admin", "stats", "statsd", "dogstatsd",
        "metrics_service", "envoy_metrics", "access_log", "accesslog", "als", "access_log_service",
        // Tracing.
        "zipkin", "jaeger", "otel", "otlp", "opentelemetry", "opentelemetry_collector", "otel_collector",
        "jaeger_collector", "lightstep", "skywalking", "datadog", "datadog_agent", "xray", "tracing", "tracer",
        "trace_collector", "opencensus",
        // Asked on the way of a request; the request itself goes elsewhere.
        "ext_authz", "extauth", "ext_auth", "ext_proc", "authz", "ratelimit", "rate_limit", "local_ratelimit", "rls",
        "jwks",
        // Where requests end that must not go anywhere.
        "blackholecluster", "blackhole",
    ]

    /// Endings that say no more than what the name is: `xds_cluster`, `ext_authz_service`.
    private static let endings = ["_cluster", "_service", "_server", "_grpc", "_http"]

    private static func isOwn(_ name: String) -> Bool {
        if ownNames.contains(name) { return true }
        guard let ending = endings.first(where: name.hasSuffix) else { return false }
        return ownNames.contains(String(name.dropLast(ending.count)))
    }
}
