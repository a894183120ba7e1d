package import MeshModel

/// One kind of traffic: who sends it to whom, and how it went.
package struct Traffic: Hashable, Sendable {
    package var flow: Flow
    package var facts: TrafficFacts

    package init(flow: Flow, facts: TrafficFacts) {
        self.flow = flow
        self.facts = facts
    }
}

/// Who sends what to whom: what both ends of the traffic write the same.
package struct Flow: Hashable, Sendable {
    package var source: Peer
    package var destination: Peer
    /// The host that was asked for, `payment-service.payments.svc.cluster.local`.
    package var service: String
    package var serviceName: String
    package var serviceNamespace: String
    package var `protocol`: TrafficProtocol
    /// Whose word gives way to whose.
    package var standing: Standing

    package init(
        source: Peer, destination: Peer, service: String, serviceName: String, serviceNamespace: String,
        protocol: TrafficProtocol, standing: Standing = .full
    ) {
        self.source = source
        self.destination = destination
        self.service = service
        self.serviceName = serviceName
        self.serviceNamespace = serviceNamespace
        self.protocol = `protocol`
        self.standing = standing
    }

    /// How much a format's word about a flow weighs where several series tell of the same requests.
    ///
    /// Most meshes count one request in several families, and not all of them name both ends. What weighs less is in
    /// the graph only where nothing that weighs more tells of the same traffic; see ``FlowRelations``.
    package enum Standing: Hashable, Sendable {
        /// Stands for itself.
        case full
        /// The same traffic between the same ends, told less well: bytes of a connection that carried requests.
        case secondary
        /// What a destination got from a client that it cannot name, or only by its identity.
        case hearsay
    }

    /// Whether there is nobody of the mesh behind the host, nor a service of the mesh of its name.
    var isExternal: Bool { destination.isUnknown && !service.contains(".svc.") && isKnown(service) }
}

/// One end of the traffic. What is not known is `unknown`, as Istio writes it; a version is `latest` where there is none.
package struct Peer: Hashable, Sendable {
    package var namespace: String
    package var workload: String
    package var app: String
    package var version: String
    package var cluster: String

    package init(namespace: String, workload: String, app: String, version: String, cluster: String = "unknown") {
        self.cluster = cluster
        self.namespace = namespace
        self.workload = workload
        self.app = app
        self.version = version
    }

    package static let unknown = Peer(namespace: "unknown", workload: "unknown", app: "unknown", version: "unknown")

    /// Whoever answers to the name of the flow's service, if it is somebody who is scraped; see ``PeerDirectory``. Without
    /// names, which Istio's `unknown` does not stand for.
    ///
    /// - Parameter version: of several, this one.
    package static func namedByService(version: String?) -> Peer {
        Peer(namespace: "", workload: "", app: "", version: version ?? "")
    }

    var isNamedByService: Bool { namespace.isEmpty && workload.isEmpty && app.isEmpty }

    var isUnknown: Bool { !isKnown(workload) && !isKnown(app) }
}

/// Istio writes `unknown` for what it does not know.
func isKnown(_ text: String) -> Bool { !text.isEmpty && text != "unknown" }
