internal import MeshModel
internal import SystemIO

/// All sources of targets, followed at once and joined to one list. Belongs to the loop.
final class TargetFeeds {
    private let onList: ([TargetEntry]) -> Void
    private var feeds: [any TargetFeed] = []
    private var union: TargetUnion

    /// - Parameters:
    ///   - clusterAskings: for each cluster of the sources, with its own keys.
    ///   - asking: for lists; `plainAsking` is for the control plane, which is told no secrets.
    ///   - onWorkloads: called on the loop with what the pods of clusters are.
    ///   - onList: called on the loop with all targets, whenever they may have changed.
    init(
        _ sources: TargetSources, control: SocketAddress?, loop: EventLoop, asking: TargetAsking,
        plainAsking: TargetAsking, clusterAskings: [TargetAsking],
        onWorkloads: @escaping (MeshInventory) -> Void, onList: @escaping ([TargetEntry]) -> Void
    ) {
        self.onList = onList
        // The targets named one by one come first, then one list for each feed.
        let feedCount = sources.files.count + sources.urls.count + sources.services.count + sources.clusters.count
        union = TargetUnion(sources: 1 + (control == nil ? 0 : 1) + feedCount)
        union.set(sources.targets, of: 0)

        // A file on a disk that hangs must not hold up the others.
        let files = Errands(name: "target files", width: 2, loop: loop.handle)
        let names = Errands(name: "target names", width: 2, loop: loop.handle)
        if let control {
            feeds.append(
                HTTPTargetFeed(.control(control), loop: loop, asking: plainAsking, onList: listener(1)))
        }
        for path in sources.files {
            feeds.append(
                FileTargetFeed(path: path, loop: loop, errands: files, onList: listener(feeds.count + 1)))
        }
        for url in sources.urls {
            feeds.append(HTTPTargetFeed(.list(url), loop: loop, asking: asking, onList: listener(feeds.count + 1)))
        }
        for name in sources.services {
            feeds.append(
                ServiceTargetFeed(
                    name: name, server: sources.dnsServer, loop: loop, errands: names,
                    onList: listener(feeds.count + 1)))
        }
        for (cluster, asking) in zip(sources.clusters, clusterAskings) {
            feeds.append(
                PodTargetFeed(
                    cluster, loop: loop, asking: asking, onWorkloads: onWorkloads, onList: listener(feeds.count + 1)))
        }
    }

    func start() {
        onList(union.entries)
        for feed in feeds { feed.start() }
    }

    /// What is wrong with the sources, in words.
    var troubles: [String] { feeds.compactMap(\.trouble) }

    private func listener(_ source: Int) -> ([TargetEntry]) -> Void {
        { [weak self] list in
            guard let self, union.set(list, of: source) else { return }
            onList(union.entries)
        }
    }
}
