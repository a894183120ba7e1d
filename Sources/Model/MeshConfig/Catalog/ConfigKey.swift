/// Which object of the configuration, of any kind, also of one that nothing here can judge.
package struct ConfigKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As Kubernetes spells it: `VirtualService`.
    package let kind: String
    package let namespace: String
    package let name: String

    package init(kind: String, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    package init(_ key: ObjectKey) {
        self.init(kind: key.kind.rawValue, namespace: key.namespace, name: key.name)
    }

    /// `VirtualService payments/payment-service`.
    package var description: String { "\(kind) \(namespace)/\(name)" }

    package static func < (left: ConfigKey, right: ConfigKey) -> Bool {
        (left.kind, left.namespace, left.name) < (right.kind, right.namespace, right.name)
    }
}

/// Where the API serves a kind of objects.
package struct ConfigResource: Hashable, Sendable {
    /// Empty for Kubernetes' own.
    package let group: String
    package let version: String
    /// The name in paths: `virtualservices`.
    package let plural: String
    package let kind: String

    package init(group: String, version: String, plural: String, kind: String) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
    }

    package init(_ kind: ResourceKind) {
        self.init(group: kind.group, version: kind.versions[0], plural: kind.plural, kind: kind.rawValue)
    }

    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of all of them: `/apis/networking.istio.io/v1/virtualservices`.
    package var path: String { (group.isEmpty ? "/api/" : "/apis/") + "\(apiVersion)/\(plural)" }

    /// The path of one of them.
    package func path(namespace: String, name: String) -> String {
        (group.isEmpty ? "/api/" : "/apis/") + "\(apiVersion)/namespaces/\(namespace)/\(plural)/\(name)"
    }
}
