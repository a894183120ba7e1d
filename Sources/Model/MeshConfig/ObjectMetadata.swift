import JSONWire

/// Kubernetes' `metadata`, as far as it means something here. The rest is kept in the object's own JSON.
package struct ObjectMetadata: Hashable, Sendable {
    package var name: String
    package var namespace: String
    package var labels: [String: String]
    package var annotations: [String: String]
    /// Changes with every write; nothing for an object that was not stored.
    package var resourceVersion: String?
    /// Grows with every change of the spec.
    package var generation: Int?
    package var uid: String?
    /// RFC 3339 in UTC, so that order as text is order in time.
    package var creationTimestamp: String?

    package init(
        name: String, namespace: String, labels: [String: String] = [:], annotations: [String: String] = [:],
        resourceVersion: String? = nil, generation: Int? = nil, uid: String? = nil, creationTimestamp: String? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.annotations = annotations
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.uid = uid
        self.creationTimestamp = creationTimestamp
    }

    /// Reads `metadata`; an object without a namespace belongs to `defaultNamespace`.
    init(_ reader: SchemaReader, defaultNamespace: String) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "name", "namespace", "labels", "annotations", "resourceVersion", "generation", "uid",
                "creationTimestamp", "managedFields", "selfLink", "finalizers", "ownerReferences",
            ], unsupported: ["generateName", "deletionTimestamp", "deletionGracePeriodSeconds"])
        let name = try fields.required("name")
        self.name = try name.string()
        guard self.name.isDNSName else {
            throw name.error("\"\(self.name)\" is not a name; use lower-case letters, digits, \"-\" and \".\"")
        }
        let namespace = fields["namespace"]
        self.namespace = try namespace?.string() ?? defaultNamespace
        guard self.namespace.isDNSLabel else {
            throw (namespace ?? reader).error(
                "\"\(self.namespace)\" is not a namespace; use lower-case letters, digits and \"-\"")
        }
        labels = try fields["labels"]?.stringMap() ?? [:]
        annotations = try fields["annotations"]?.stringMap() ?? [:]
        resourceVersion = try fields["resourceVersion"]?.string()
        generation = try fields["generation"]?.integer(in: 0...Int.max)
        uid = try fields["uid"]?.string()
        creationTimestamp = try fields["creationTimestamp"]?.string()
    }
}
