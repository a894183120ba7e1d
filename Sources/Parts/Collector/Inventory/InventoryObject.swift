internal import JSONWire
internal import MeshModel

/// One object of an API, read for what the graph needs of it.
///
/// Read leniently: an object of a newer schema, or one that a mesh would refuse, still names what is there.
enum InventoryObject: Hashable, Sendable {
    case service(ServiceName)
    case serviceEntry(MeshInventory.ServiceEntry)
    case workload(MeshInventory.Workload)
    case gateway(MeshInventory.Gateway)

    /// The most names that are kept of one object: hosts, labels.
    static let maximumNames = 256

    init?(_ object: JSONValue, kind: InventoryKind) {
        guard let key = ObjectKey(object) else { return nil }
        let spec = object["spec"]
        switch kind {
        case .service:
            self = .service(ServiceName(namespace: key.namespace, name: key.name))
        case .serviceEntry:
            self = .serviceEntry(
                MeshInventory.ServiceEntry(
                    namespace: key.namespace, name: key.name, hosts: Self.texts(spec?["hosts"]),
                    exportTo: Self.texts(spec?["exportTo"])))
        case .workloadEntry:
            self = .workload(Self.workload(object, key))
        case .gateway:
            let servers = (spec?["servers"]?.array ?? []).prefix(Self.maximumNames)
            let hosts = servers.flatMap { Self.texts($0["hosts"]) }.prefix(Self.maximumNames)
            self = .gateway(
                MeshInventory.Gateway(
                    namespace: key.namespace, name: key.name, selector: Self.labels(spec?["selector"]),
                    hosts: Array(hosts)))
        }
    }

    /// Named as its proxy names itself in telemetry: by its canonical labels, then the usual ones, then its own name.
    private static func workload(_ object: JSONValue, _ key: ObjectKey) -> MeshInventory.Workload {
        let own = labels(object["metadata"]?["labels"])
        let labels = own.merging(labels(object["spec"]?["labels"])) { $1 }
        let name = labels["service.istio.io/workload-name"] ?? key.name
        let identity = WorkloadIdentity(
            namespace: key.namespace, workload: name,
            app: labels["service.istio.io/canonical-name"] ?? labels["app"] ?? name,
            version: labels["service.istio.io/canonical-revision"] ?? labels["version"] ?? "latest")
        // The label tells what stands beside the workload; without it, nobody knows.
        let hasProxy: Bool? =
            switch labels["security.istio.io/tlsMode"] {
            case "disabled": false
            case "istio": true
            default: nil
            }
        return MeshInventory.Workload(identity, hasProxy: hasProxy, labels: labels)
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        (value?.array ?? []).prefix(maximumNames).compactMap(\.string)
    }

    private static func labels(_ value: JSONValue?) -> [String: String] {
        var labels: [String: String] = [:]
        for (name, value) in value?.object ?? [:] where labels.count < maximumNames { labels[name] = value.string }
        return labels
    }
}
