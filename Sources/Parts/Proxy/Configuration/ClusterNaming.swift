import Discovery
import JSONWire

/// What Istio's cluster names say: `<direction>|<port>|<subset>|<host>`, as in
/// `outbound|80|v1|payment-service.payments.svc.cluster.local`.
struct ClusterNaming: Hashable, Sendable {
    var port: String
    var subset: String
    /// Empty for inbound clusters.
    var host: String

    /// Nothing for a name of another form.
    init?(_ name: String) {
        let parts = name.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "outbound" || parts[0] == "inbound" else { return nil }
        port = String(parts[1])
        subset = String(parts[2])
        host = String(parts[3])
    }
}

extension ServiceLabels {
    /// The service behind a cluster: what its metadata says, else what its name tells, else the name itself.
    init(of cluster: Cluster, local: WorkloadLabels) {
        if let service = cluster.metadata["istio"]?["services"]?[0], let host = service["host"]?.string {
            self.init(
                host: host, name: service["name"]?.string ?? host,
                namespace: service["namespace"]?.string ?? WorkloadLabels.unknownText)
            return
        }
        guard let naming = ClusterNaming(cluster.name) else {
            self.init(host: cluster.name, name: cluster.name, namespace: WorkloadLabels.unknownText)
            return
        }
        if naming.host.isEmpty {
            self.init(host: local.app, name: local.app, namespace: local.namespace)
            return
        }
        let parts = naming.host.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 3, parts[2] == "svc" {
            self.init(host: naming.host, name: String(parts[0]), namespace: String(parts[1]))
        } else {
            self.init(host: naming.host, name: naming.host, namespace: WorkloadLabels.unknownText)
        }
    }

    /// The name of a span for this service on `port`, as Istio writes it: `host:port/*`.
    func spanName(port: String?) -> String {
        port.map { "\(host):\($0)/*" } ?? host
    }
}
