import MeshModel

/// Completes what a format could not know of an end: Linkerd names a deployment and not its app or version, a span a
/// service and not its namespace or version. What is not known is `unknown`, and completed only when there is one answer.
struct PeerDirectory {
    private struct Name: Hashable {
        var namespace: String
        var name: String
    }

    private var workloads: [Name: WorkloadIdentity] = [:]
    /// Namespaces by app; an app of two namespaces has none.
    private var namespaces: [String: String?] = [:]
    /// Versions by app; an app of two versions has none.
    private var versions: [Name: String?] = [:]

    init(_ identities: some Sequence<WorkloadIdentity>, flows: [Flow]) {
        for identity in identities {
            workloads[Name(namespace: identity.namespace, name: identity.workload)] = identity
            add(Peer(identity))
        }
        for flow in flows {
            add(flow.source)
            add(flow.destination)
        }
    }

    private mutating func add(_ peer: Peer) {
        guard isKnown(peer.app), isKnown(peer.namespace) else { return }
        Self.agree(&namespaces[peer.app], peer.namespace)
        guard isKnown(peer.version) else { return }
        Self.agree(&versions[Name(namespace: peer.namespace, name: peer.app)], peer.version)
    }

    private static func agree(_ entry: inout String??, _ text: String) {
        if let other = entry, other != text { entry = .some(nil) } else { entry = text }
    }

    func resolved(_ flow: Flow) -> Flow {
        var flow = flow
        flow.source = resolved(flow.source)
        flow.destination = resolved(flow.destination)
        if !isKnown(flow.serviceNamespace), flow.serviceName == flow.destination.app {
            flow.serviceNamespace = flow.destination.namespace
        }
        return flow
    }

    private func resolved(_ peer: Peer) -> Peer {
        var peer = peer
        if !isKnown(peer.namespace), let namespace = namespaces[peer.app] ?? nil { peer.namespace = namespace }
        let name = Name(namespace: peer.namespace, name: peer.workload)
        if !isKnown(peer.app), isKnown(peer.workload), let identity = workloads[name] {
            peer.app = identity.app
            peer.version = identity.version
        }
        if !isKnown(peer.version), let version = versions[Name(namespace: peer.namespace, name: peer.app)] ?? nil {
            peer.version = version
        }
        return peer
    }
}
