package import SystemIO

/// Where targets come from, beside a control plane, and how they are asked. All sources are followed at once.
package struct TargetSources: Hashable, Sendable {
    /// Named one by one: no list takes them away.
    package var targets: [TargetEntry]
    /// Files in the form of Prometheus' file service discovery, YAML or JSON. They are watched.
    package var files: [String]
    /// Servers of lists in the form of Prometheus' HTTP service discovery.
    package var urls: [TargetURL]
    /// Names of DNS service records, `_metrics._tcp.mesh.example`.
    package var services: [String]
    /// Kubernetes clusters whose pods are targets.
    package var clusters: [KubernetesCluster]
    /// The DNS server for the records and for the names of targets; nothing for what the machine uses.
    package var dnsServer: SocketAddress?
    /// For targets and ``urls``; a control plane is told no secrets.
    package var access: TargetAccess

    package init(
        targets: [TargetEntry] = [], files: [String] = [], urls: [TargetURL] = [], services: [String] = [],
        clusters: [KubernetesCluster] = [], dnsServer: SocketAddress? = nil, access: TargetAccess = TargetAccess()
    ) {
        self.targets = targets
        self.files = files
        self.urls = urls
        self.services = services
        self.clusters = clusters
        self.dnsServer = dnsServer
        self.access = access
    }

    /// Whether no target can come from here.
    package var isEmpty: Bool {
        targets.isEmpty && files.isEmpty && urls.isEmpty && services.isEmpty && clusters.isEmpty
    }
}
