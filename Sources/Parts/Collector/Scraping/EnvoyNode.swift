internal import JSONWire
internal import MeshModel

/// Who an Envoy says it is: the node of its configuration, from `/server_info` of its admin port.
///
/// <https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/base.proto#config-core-v3-node>
///
/// | node | read as |
/// |---|---|
/// | id `sidecar~10.1.2.3~cart-v1-7d4-x2.shop~shop.svc.cluster.local` (Istio) | namespace, pod; the rest from its metadata |
/// | id `mesh/colors/virtualNode/blue` (App Mesh) | namespace `colors`, app `blue` |
/// | anything else | app and workload: the cluster, else the id |
/// | metadata `NAMESPACE`, `WORKLOAD_NAME`, `LABELS.app`, … or `namespace`, `workload`, `app`, `version` | before the above |
struct EnvoyNode: Hashable {
    var id: String
    var cluster: String
    private var words: [String: String] = [:]
    private var labels: [String: String] = [:]

    /// Nothing when the bytes are no server info.
    init?(serverInfo bytes: [UInt8]) {
        guard let info = try? JSONValue.parse(bytes), let node = info["node"] else { return nil }
        id = node["id"]?.string ?? ""
        cluster = node["cluster"]?.string ?? ""
        for (key, value) in node["metadata"]?.object ?? [:] {
            if let text = value.string, !text.isEmpty { words[key.lowercased()] = text }
        }
        for (key, value) in node["metadata"]?["LABELS"]?.object ?? [:] {
            if let text = value.string, !text.isEmpty { labels[key] = text }
        }
    }

    /// Nothing when the node has no name.
    var identity: WorkloadIdentity? {
        let proxy = id.split(separator: "~", omittingEmptySubsequences: false)
        if proxy.count == 4 { return istio(pod: String(proxy[2]), domain: String(proxy[3])) }
        for text in [id, cluster] {
            let path = text.split(separator: "/")
            if path.count == 4, path[0] == "mesh", ["virtualNode", "virtualGateway"].contains(path[2]) {
                return identity(namespace: String(path[1]), workload: String(path[3]))
            }
        }
        return identity(namespace: nil, workload: cluster.isEmpty ? id : cluster)
    }

    /// `cart-v1-7d4b9-x2x1z.shop`, `shop.svc.cluster.local`; the cluster is `cart.shop`.
    private func istio(pod: String, domain: String) -> WorkloadIdentity? {
        let namespace = pod.split(separator: ".").dropFirst().last ?? domain.split(separator: ".").first
        var app = Substring(cluster)
        if let namespace, app.hasSuffix("." + namespace) { app = app.dropLast(namespace.count + 1) }
        let name = app.isEmpty ? pod.prefix { $0 != "." } : app
        return identity(namespace: namespace.map(String.init), workload: String(name))
    }

    private func identity(namespace: String?, workload: String) -> WorkloadIdentity? {
        let app =
            labels["service.istio.io/canonical-name"] ?? labels["app.kubernetes.io/name"] ?? labels["app"]
            ?? words["app"] ?? words["service"]
        let version =
            labels["service.istio.io/canonical-revision"] ?? labels["app.kubernetes.io/version"] ?? labels["version"]
            ?? words["version"]
        let name = words["workload_name"] ?? words["workload"] ?? (workload.isEmpty ? app : workload)
        guard let name, Self.isName(name) else { return nil }
        return WorkloadIdentity(
            namespace: words["namespace"] ?? namespace ?? "unknown", workload: name, app: app ?? workload,
            version: version ?? "latest", cluster: words["cluster_id"] ?? "Kubernetes")
    }

    /// Envoy needs a node only for discovery; some configurations fill it in with what is no name.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256 && text != "unknown"
    }
}
