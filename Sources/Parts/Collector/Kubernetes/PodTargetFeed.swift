internal import MeshModel
internal import SystemIO

/// The pods of a cluster as targets: each namespace's list is read and then watched.
final class PodTargetFeed: TargetFeed {
    private let cluster: KubernetesCluster
    private let asking: TargetAsking
    private let onList: ([TargetEntry]) -> Void
    private let onWorkloads: (MeshInventory) -> Void
    private var feeds: [ObjectFeed<Pod>] = []

    /// - Parameter onWorkloads: called on the loop with all workloads that have pods, beside the targets.
    init(
        _ cluster: KubernetesCluster, loop: EventLoop, asking: TargetAsking,
        onWorkloads: @escaping (MeshInventory) -> Void, onList: @escaping ([TargetEntry]) -> Void
    ) {
        self.cluster = cluster
        self.asking = asking
        self.onWorkloads = onWorkloads
        self.onList = onList
        feeds = cluster.podPaths.map { path in
            ObjectFeed(
                "Pod", at: [path], of: cluster.server.withoutPath, loop: loop, asking: asking, read: { Pod($0) },
                onChange: { [weak self] in self?.hand() })
        }
    }

    /// Of several namespaces the first that is in trouble speaks.
    var trouble: String? {
        guard let trouble = feeds.lazy.compactMap(\.trouble).first else { return nil }
        return feeds.allSatisfy { $0.list != nil } ? "\(trouble); the last list of pods still counts" : trouble
    }

    func start() {
        asking.start { [weak self] in
            guard let self else { return }
            for feed in feeds { feed.start() }
        }
    }

    private func hand() {
        // Together: a list that is not whole yet would take targets away.
        let lists = feeds.compactMap(\.list)
        guard lists.count == feeds.count else { return }
        let pods = lists.flatMap(\.objects.values).sorted { $0.id < $1.id }
        onWorkloads(MeshInventory(workloads: Pod.workloads(of: pods)))
        onList(pods.compactMap { $0.target(in: NodeNaming.ownCluster) })
    }
}

extension TargetURL {
    /// The server alone.
    fileprivate var withoutPath: TargetURL { TargetURL(scheme: scheme, host: host) }
}
