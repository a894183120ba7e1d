package import MeshModel

/// One side of a request as Istio's labels name it. What is not known reads `unknown`.
package struct WorkloadLabels: Hashable, Sendable {
    package var workload: String
    package var namespace: String
    package var app: String
    package var version: String
    package var cluster: String
    /// The certificate's SPIFFE URI, or `unknown` where the connection was not mutual TLS.
    package var principal: String

    package init(
        workload: String = Self.unknownText, namespace: String = Self.unknownText, app: String = Self.unknownText,
        version: String = Self.unknownText, cluster: String = Self.unknownText, principal: String = Self.unknownText
    ) {
        self.workload = workload
        self.namespace = namespace
        self.app = app
        self.version = version
        self.cluster = cluster
        self.principal = principal
    }

    package init(_ identity: WorkloadIdentity) {
        self.init(
            workload: identity.workload, namespace: identity.namespace, app: identity.app, version: identity.version,
            cluster: identity.cluster, principal: identity.principal?.description ?? Self.unknownText)
    }

    /// What Istio writes for a label that has no value.
    package static let unknownText = "unknown"
    package static let unknown = WorkloadLabels()

    /// The same workload seen over a connection of `principal`.
    func withPrincipal(_ principal: String) -> WorkloadLabels {
        var labels = self
        labels.principal = principal
        return labels
    }
}

/// The service that a request was for.
package struct ServiceLabels: Hashable, Sendable {
    /// The host: `payment-service.payments.svc.cluster.local`.
    package var host: String
    package var name: String
    package var namespace: String

    package init(host: String, name: String, namespace: String) {
        self.host = host
        self.name = name
        self.namespace = namespace
    }

    package static let unknown = ServiceLabels(
        host: WorkloadLabels.unknownText, name: WorkloadLabels.unknownText, namespace: WorkloadLabels.unknownText)

    /// Requests that no route takes.
    static let blackHole = ServiceLabels(
        host: "BlackHoleCluster", name: "BlackHoleCluster", namespace: WorkloadLabels.unknownText)
}
