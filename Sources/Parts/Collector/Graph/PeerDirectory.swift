import MeshModel

/// Completes what a format could not know of an end: Linkerd names a deployment and not its app or version, a trace a
/// service and not its namespace.
struct PeerDirectory {
    private struct Name: Hashable {
        var namespace: String
        var workload: String
    }

    private var workloads: [Name: WorkloadIdentity] = [:]
    /// Namespaces by app; an app of two namespaces has none.
    private var namespaces: [String: String?] = [:]

    init(_ identities: some Sequence<WorkloadIdentity>, flows: [Flow]) {
        for identity in identities {
            workloads[Name(namespace: identity.namespace, workload: identity.workload)] = identity
            add(identity.app, in: identity.namespace)
        }
        for flow in flows {
            add(flow.source.app, in: flow.source.namespace)
            add(flow.destination.app, in: flow.destination.namespace)
        }
    }

    private mutating func add(_ app: String, in namespace: String) {
        guard isKnown(app), isKnown(namespace) else { return }
        if let other = namespaces[app], other != namespace {
            namespaces[app] = .some(nil)
        } else {
            namespaces[app] = namespace
        }
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
        let name = Name(namespace: peer.namespace, workload: peer.workload)
        if !isKnown(peer.app), isKnown(peer.workload), let identity = workloads[name] {
            peer.app = identity.app
            peer.version = identity.version
        }
        return peer
    }
}
