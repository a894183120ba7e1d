package import ExpositionWire
package import MeshModel

/// An Envoy by itself: no mesh told it to count anything.
///
/// <https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats>. A series has no
/// source: that is who the Envoy is. Its destination is a cluster's name; see ``EnvoyCluster``. When another Envoy that
/// is scraped is of that name, it is the destination (``PeerDirectory``); else the name stands for a service outside.
///
/// | of the graph | series |
/// |---|---|
/// | requests by code | `envoy_cluster_upstream_rq{envoy_response_code}` |
/// | where there are none, by class | `envoy_cluster_upstream_rq_xx{envoy_response_code_class}` |
/// | latency | `envoy_cluster_upstream_rq_time_bucket`, ms |
/// | retries | `envoy_cluster_upstream_rq_retry` |
/// | bytes | `envoy_cluster_upstream_cx_tx_bytes_total`, `…rx…`; a cluster that has only these speaks TCP |
/// | what reaches the Envoy | the same of its local cluster; without one, `envoy_http_downstream_rq_xx` and `…_time_bucket` |
/// | the same by TCP | `envoy_tcp_downstream_cx_{rx,tx}_bytes_total` |
///
/// Not read, because they count the same again: the variants `external_`, `internal_`, `canary_` and `zone_`; and
/// `retry_`, which counts what retries took the place of. What reaches the Envoy is ``Flow/Standing/hearsay``: it names no
/// client.
///
/// Of listeners an Envoy tells only the name that its configuration gives them. One of HTTP is taken to be a way in,
/// unless its name says out (`egress_http`, `outbound_…`); one of TCP a way out, unless its name says in.
///
/// A dotted cluster's name is cut in two by Envoy's default tags: of `outbound|80|v1|reviews.shop.svc.cluster.local` the
/// metric is `envoy_cluster_shop_svc_cluster_local_upstream_rq` and the label `outbound|80|v1|reviews`. Both are put
/// together again; that an underscore was a dash can be told only before `_svc_`, where there are no dots.
package struct EnvoyFormat: MetricFormat {
    package var name: String { "Envoy" }
    /// A mesh's own metrics come from the same proxies and say more.
    package var givesWay: Bool { true }

    private static let clusterPrefix = "envoy_cluster_"
    /// Longest first, so that none is taken for the end of another.
    private static let clusterMeasures = [
        "upstream_cx_rx_bytes_total", "upstream_cx_tx_bytes_total", "upstream_rq_time_bucket", "upstream_rq_retry",
        "upstream_rq_xx", "upstream_rq",
    ]
    private static let listenerFamilies = ["envoy_http_downstream_rq_xx", "envoy_http_downstream_rq_time_bucket"]
    private static let streamFamilies = [
        "envoy_tcp_downstream_cx_rx_bytes_total", "envoy_tcp_downstream_cx_tx_bytes_total",
    ]

    package let families = clusterMeasures.map { clusterPrefix + $0 } + listenerFamilies + streamFamilies
    package let patterns = clusterMeasures.map { "\(clusterPrefix)*_\($0)" }
    /// Variants that count again what is counted already.
    package let patternExceptions = ["external", "internal", "canary", "retry"]

    package init() {}

    package func reads(_ name: String) -> Bool {
        families.contains(name) || Self.measure(name) != nil
    }

    package func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries? {
        let own = reporter.map(Peer.init) ?? .unknown
        if Self.listenerFamilies.contains(key.name) { return Self.listener(key, of: own) }
        if Self.streamFamilies.contains(key.name) { return Self.stream(key, of: own) }
        guard let (measure, rest) = Self.measure(key.name), let label = key["envoy_cluster_name"] else { return nil }
        let name = Self.clusterName(label, rest: rest)
        switch EnvoyCluster(name) {
        case .own: return nil
        case .local: return Self.inbound(measure, key, to: own)
        case .service(let service, let namespace, let host, let subset):
            // A cluster that is called as the Envoy itself is the way to its own workload.
            let isItself =
                (name == reporter?.app || name == reporter?.workload || service == reporter?.app)
                && (namespace == nil || namespace == reporter?.namespace)
            guard !isItself else { return Self.inbound(measure, key, to: own) }
            let flow = Flow(
                source: own, destination: .namedByService(version: subset), service: host, serviceName: service,
                serviceNamespace: namespace ?? "unknown", protocol: .http)
            return Self.series(measure, key, of: flow, reporter: .source)
        }
    }

    // MARK: Names

    /// What a metric's name tells of a cluster, and the part of the cluster's name that has come into it.
    private static func measure(_ name: String) -> (measure: String, rest: String?)? {
        guard name.hasPrefix(clusterPrefix) else { return nil }
        let tail = name.dropFirst(clusterPrefix.count)
        guard let measure = clusterMeasures.first(where: { tail == $0 || tail.hasSuffix("_" + $0) }) else { return nil }
        guard tail.count > measure.count else { return (measure, nil) }
        let rest = tail.dropLast(measure.count + 1)
        let words = rest.split(separator: "_", omittingEmptySubsequences: false)
        if ["external", "internal", "canary", "retry"].contains(words.last) || words.contains("zone") { return nil }
        return rest.isEmpty ? nil : (measure, String(rest))
    }

    private static func clusterName(_ label: String, rest: String?) -> String {
        guard let rest else { return label }
        guard let cut = (rest + "_").firstRange(of: "_svc_") else {
            return "\(label).\(rest.replacing("_", with: "."))"
        }
        let namespace = rest[..<cut.lowerBound].replacing("_", with: "-")
        return "\(label).\(namespace)\(rest[cut.lowerBound...].replacing("_", with: "."))"
    }

    // MARK: Meanings

    private static func series(
        _ measure: String, _ key: SeriesKey, of flow: Flow, reporter: Reporter
    ) -> TrafficSeries? {
        var flow = flow
        var facts = TrafficFacts(reporter: reporter, code: "-", result: .succeeded)
        let number: TrafficSeries.Number
        var isSubstitute = false
        switch measure {
        case "upstream_rq":
            guard let code = key["envoy_response_code"] else { return nil }
            number = .requests
            facts.code = code == "0" ? "-" : code
            facts.result = RequestResult(response: code, grpcStatus: nil, flags: [])
        case "upstream_rq_xx":
            guard let code = responseClass(key) else { return nil }
            number = .requests
            facts.code = code
            facts.result = RequestResult(response: code, grpcStatus: nil, flags: [])
            isSubstitute = true
        case "upstream_rq_time_bucket":
            guard let bound = key["le"].flatMap(TrafficSeries.bound) else { return nil }
            number = .latencyBucket(upperBound: bound)
        case "upstream_rq_retry": number = .retries
        default:
            number = .streamBytes
            flow.protocol = .tcp
            flow.standing = .secondary
        }
        return TrafficSeries(
            number: number, traffic: Traffic(flow: flow, facts: facts), isSubstitute: isSubstitute)
    }

    /// `2xx`. Class 1 says only that an answer is to come.
    private static func responseClass(_ key: SeriesKey) -> String? {
        guard let digit = key["envoy_response_code_class"], ["2", "3", "4", "5"].contains(digit) else { return nil }
        return digit + "xx"
    }

    private static func inbound(_ measure: String, _ key: SeriesKey, to own: Peer) -> TrafficSeries? {
        // The bytes of a way in are counted by its listener, where TCP is told from HTTP.
        guard !measure.hasSuffix("bytes_total") else { return nil }
        return series(measure, key, of: inboundFlow(to: own), reporter: .destination)
    }

    private static func inboundFlow(to own: Peer) -> Flow {
        Flow(
            source: .unknown, destination: own, service: own.app, serviceName: own.app, serviceNamespace: own.namespace,
            protocol: .http, standing: .hearsay)
    }

    private static func listener(_ key: SeriesKey, of own: Peer) -> TrafficSeries? {
        guard let prefix = key["envoy_http_conn_manager_prefix"] else { return nil }
        let words = words(of: prefix)
        guard words.isDisjoint(with: outwardWords), words.isDisjoint(with: ownWords) else { return nil }
        let measure = key.name.hasSuffix("_bucket") ? "upstream_rq_time_bucket" : "upstream_rq_xx"
        var series = series(measure, key, of: inboundFlow(to: own), reporter: .destination)
        series?.isSubstitute = true
        return series
    }

    private static func stream(_ key: SeriesKey, of own: Peer) -> TrafficSeries? {
        guard let prefix = key["envoy_tcp_prefix"], !words(of: prefix).isDisjoint(with: inwardWords) else { return nil }
        var flow = inboundFlow(to: own)
        flow.protocol = .tcp
        return TrafficSeries(
            number: .streamBytes,
            traffic: Traffic(
                flow: flow, facts: TrafficFacts(reporter: .destination, code: "-", result: .succeeded)))
    }

    private static let outwardWords: Set<Substring> = ["egress", "outbound", "upstream", "out", "outgoing", "client"]
    private static let inwardWords: Set<Substring> = ["ingress", "inbound", "public", "downstream", "in", "incoming"]
    /// Listeners that serve the Envoy and those who look after it.
    private static let ownWords: Set<Substring> = [
        "admin", "stats", "metrics", "prometheus", "health", "healthcheck", "healthz", "ready", "readiness", "async",
    ]

    private static func words(of name: String) -> Set<Substring> {
        Set(name.lowercased().split { !$0.isLetter && !$0.isNumber })
    }
}
