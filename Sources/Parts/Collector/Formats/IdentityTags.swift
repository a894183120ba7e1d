package import ExpositionWire
package import MeshModel

/// Who a target is by labels that all its metrics have: an Envoy's configuration may add such tags (`stats_tags` with a
/// `fixed_value`).
///
/// A label that some series lack, or that has two values, tells of the series and not of the target.
package struct IdentityTags: Hashable, Sendable {
    private struct Value: Hashable, Sendable {
        var text: String
        var series: Int
        var isOne = true
    }

    private static let apps = ["app", "service", "service_name", "canonical_service", "local_cluster", "node_cluster"]
    private static let workloads = ["workload", "workload_name", "deployment"]
    private static let namespaces = ["namespace", "service_namespace", "kubernetes_namespace"]
    private static let versions = ["version", "service_version", "canonical_revision"]
    private static let names = Set(apps + workloads + namespaces + versions)

    private var series = 0
    private var values: [String: Value] = [:]

    package init() {}

    /// Takes a series into account.
    package mutating func see(_ key: SeriesKey) {
        series += 1
        for label in key.labels where Self.names.contains(label.name) {
            var value = values[label.name] ?? Value(text: label.value, series: 0)
            value.series += 1
            if value.text != label.value { value.isOne = false }
            values[label.name] = value
        }
    }

    /// Nothing unless the tags tell the app or the workload at least.
    package var identity: WorkloadIdentity? {
        let app = first(of: Self.apps)
        guard let workload = first(of: Self.workloads) ?? app else { return nil }
        return WorkloadIdentity(
            namespace: first(of: Self.namespaces) ?? "unknown", workload: workload, app: app ?? workload,
            version: first(of: Self.versions) ?? "latest")
    }

    private func first(of names: [String]) -> String? {
        for name in names {
            if let value = values[name], value.isOne, value.series == series { return value.text }
        }
        return nil
    }
}
