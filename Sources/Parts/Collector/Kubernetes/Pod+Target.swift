internal import MeshModel
internal import SystemIO

extension Pod {
    /// Where its proxy shows metrics, with the labels that tell who it is; nothing for a pod that shows none.
    ///
    /// | of the pod | asked at |
    /// |---|---|
    /// | a container `istio-proxy` | its port `http-envoy-prom`, else 15090, `/stats/prometheus`; a ztunnel's `ztunnel-stats` |
    /// | a container `linkerd-proxy` | its port `linkerd-admin`, else 4191, `/metrics` |
    /// | `prometheus.io/scrape: "true"` | `prometheus.io/port`, else its first port; `…/path`, else `/metrics`; `…/scheme` |
    ///
    /// A sidecar is asked itself and not through what it merges with its application's metrics: those are not the mesh's.
    func target(in cluster: String) -> TargetEntry? {
        guard isRunning, let address, let place = place,
            let host = SocketAddress(ip: address, port: place.port)
        else { return nil }
        return TargetEntry(
            url: TargetURL(scheme: place.scheme, host: .address(host), path: place.path), labels: labels(in: cluster))
    }

    private struct Place {
        var port: UInt16
        var path: String
        var scheme = TargetScheme.http
    }

    private var place: Place? {
        if let proxy = containers.first(where: { $0.name == "istio-proxy" }) {
            let port = proxy.port("http-envoy-prom") ?? proxy.port("ztunnel-stats") ?? 15_090
            return Place(port: port, path: "/stats/prometheus")
        }
        if let proxy = containers.first(where: { $0.name == "linkerd-proxy" }) {
            return Place(port: proxy.port("linkerd-admin") ?? 4191, path: "/metrics")
        }
        guard annotations["prometheus.io/scrape"]?.lowercased() == "true" else { return nil }
        let named = annotations["prometheus.io/port"].flatMap { UInt16($0) }
        guard let port = named ?? containers.lazy.flatMap(\.ports).first?.number, port > 0 else { return nil }
        let path = annotations["prometheus.io/path"] ?? "/metrics"
        let scheme = annotations["prometheus.io/scheme"].flatMap { TargetScheme(rawValue: $0.lowercased()) } ?? .http
        return Place(port: port, path: TargetURL.isPath(path) ? path : "/metrics", scheme: scheme)
    }

    /// In the names that ``TargetLabels/identity`` reads.
    private func labels(in cluster: String) -> TargetLabels {
        var texts = ["namespace": id.namespace, "pod": id.name, "workload": workload, "app": app, "version": version]
        texts["node"] = node
        texts["cluster"] = labels["topology.istio.io/cluster"] ?? cluster
        return TargetLabels(texts)
    }

    /// Istio's canonical service: <https://istio.io/latest/docs/reference/config/labels/>.
    var app: String {
        for name in ["service.istio.io/canonical-name", "app.kubernetes.io/name", "app"] {
            if let text = labels[name], !text.isEmpty { return text }
        }
        return workload
    }

    var version: String {
        for name in ["service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"] {
            if let text = labels[name], !text.isEmpty { return text }
        }
        return "latest"
    }

    /// Who runs it, as Istio names workloads: the deployment behind a replica set, the cron job behind a job.
    var workload: String {
        guard let (kind, name) = owner, !name.isEmpty else { return id.name }
        switch kind {
        case "ReplicaSet":
            guard let hash = labels["pod-template-hash"], name.hasSuffix("-\(hash)"), name.count > hash.count + 1 else {
                return name
            }
            return String(name.dropLast(hash.count + 1))
        case "ReplicationController": return labels["deploymentconfig"] ?? name
        case "Job":
            // A cron job names its jobs after the minute.
            let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
            let rest = name.dropLast(digits)
            return (8...10).contains(digits) && rest.hasSuffix("-") && rest.count > 1 ? String(rest.dropLast()) : name
        default: return name
        }
    }
}

extension Pod.Container {
    fileprivate func port(_ name: String) -> UInt16? { ports.first { $0.name == name }?.number }
}
