package import JSONWire
package import Quantities

/// One object of the configuration as people look at it: what it says, what is wrong with it, and whom it concerns.
package struct ConfigEntry: Hashable, Sendable {
    package let key: ConfigKey
    package let resource: ConfigResource
    /// The object as it is stored.
    package let body: JSONValue
    /// What is wrong with it, by itself or among the others, in the order of its text; nothing when this kind of
    /// object cannot be judged here.
    package internal(set) var problems: [ConfigProblem]?
    /// Full names of the hosts that it concerns, those that it names itself first.
    package internal(set) var hosts: [String] = []
    /// Whether it holds for every workload.
    package internal(set) var isMeshWide = false
    /// What it refers to, in the order of its text.
    package internal(set) var references: [ConfigReference] = []
    /// What refers to it, by its name.
    package internal(set) var referrers: [ConfigReference] = []

    init(_ resource: ConfigResource, _ body: JSONValue) {
        let metadata = body["metadata"]
        key = ConfigKey(
            kind: resource.kind, namespace: metadata?["namespace"]?.string ?? "",
            name: metadata?["name"]?.string ?? "")
        self.resource = resource
        self.body = body
    }

    /// Its `metadata.resourceVersion`; empty when it has none.
    package var revision: String { body["metadata"]?["resourceVersion"]?.string ?? "" }

    /// When it was made.
    package var created: WallTime? {
        (body["metadata"]?["creationTimestamp"]?.string).flatMap { WallTime(rfc3339: $0) }
    }

    /// Who wrote it last, by `metadata.managedFields`; nothing when nobody is named there.
    package var writer: String? {
        let entries = body["metadata"]?["managedFields"]?.array ?? []
        let newest = entries.enumerated().max { left, right in
            (left.element["time"]?.string ?? "", left.offset) < (right.element["time"]?.string ?? "", right.offset)
        }
        return newest?.element["manager"]?.string
    }

    /// The worst that is wrong with it.
    package var severity: ConfigProblem.Severity? { problems?.map(\.severity).max() }
}

/// That one object names another.
package struct ConfigReference: Hashable, Sendable {
    package let source: ConfigKey
    /// Where in the source it stands.
    package let pointer: JSONPointer
    package let target: ConfigKey
    /// What the target is to the source, in a word or two: `gateway`, `subset v2`.
    package let role: String
}

extension ConfigProblem {
    /// Where in the object it is, `spec.http[0].route`; empty when it is about all of it.
    package var field: String { pointer.fieldPath }
}
