import MeshModel

/// Completes what a format could not know of an end: Linkerd names a deployment and not its app or version, a span a
/// service and not its namespace or version. What is not known is `unknown`, and completed only when there is one answer.
struct PeerDirectory {
    private struct Name: Hashable {
        var namespace: String
        var name: String
    }

    private var workloads: [Name: WorkloadIdentity] = [:]
    /// Who answers to a name, as app or as workload, whatever the namespace.
    private var bearers: [String: Set<Peer>] = [:]
    /// Namespaces by app; an app of two namespaces has none.
    private var namespaces: [String: String?] = [:]
    /// Versions by app; an app of two versions has none.
    private var versions: [Name: String?] = [:]

    init(_ identities: some Sequence<WorkloadIdentity>, flows: [Flow]) {
        for identity in identities {
            workloads[Name(namespace: identity.namespace, name: identity.workload)] = identity
            add(Peer(identity))
            for name in Set([identity.app, identity.workload]) { bearers[name, default: []].insert(Peer(identity)) }
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

    /// - Parameter isByVersion: whether versions of an app are apart in the graph. Where they are not, it does not matter
    ///   which of them a service's name stands for.
    func resolved(_ flow: Flow, isByVersion: Bool = true) -> Flow {
        var flow = flow
        flow.source = resolved(flow.source)
        if flow.destination.isNamedByService {
            flow.destination = named(flow, isByVersion: isByVersion)
            // Two services of one name in two namespaces are drawn apart by the namespace that is meant.
            if !isKnown(flow.serviceNamespace), isKnown(flow.destination.namespace) {
                flow.serviceNamespace = flow.destination.namespace
            }
        } else {
            flow.destination = resolved(flow.destination)
        }
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

    /// Who is meant by a service's name: the one who bears it in the namespace that is told, else in the source's own,
    /// else anywhere. Nobody when there are several.
    private func named(_ flow: Flow, isByVersion: Bool) -> Peer {
        let all = bearers[flow.serviceName] ?? []
        var found = all.filter { $0.namespace == flow.serviceNamespace }
        if !isKnown(flow.serviceNamespace) {
            if found.isEmpty { found = all.filter { $0.namespace == flow.source.namespace } }
            if found.isEmpty { found = all }
        } else if found.isEmpty {
            // An Envoy need not know its namespace.
            found = all.filter { !isKnown($0.namespace) }
        }
        if isKnown(flow.destination.version) { found = found.filter { $0.version == flow.destination.version } }
        guard let first = found.first else { return .unknown }
        if found.count == 1 { return resolved(first) }
        guard !isByVersion, found.allSatisfy({ $0.app == first.app && $0.namespace == first.namespace }) else {
            return .unknown
        }
        return resolved(Peer(namespace: first.namespace, workload: "unknown", app: first.app, version: "latest"))
    }
}
