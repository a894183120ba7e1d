package import MeshModel

/// What is known of a target beside what it says itself: the labels that came with it, without those in double
/// underscores, which say how it is asked.
package struct TargetLabels: Hashable, Sendable {
    private var values: [String: String]

    package init(_ values: [String: String] = [:]) {
        self.values = values.filter { !$0.key.hasPrefix("__") && !$0.value.isEmpty }
    }

    package subscript(name: String) -> String? { values[name] }

    package var isEmpty: Bool { values.isEmpty }
    /// Sorted by name.
    package var sorted: [(name: String, value: String)] {
        values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// These, and the others' where these have none.
    package func completed(by others: TargetLabels) -> TargetLabels {
        TargetLabels(values.merging(others.values) { mine, _ in mine })
    }

    /// Who runs there, when the labels tell the app or the workload at least.
    ///
    /// The names are those of our control plane's list; behind each stand the ones that Prometheus configurations give
    /// what Kubernetes and Istio call the same:
    ///
    /// | of the identity | labels, the first that is there |
    /// |---|---|
    /// | workload | `workload`, `deployment`; else the app, with its version when that is told |
    /// | app | `app`, `app_kubernetes_io_name`, `service_istio_io_canonical_name`, `service`; else the workload |
    /// | version | `version`, `app_kubernetes_io_version`, `service_istio_io_canonical_revision`; else `latest` |
    /// | namespace | `namespace`, `kubernetes_namespace`; else `default` |
    /// | cluster | `cluster`; else `Kubernetes` |
    /// | principal | `principal`, when it is a SPIFFE identity |
    package var identity: WorkloadIdentity? {
        let app = first("app", "app_kubernetes_io_name", "service_istio_io_canonical_name", "service")
        let version = first("version", "app_kubernetes_io_version", "service_istio_io_canonical_revision")
        let named = first("workload", "deployment")
        guard let workload = named ?? app.map({ app in version.map { "\(app)-\($0)" } ?? app }) else { return nil }
        return WorkloadIdentity(
            namespace: first("namespace", "kubernetes_namespace") ?? "default", workload: workload,
            app: app ?? workload, version: version ?? "latest", cluster: first("cluster") ?? "Kubernetes",
            principal: first("principal").flatMap { SPIFFEIdentity(uri: $0) })
    }

    private func first(_ names: String...) -> String? {
        for name in names {
            if let value = values[name] { return value }
        }
        return nil
    }
}
