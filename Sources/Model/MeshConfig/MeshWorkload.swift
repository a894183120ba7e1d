package import MeshModel

/// A WorkloadEntry object and what the mesh knows it by.
package struct MeshWorkload: Hashable, Sendable {
    /// The object's own name; several may share ``WorkloadIdentity/workload``.
    package let name: String
    package let namespace: String
    package let entry: WorkloadEntry
    /// The object's labels, with those of its spec laid over them.
    package let labels: [String: String]
    package let identity: WorkloadIdentity
    /// Who the workload is to others: the URI of its certificate.
    package let principal: SPIFFEIdentity
    /// True when some Gateway selects the workload: it then serves others in plain text, and has no application.
    package let isGateway: Bool
    /// True when a proxy stands before the workload, as for all but those labelled `security.istio.io/tlsMode: disabled`.
    package let hasProxy: Bool
    /// What it says of its own proxy.
    package let proxy: ProxyConfig

    package var key: ObjectKey { ObjectKey(kind: .workloadEntry, namespace: namespace, name: name) }

    init(_ object: ConfigObject, _ entry: WorkloadEntry, settings: MeshSettings, gateways: [Gateway]) {
        name = object.metadata.name
        namespace = object.metadata.namespace
        self.entry = entry
        let labels = object.metadata.labels.merging(entry.labels) { $1 }
        self.labels = labels
        let workload = labels["service.istio.io/workload-name"] ?? object.metadata.name
        principal = SPIFFEIdentity(
            trustDomain: settings.trustDomain, namespace: namespace, serviceAccount: entry.serviceAccount)
        identity = WorkloadIdentity(
            namespace: namespace, workload: workload,
            app: labels["service.istio.io/canonical-name"] ?? labels["app"] ?? workload,
            version: labels["service.istio.io/canonical-revision"] ?? labels["version"] ?? "latest",
            cluster: settings.cluster, principal: principal)
        isGateway = gateways.contains { labels.satisfies($0.selector) }
        // Whoever read the object has refused one that says it wrong.
        proxy = (try? ProxyConfig.of(object.metadata)) ?? ProxyConfig()
        hasProxy = labels["security.istio.io/tlsMode"] != "disabled"
    }
}

extension [String: String] {
    /// Whether these labels hold all of the selector's. An empty selector takes everything.
    func satisfies(_ selector: [String: String]) -> Bool {
        selector.allSatisfy { self[$0.key] == $0.value }
    }
}
