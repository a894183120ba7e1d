package import JSONWire

/// Which object: kind, namespace and name.
package struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var kind: ResourceKind
    package var namespace: String
    package var name: String

    package init(kind: ResourceKind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// `VirtualService payments/payment-service`.
    package var description: String { "\(kind.rawValue) \(namespace)/\(name)" }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.kind, left.namespace, left.name) < (right.kind, right.namespace, right.name)
    }
}

/// One object of the configuration, checked by itself: what it says is well-formed and supported. Whether it fits the
/// others is ``MeshConfiguration``'s question.
package struct ConfigObject: Hashable, Sendable {
    package enum Spec: Hashable, Sendable {
        case virtualService(VirtualService)
        case destinationRule(DestinationRule)
        case gateway(Gateway)
        case serviceEntry(ServiceEntry)
        case workloadEntry(WorkloadEntry)
        case peerAuthentication(PeerAuthentication)
        case authorizationPolicy(AuthorizationPolicy)
        case requestAuthentication(RequestAuthentication)
        case service(Service)
        case configMap(ConfigMap)
    }

    package let key: ObjectKey
    package let apiVersion: String
    package let metadata: ObjectMetadata
    package let spec: Spec
    /// The object as it came.
    package let raw: JSONValue

    package var kind: ResourceKind { key.kind }

    /// Reads an object in Kubernetes' form. The error's pointer leads from the object's top: `/spec/http/0/timeout`.
    package init(_ json: JSONValue, defaultNamespace: String = "default") throws(SchemaError) {
        let reader = SchemaReader(json)
        let isMap = json["kind"]?.string == ResourceKind.configMap.rawValue
        let fields = try reader.fields(
            ["apiVersion", "kind", "metadata"] + (isMap ? ["data"] : ["spec", "status"]),
            unsupported: isMap ? ["binaryData", "immutable"] : [])
        let kind = try fields.required("kind").choice(of: ResourceKind.self)
        let version = try fields.required("apiVersion")
        let apiVersions = kind.versions.map(kind.apiVersion)
        apiVersion = try version.string()
        guard apiVersions.contains(apiVersion) else {
            throw version.error(
                "\"\(apiVersion)\" has no \(kind.rawValue); expected \(apiVersions.joined(separator: ", "))")
        }
        metadata = try ObjectMetadata(fields.required("metadata"), defaultNamespace: defaultNamespace)
        key = ObjectKey(kind: kind, namespace: metadata.namespace, name: metadata.name)
        raw = json
        _ = try RateLimit.all(of: metadata, kind: kind)
        _ = try ProxyConfig.of(metadata)

        // An absent spec is an empty one: a PeerAuthentication without any means "inherit".
        let body = fields["spec"] ?? SchemaReader([:], at: "/spec")
        spec =
            switch kind {
            case .virtualService: .virtualService(try VirtualService(body))
            case .destinationRule: .destinationRule(try DestinationRule(body))
            case .gateway: .gateway(try Gateway(body))
            case .serviceEntry: .serviceEntry(try ServiceEntry(body))
            case .workloadEntry: .workloadEntry(try WorkloadEntry(body))
            case .peerAuthentication: .peerAuthentication(try PeerAuthentication(body))
            case .authorizationPolicy: .authorizationPolicy(try AuthorizationPolicy(body))
            case .requestAuthentication: .requestAuthentication(try RequestAuthentication(body))
            case .service: .service(try Service(body))
            case .configMap: .configMap(try ConfigMap(fields["data"], name: metadata.name))
            }
    }

    /// Where two objects cannot both hold, the older wins; of equal age, the first by name. Istio's rule.
    package func isOlder(than other: ConfigObject) -> Bool {
        (metadata.creationTimestamp ?? "", key) < (other.metadata.creationTimestamp ?? "", other.key)
    }
}
