import JSONWire
import SystemIO
import YAMLWire

/// Which processes a mesh directory needs: one proxy for every WorkloadEntry in it.
struct DemoPlan {
    struct Workload {
        var name: String
        var namespace: String
        var address: String
        var serviceAccount: String
        /// Sorted by key.
        var labels: [(key: String, value: String)]
        /// A gateway has no application behind it.
        var isGateway: Bool

        /// Istio's form: `sidecar~127.0.1.9~payment-v1.payments~payments.svc.cluster.local`.
        var nodeID: String {
            "\(isGateway ? "router" : "sidecar")~\(address)~\(name).\(namespace)~\(namespace).svc.cluster.local"
        }

        /// Where the application listens: the mesh address with `2` in its third place, as a pod's own loopback.
        var applicationAddress: String {
            var parts = address.split(separator: ".").map(String.init)
            if parts.count == 4 { parts[2] = "2" }
            return parts.joined(separator: ".")
        }
    }

    var workloads: [Workload]

    /// Reads every YAML file of `directory`. The control plane reads the same files and reports what is wrong in
    /// them with line and column; here only the workloads matter.
    init(directory: String) throws(CommandFailure) {
        var documents: [YAMLDocument] = []
        do {
            for name in try Files.list(directory).sorted() where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
                let path = "\(directory)/\(name)"
                documents += try YAMLParser.parse(try Files.read(path), file: path)
            }
        } catch {
            throw CommandFailure("\(error)")
        }
        let objects = documents.map(\.value)
        let gateways = objects.filter { $0["kind"]?.string == "Gateway" }
            .compactMap { $0["spec"]?["selector"]?.object }
        workloads = objects.filter { $0["kind"]?.string == "WorkloadEntry" }
            .compactMap { Self.workload($0, gateways: gateways) }
            .sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        guard !workloads.isEmpty else {
            throw CommandFailure("\(directory) has no WorkloadEntry, so there is nothing to start")
        }
    }

    private static func workload(_ object: JSONValue, gateways: [JSONObject]) -> Workload? {
        guard let name = object["metadata"]?["name"]?.string, let spec = object["spec"],
            let address = spec["address"]?.string
        else { return nil }
        let labels = (spec["labels"]?.object ?? [:]).compactMap { key, value in
            value.string.map { (key: key, value: $0) }
        }
        let isGateway = gateways.contains { selector in
            !selector.isEmpty
                && selector.allSatisfy { key, value in labels.contains { $0.key == key && $0.value == value.string } }
        }
        return Workload(
            name: name, namespace: object["metadata"]?["namespace"]?.string ?? "default", address: address,
            serviceAccount: spec["serviceAccount"]?.string ?? "default", labels: labels.sorted { $0.key < $1.key },
            isGateway: isGateway)
    }
}
