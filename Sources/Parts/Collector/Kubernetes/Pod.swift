internal import JSONWire

/// What of a pod matters here. A pod's own text is a hundred times as long.
struct Pod: Hashable {
    struct Container: Hashable {
        var name: String
        /// Those with a number, by name; without one, ``""``.
        var ports: [Port]
    }

    struct Port: Hashable {
        var name: String
        var number: UInt16
    }

    var id: ObjectKey
    var labels: [String: String]
    var annotations: [String: String]
    /// Who made it and sees to it.
    var owner: (kind: String, name: String)? { ownerKind.map { ($0, ownerName) } }
    private var ownerKind: String?
    private var ownerName = ""
    var node: String?
    var address: String?
    /// Started, and not on its way out.
    var isRunning: Bool
    /// Those that run on: sidecars may be among the init containers.
    var containers: [Container]

    /// Annotations and labels are kept only where somebody asks for them.
    private static let annotationPrefix = "prometheus.io/"
    private static let wantedLabels: Set<String> = [
        "app", "version", "app.kubernetes.io/name", "app.kubernetes.io/version", "service.istio.io/canonical-name",
        "service.istio.io/canonical-revision", "pod-template-hash", "istio", "operator.istio.io/component",
        "gateway.networking.k8s.io/gateway-class-name", "gateway.istio.io/managed",
        "gateway.networking.k8s.io/gateway-name", "deploymentconfig", "topology.istio.io/cluster",
    ]
    private static let maximumContainers = 64

    /// Nothing for what is no pod: an API server is trusted with what a pod is, not with what crashes us.
    init?(_ value: JSONValue) {
        guard let metadata = value["metadata"], let id = ObjectKey(value) else { return nil }
        self.id = id
        labels = Self.texts(metadata["labels"]) { Self.wantedLabels.contains($0) }
        annotations = Self.texts(metadata["annotations"]) { $0.hasPrefix(Self.annotationPrefix) }
        let owners = metadata["ownerReferences"]?.array ?? []
        if let owner = owners.first(where: { $0["controller"]?.bool == true }) ?? owners.first {
            ownerKind = owner["kind"]?.string
            ownerName = owner["name"]?.string ?? ""
        }
        let spec = value["spec"]
        let status = value["status"]
        node = spec?["nodeName"]?.string
        address = status?["podIP"]?.string
        let isDeleted = metadata["deletionTimestamp"].map { !$0.isNull } ?? false
        isRunning = status?["phase"]?.string == "Running" && !isDeleted
        // KEP-753: an init container that is always restarted is a sidecar.
        let sidecars = (spec?["initContainers"]?.array ?? []).filter { $0["restartPolicy"]?.string == "Always" }
        containers = ((spec?["containers"]?.array ?? []) + sidecars).prefix(Self.maximumContainers).map(Container.init)
    }

    private static func texts(_ value: JSONValue?, where isWanted: (String) -> Bool) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in value?.object ?? JSONObject() where isWanted(name) { texts[name] = value.string }
        return texts
    }
}

extension Pod.Container {
    fileprivate init(_ value: JSONValue) {
        name = value["name"]?.string ?? ""
        ports = (value["ports"]?.array ?? []).prefix(64).compactMap { port in
            guard let number = port["containerPort"]?.int.flatMap({ UInt16(exactly: $0) }), number > 0 else {
                return nil
            }
            return Pod.Port(name: port["name"]?.string ?? "", number: number)
        }
    }
}
