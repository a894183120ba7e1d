package import ExpositionWire
package import MeshModel

/// The metrics of Linkerd's proxies, on their admin port 4191.
///
/// <https://linkerd.io/2/reference/proxy-metrics/>. Every request is counted by `response_total` where it ends, with what
/// became of it; `request_total`, which counts it where it begins, knows neither status nor success and is not read.
///
/// Only an **outbound** proxy names both ends: itself – its target's workload, or the labels that Linkerd's own
/// Prometheus adds – and the pod that it picked (`dst_*`). So the source's word makes the edges. Unlike Istio's source it
/// can vouch for mutual TLS, because `tls="true"` means that it has checked the server's identity.
///
/// An **inbound** proxy knows of its client no more than the service account (`client_id`). That is
/// ``Flow/Standing/hearsay``: it makes an edge only where no client from there reports, as from a mesh that is not
/// scraped. A client without an identity is outside the mesh, so that nobody else counts it. What the kubelet probes is
/// nobody's traffic.
///
/// Three families tell of the same requests again, and count only where `response_total` is missing: connections
/// (`tcp_*`), which carry HTTP as well as anything else, and the newer families by route (`outbound_*_route_*`), which
/// name a service and no workload.
package struct LinkerdFormat: MetricFormat {
    package var name: String { "Linkerd" }

    package let families =
        [
            "response_total", "response_latency_ms_bucket", "tcp_read_bytes_total", "tcp_write_bytes_total",
        ] + LinkerdRoutes.families

    package init() {}

    package func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries? {
        if LinkerdRoutes.families.contains(key.name) {
            return LinkerdRoutes.series(key, from: Self.own(key, reporter))
        }
        let number: TrafficSeries.Number
        switch key.name {
        case "response_total": number = .requests
        case "response_latency_ms_bucket":
            guard let bound = key["le"].flatMap(TrafficSeries.bound) else { return nil }
            number = .latencyBucket(upperBound: bound)
        case "tcp_read_bytes_total", "tcp_write_bytes_total":
            // Each byte passes a proxy on both sides; the side of the network is the one between two workloads.
            guard key["peer"] == (key["direction"] == "outbound" ? "dst" : "src") else { return nil }
            number = .streamBytes
        default: return nil
        }
        let own = Self.own(key, reporter)
        let isStream = number == .streamBytes
        let reporter: Reporter
        let flow: Flow?
        switch key["direction"] {
        case "outbound":
            reporter = .source
            flow = Self.outbound(key, from: own, isStream: isStream)
        case "inbound":
            reporter = .destination
            flow = Self.inbound(key, to: own, isStream: isStream)
        // Others have a family `response_total` too.
        default: return nil
        }
        guard let flow else { return nil }
        return TrafficSeries(
            number: number, traffic: Traffic(flow: flow, facts: Self.facts(key, reporter, isStream: isStream)))
    }

    private static func facts(_ key: SeriesKey, _ reporter: Reporter, isStream: Bool) -> TrafficFacts {
        let isMutualTLS = key["tls"] == "true"
        guard !isStream else {
            return TrafficFacts(reporter: reporter, code: "-", result: .succeeded, isMutualTLS: isMutualTLS)
        }
        let grpc = key["grpc_status_code"] ?? key["grpc_status"]
        let code = key["status_code"]
        return TrafficFacts(
            reporter: reporter, code: grpc ?? code ?? "-",
            result: result(code: code, grpc: grpc, classification: key["classification"]), isMutualTLS: isMutualTLS)
    }

    /// The proxy classifies: of gRPC's statuses only Unknown, DeadlineExceeded, Internal, Unavailable and DataLoss fail.
    private static func result(code: String?, grpc: String?, classification: String?) -> RequestResult {
        guard let code else { return classification == "success" ? .succeeded : .noResponse }
        switch (classification, grpc) {
        case ("failure", .some(let grpc)) where grpc != "0": return .grpcError
        case ("failure", _): return .serverError
        case ("success", .some): return .succeeded
        case (_, let grpc): return RequestResult(response: code, grpcStatus: grpc, flags: [])
        }
    }

    // MARK: Ends

    /// Who exposes the series.
    private static func own(_ key: SeriesKey, _ reporter: WorkloadIdentity?) -> Peer? {
        if let reporter { return Peer(reporter) }
        return workload(key, prefix: "", namespace: key["namespace"])
    }

    private static let kinds = [
        "deployment", "statefulset", "daemonset", "k8s_job", "job", "cronjob", "replicationcontroller", "replicaset",
        "pod",
    ]

    /// The workload by its owner's name, which is all that Linkerd tells; ``PeerDirectory`` knows the rest.
    private static func workload(_ key: SeriesKey, prefix: String, namespace: String?) -> Peer? {
        guard let namespace, let name = kinds.lazy.compactMap({ key[prefix + $0] }).first else { return nil }
        return Peer(namespace: namespace, workload: name, app: "unknown", version: "unknown")
    }

    private static func outbound(_ key: SeriesKey, from own: Peer?, isStream: Bool) -> Flow? {
        guard let own else { return nil }
        let destination = workload(key, prefix: "dst_", namespace: key["dst_namespace"]) ?? .unknown
        let authority = key["authority"].map(LinkerdHost.init)
        var host = LinkerdHost(service: key["dst_service"], namespace: key["dst_namespace"])
        if host.name == "unknown", let authority { host = authority }
        // Nobody, asked for by a bare address.
        if destination.isUnknown, host.name == "unknown" { return nil }
        return Flow(
            source: own, destination: destination, service: authority?.text ?? host.text, serviceName: host.name,
            serviceNamespace: host.namespace, protocol: `protocol`(key, isStream: isStream),
            standing: isStream ? .secondary : .full)
    }

    private static func inbound(_ key: SeriesKey, to own: Peer?, isStream: Bool) -> Flow? {
        guard let own, key["route_name"] != "probe" else { return nil }
        var source = Peer.unknown
        let isNamed = key["client_id"] != nil || key["tls"] == "true"
        if let client = key["client_id"].flatMap(client) { source = client }
        return Flow(
            source: source, destination: own, service: "unknown", serviceName: "unknown",
            serviceNamespace: own.namespace, protocol: `protocol`(key, isStream: isStream),
            standing: isNamed ? .hearsay : isStream ? .secondary : .full)
    }

    /// `web.emojivoto.serviceaccount.identity.linkerd.cluster.local`, or the same as a SPIFFE identity.
    private static func client(_ identity: String) -> Peer? {
        if let spiffe = SPIFFEIdentity(uri: identity) {
            return Peer(
                namespace: spiffe.namespace, workload: "unknown", app: spiffe.serviceAccount, version: "latest")
        }
        let words = identity.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count > 3, words[2] == "serviceaccount", !words[0].isEmpty, !words[1].isEmpty else { return nil }
        return Peer(namespace: String(words[1]), workload: "unknown", app: String(words[0]), version: "latest")
    }

    private static func `protocol`(_ key: SeriesKey, isStream: Bool) -> TrafficProtocol {
        if isStream { return .tcp }
        return key["grpc_status_code"] == nil && key["grpc_status"] == nil ? .http : .grpc
    }
}

/// The host that a request asked for, and the service of the mesh that it names.
struct LinkerdHost {
    /// Without a port.
    var text: String
    var name = "unknown"
    var namespace = "unknown"

    init(service: String?, namespace: String?) {
        text = "unknown"
        guard let service else { return }
        name = service
        self.namespace = namespace ?? "unknown"
        text = "\(service).\(self.namespace).svc.cluster.local"
    }

    /// `web.emojivoto.svc.cluster.local:80`, or a host of the world.
    init(_ authority: String) {
        text = String(authority.split(separator: ":", maxSplits: 1).first ?? "")
        let words = text.split(separator: ".")
        if words.count > 2, words[2] == "svc" {
            name = String(words[0])
            namespace = String(words[1])
        } else if !text.allSatisfy({ $0.isNumber || $0 == "." }) {
            name = text
        }
    }
}

extension Peer {
    /// Whoever is scraped.
    init(_ identity: WorkloadIdentity) {
        self.init(
            namespace: identity.namespace, workload: identity.workload, app: identity.app, version: identity.version)
    }
}
