package import JSONWire

/// Who asks for configuration: Envoy's `core.v3.Node` with Istio's metadata.
package struct Node: Hashable, Sendable {
    /// `sidecar~127.0.1.9~payment-v1.payments~payments.svc.cluster.local`.
    package var id: String
    package var cluster: String
    package var metadata: NodeMetadata

    package init(id: String, cluster: String = "", metadata: NodeMetadata = NodeMetadata()) {
        self.id = id
        self.cluster = cluster
        self.metadata = metadata
    }

    /// The four parts of ``id``; nothing when it is not of Istio's form.
    package var identifier: NodeIdentifier? { NodeIdentifier(id) }
}

/// What Istio's agent tells about the workload behind a proxy. Every field may be absent: a bare Envoy sends none.
package struct NodeMetadata: Hashable, Sendable {
    /// `NAME`: the WorkloadEntry, `payment-v1`.
    package var name: String?
    /// `NAMESPACE`.
    package var namespace: String?
    /// `WORKLOAD_NAME`, which several instances share.
    package var workloadName: String?
    /// `LABELS`.
    package var labels: [String: String]
    /// `SERVICE_ACCOUNT`.
    package var serviceAccount: String?
    /// `APP_ADDRESS`: the IP address on which the application listens; 127.0.0.1 when absent.
    package var appAddress: String?
    /// `CLUSTER_ID`.
    package var clusterID: String?
    /// `INTERCEPTION_MODE`: whether the machine sends the workload's connections to the proxy (`REDIRECT`); otherwise the
    /// application asks for it.
    package var isIntercepted = false
    /// Metadata under other names, kept as it came.
    package var others: JSONObject

    package init(
        name: String? = nil, namespace: String? = nil, workloadName: String? = nil, labels: [String: String] = [:],
        serviceAccount: String? = nil, appAddress: String? = nil, clusterID: String? = nil,
        others: JSONObject = JSONObject()
    ) {
        self.name = name
        self.namespace = namespace
        self.workloadName = workloadName
        self.labels = labels
        self.serviceAccount = serviceAccount
        self.appAddress = appAddress
        self.clusterID = clusterID
        self.others = others
    }
}

/// Istio's node id, `<kind>~<ip>~<name>.<namespace>~<dns-domain>`.
package struct NodeIdentifier: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        /// A proxy beside an application.
        case sidecar
        /// A gateway: a proxy without an application.
        case router
    }

    package var kind: Kind
    /// The workload's own address in the mesh.
    package var ip: String
    /// The WorkloadEntry.
    package var name: String
    package var namespace: String
    /// `payments.svc.cluster.local`.
    package var domain: String

    package init(kind: Kind, ip: String, name: String, namespace: String, domain: String) {
        self.kind = kind
        self.ip = ip
        self.name = name
        self.namespace = namespace
        self.domain = domain
    }

    /// Reads the text form; nothing when it is not exactly of that form. A name may hold dots, a namespace may not.
    package init?(_ text: String) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 4, let kind = Kind(rawValue: String(parts[0])), !parts[1].isEmpty else { return nil }
        guard let dot = parts[2].lastIndex(of: "."), dot != parts[2].startIndex else { return nil }
        let namespace = parts[2][parts[2].index(after: dot)...]
        guard !namespace.isEmpty else { return nil }
        self.init(
            kind: kind, ip: String(parts[1]), name: String(parts[2][..<dot]), namespace: String(namespace),
            domain: String(parts[3]))
    }

    package var description: String { "\(kind.rawValue)~\(ip)~\(name).\(namespace)~\(domain)" }
}
