/// A SPIFFE identity in Istio's form: `spiffe://<trust-domain>/ns/<namespace>/sa/<service-account>`.
///
/// See <https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md>.
package struct SPIFFEIdentity: Hashable, Sendable, CustomStringConvertible {
    package let trustDomain: String
    package let namespace: String
    package let serviceAccount: String

    package init(trustDomain: String = "cluster.local", namespace: String, serviceAccount: String) {
        self.trustDomain = trustDomain
        self.namespace = namespace
        self.serviceAccount = serviceAccount
    }

    /// Reads the URI form; nothing when it is not exactly of that form.
    package init?(uri: some StringProtocol) {
        guard uri.hasPrefix("spiffe://") else { return nil }
        let parts = uri.dropFirst("spiffe://".count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1] == "ns", parts[3] == "sa" else { return nil }
        guard !parts[0].isEmpty, !parts[2].isEmpty, !parts[4].isEmpty else { return nil }
        self.init(trustDomain: String(parts[0]), namespace: String(parts[2]), serviceAccount: String(parts[4]))
    }

    package var description: String { "spiffe://\(trustDomain)/ns/\(namespace)/sa/\(serviceAccount)" }
}

/// A service's stable name.
package struct ServiceName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let namespace: String
    package let name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// The fully qualified host: `payment-service.payments.svc.cluster.local`.
    package func host(domain: String = "cluster.local") -> String { "\(name).\(namespace).svc.\(domain)" }

    package var description: String { "\(namespace)/\(name)" }

    package static func < (left: ServiceName, right: ServiceName) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// One running workload, with the labels that the mesh knows it by.
package struct WorkloadIdentity: Hashable, Sendable {
    package var namespace: String
    /// The workload's own name, `payment-v1`.
    package var workload: String
    /// The `app` label (Istio's canonical service), `payment-service`.
    package var app: String
    /// The `version` label (Istio's canonical revision), `v1`; `latest` when the workload has none.
    package var version: String
    package var cluster: String
    package var principal: SPIFFEIdentity?

    package init(
        namespace: String, workload: String, app: String, version: String = "latest", cluster: String = "Kubernetes",
        principal: SPIFFEIdentity? = nil
    ) {
        self.namespace = namespace
        self.workload = workload
        self.app = app
        self.version = version
        self.cluster = cluster
        self.principal = principal
    }
}

/// Who runs at a target, and how that is known.
package struct TargetIdentity: Hashable, Sendable {
    package enum Origin: String, Hashable, Sendable, CaseIterable {
        /// Labels that came with the target.
        case labels
        /// Labels that all its metrics have.
        case tags
        /// The node that it says it is when asked for its `/server_info`.
        case node
        /// Nothing but where it was found.
        case address
    }

    package var workload: WorkloadIdentity
    package var origin: Origin

    package init(workload: WorkloadIdentity, origin: Origin) {
        self.workload = workload
        self.origin = origin
    }
}
