package import ExpositionWire
package import MeshModel

/// Envoys of an AWS App Mesh, recognised by the tags `appmesh_mesh` and `appmesh_virtual_node` or
/// `appmesh_virtual_gateway` (`ENABLE_ENVOY_STATS_TAGS=1`).
///
/// <https://docs.aws.amazon.com/app-mesh/latest/userguide/metrics.html>; the service ended on 2026-09-30, so that this
/// reads what still runs somewhere, and recordings.
///
/// The destination stands in the cluster's name, `cds_egress_<mesh>_<virtual node>_<protocol>_<port>`. Where the controller
/// for Kubernetes has named the virtual nodes `<name>_<namespace>`, they are taken apart; else the mesh stands for the
/// namespace. What reaches the node itself (`cds_ingress_…`) is ``Flow/Standing/hearsay``.
///
/// The metrics extension (`envoy_appmesh_*`, `APPMESH_METRIC_EXTENSION_VERSION=1`) names both ends, but counts the
/// same responses by class only: it counts where clusters are not shown.
package struct AppMeshFormat: MetricFormat {
    package var name: String { "App Mesh" }

    private static let streams = [
        "envoy_cluster_upstream_cx_rx_bytes_total", "envoy_cluster_upstream_cx_tx_bytes_total",
    ]
    private static let responses = ["2", "3", "4", "5"].map { "envoy_appmesh_HTTPCode_Target_\($0)XX_Count" }
    private static let responseTime = "envoy_appmesh_TargetResponseTime_bucket"

    package let families = EnvoyClusterNumber.families + Self.streams + Self.responses + [Self.responseTime]

    package init() {}

    package func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries? {
        guard let mesh = key["appmesh_mesh"] ?? key["Mesh"], let name = Self.ownName(key) else { return nil }
        let node = VirtualNodes(mesh: mesh, isKubernetes: reporter.map { name.hasSuffix("_" + $0.namespace) } ?? false)
        let own = node.peer(name)
        if key.name.hasPrefix("envoy_appmesh_") { return Self.extended(key, from: own, node) }
        guard let cluster = key["envoy_cluster_name"].flatMap({ AppMeshCluster($0, mesh: mesh) }) else { return nil }
        var flow = Self.flow(from: own, to: node.peer(cluster.node), service: cluster.node)
        flow.protocol = cluster.protocol
        var reporter = Reporter.source
        if cluster.isIngress {
            flow = Self.flow(from: .unknown, to: own, service: name)
            flow.protocol = cluster.protocol
            flow.standing = .hearsay
            reporter = .destination
        }
        if Self.streams.contains(key.name) {
            // HTTP's connections have bytes too, but they are no traffic of their own.
            guard cluster.protocol == .tcp else { return nil }
            return TrafficSeries(
                number: .streamBytes,
                traffic: Traffic(
                    flow: flow, facts: TrafficFacts(reporter: reporter, code: "-", result: .succeeded)))
        }
        guard cluster.protocol != .tcp else { return nil }
        return EnvoyClusterNumber(key)?.series(of: flow, reporter: reporter)
    }

    private static func ownName(_ key: SeriesKey) -> String? {
        key["appmesh_virtual_node"] ?? key["appmesh_virtual_gateway"] ?? key["VirtualNode"] ?? key["VirtualGateway"]
    }

    private static func flow(from source: Peer, to destination: Peer, service: String) -> Flow {
        Flow(
            source: source, destination: destination, service: service, serviceName: destination.app,
            serviceNamespace: destination.namespace, protocol: .http)
    }

    private static func extended(_ key: SeriesKey, from own: Peer, _ nodes: VirtualNodes) -> TrafficSeries? {
        guard let target = key["TargetVirtualNode"] else { return nil }
        var flow = flow(from: own, to: nodes.peer(target), service: key["TargetVirtualService"] ?? target)
        flow.standing = .secondary
        var facts = TrafficFacts(reporter: .source, code: "-", result: .succeeded)
        guard key.name != responseTime else {
            guard let bound = key["le"].flatMap(TrafficSeries.bound) else { return nil }
            return TrafficSeries(
                number: .latencyBucket(upperBound: bound), traffic: Traffic(flow: flow, facts: facts))
        }
        guard let index = responses.firstIndex(of: key.name) else { return nil }
        // Only the class is told.
        facts.code = "\(index + 2)xx"
        facts.result = RequestResult(response: facts.code, grpcStatus: nil, flags: [])
        return TrafficSeries(number: .requests, traffic: Traffic(flow: flow, facts: facts))
    }
}

/// How the virtual nodes of a mesh are named.
private struct VirtualNodes {
    var mesh: String
    var isKubernetes: Bool

    func peer(_ name: String) -> Peer {
        if isKubernetes, let cut = name.lastIndex(of: "_") {
            let namespace = String(name[name.index(after: cut)...])
            return Peer(
                namespace: namespace, workload: "unknown", app: String(name[..<cut]), version: "latest")
        }
        return Peer(namespace: mesh, workload: "unknown", app: name, version: "latest")
    }
}

/// `cds_egress_<mesh>_<virtual node>_<protocol>_<port>`; names may have underscores of their own.
private struct AppMeshCluster {
    var isIngress: Bool
    var node: String
    var `protocol`: TrafficProtocol

    init?(_ name: String, mesh: String) {
        let egress = "cds_egress_\(mesh)_"
        let ingress = "cds_ingress_\(mesh)_"
        isIngress = name.hasPrefix(ingress)
        guard isIngress || name.hasPrefix(egress) else { return nil }
        let words = name.dropFirst(isIngress ? ingress.count : egress.count).split(
            separator: "_", omittingEmptySubsequences: false)
        guard words.count > 2, UInt16(words[words.count - 1]) != nil else { return nil }
        switch words[words.count - 2] {
        case "http", "http2": self.protocol = .http
        case "grpc": self.protocol = .grpc
        case "tcp": self.protocol = .tcp
        default: return nil
        }
        node = words.dropLast(2).joined(separator: "_")
        // A gateway's way back to itself carries every request a second time.
        guard !node.isEmpty, !node.contains("_self_redirect") else { return nil }
    }
}
