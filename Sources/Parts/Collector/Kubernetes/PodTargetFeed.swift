internal import HTTPTransport
internal import Quantities
internal import SystemIO

/// The pods of a cluster as targets: each namespace's list is read once and then watched.
final class PodTargetFeed: TargetFeed {
    private let cluster: KubernetesCluster
    private let asking: TargetAsking
    private let onList: ([TargetEntry]) -> Void
    private var watches: [PodWatch] = []

    init(
        _ cluster: KubernetesCluster, loop: EventLoop, asking: TargetAsking, onList: @escaping ([TargetEntry]) -> Void
    ) {
        self.cluster = cluster
        self.asking = asking
        self.onList = onList
        watches = cluster.podPaths.map { path in
            PodWatch(path: path, server: cluster.server, loop: loop, asking: asking) { [weak self] in self?.hand() }
        }
    }

    /// Of several namespaces the first that is in trouble speaks.
    var trouble: String? {
        watches.lazy.compactMap(\.trouble).first.map { "Kubernetes at \(cluster.server): \($0)" }
    }

    func start() {
        asking.start { [weak self] in
            guard let self else { return }
            for watch in watches { watch.start() }
        }
    }

    private func hand() {
        // Together: a list that is not whole yet would take targets away.
        guard watches.allSatisfy(\.hasList) else { return }
        let pods = watches.flatMap(\.pods).sorted { $0.id < $1.id }
        onList(pods.compactMap { $0.target(in: "Kubernetes") })
    }
}

/// Follows one list of pods. Belongs to the loop.
final class PodWatch {
    private static let pageSize = 500
    private static let maximumPage = 64 << 20
    /// A pod is stored in at most 1.5 MB by etcd.
    private static let maximumEvent = 4 << 20
    private static let deadline = Duration.seconds(10)
    /// Servers end watches after five to ten minutes; this one asks for less, so that both sides know.
    private static let watchSeconds = 290
    private static let shortestPause = Duration.milliseconds(500)
    private static let longestPause = Duration.seconds(30)

    private let path: String
    private let server: TargetURL
    private let loop: EventLoop
    private let asking: TargetAsking
    private let onChange: () -> Void
    private var list = PodList()
    private(set) var hasList = false
    private(set) var trouble: String?
    private var failures = 0
    private var line: [UInt8] = []
    private var call: HTTPCall?
    private var isChanged = false

    init(path: String, server: TargetURL, loop: EventLoop, asking: TargetAsking, onChange: @escaping () -> Void) {
        self.path = path
        self.server = server
        self.loop = loop
        self.asking = asking
        self.onChange = onChange
    }

    deinit {
        call?.cancel()
    }

    var pods: some Sequence<Pod> { list.pods.values }

    func start() {
        list.startOver()
        ask(after: nil)
    }

    // MARK: The list

    private func ask(after next: String?) {
        var query = "limit=\(Self.pageSize)"
        if let next { query += "&continue=\(PercentCoding.encode(next))" }
        asking.get(
            url(query), accept: "application/json", deadline: Self.deadline, maximumBody: Self.maximumPage,
            attempt: failures
        ) { [weak self] in self?.take($0) }
    }

    private func take(_ result: Result<HTTPResponse, TargetAsking.Failure>) {
        switch result {
        case .success(let response) where response.status == 200:
            do throws(PodList.Failure) {
                if let next = try list.take(page: response.body) { return ask(after: next) }
            } catch {
                return fail("the pods cannot be read: \(error)")
            }
            trouble = nil
            hasList = true
            onChange()
            watch()
        // A list that took too long to read goes on from nowhere.
        case .success(let response) where response.status == 410: fail("the list has expired")
        case .success(let response): fail(Self.words(for: response))
        case .failure(let failure): fail(failure.description)
        }
    }

    private static func words(for response: HTTPResponse) -> String {
        let words = TargetAsking.words(for: response)
        return response.status == 403 ? "\(words); reading pods needs the verbs list and watch on them" : words
    }

    /// Tries again later, from the list on.
    private func fail(_ reason: String) {
        trouble = hasList ? "\(reason); the last list of pods still counts" : reason
        failures += 1
        let pause = min(Self.longestPause, Self.shortestPause * (1 << min(failures - 1, 6)))
        loop.schedule(after: pause) { [weak self] in self?.start() }
    }

    // MARK: The watch

    private func watch() {
        line = []
        let query =
            "watch=1&allowWatchBookmarks=true&timeoutSeconds=\(Self.watchSeconds)"
            + "&resourceVersion=\(PercentCoding.encode(list.version))"
        asking.stream(
            url(query), accept: "application/json", deadline: Self.deadline, attempt: failures,
            onStart: { [weak self] in self?.call = $0 }, onHead: { [weak self] in self?.begin($0) },
            onBytes: { [weak self] in self?.read($0) }, onEnd: { [weak self] in self?.end($0) })
    }

    private func begin(_ response: HTTPResponse) {
        guard response.status != 200 else { return failures = 0 }
        leave()
        fail(response.status == 410 ? "the list has expired" : Self.words(for: response))
    }

    private func read(_ bytes: [UInt8]) {
        guard call != nil else { return }
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            line += rest[..<end]
            rest = rest[(end + 1)...]
            let event = line
            line = []
            guard event.contains(where: { $0 > 0x20 }) else { continue }
            do throws(PodList.Failure) {
                if try list.take(event: event) { isChanged = true }
            } catch {
                leave()
                return error.isExpired ? start() : fail("the watch of pods: \(error)")
            }
        }
        line += rest
        guard line.count <= Self.maximumEvent else {
            leave()
            return fail("the watch of pods: an event has more than \(Self.maximumEvent) bytes")
        }
        guard isChanged else { return }
        isChanged = false
        onChange()
    }

    private func end(_ result: Result<Void, TargetAsking.Failure>) {
        call = nil
        switch result {
        // The server ends watches now and then; the next one goes on where this one was.
        case .success: loop.schedule(after: .milliseconds(100)) { [weak self] in self?.watch() }
        case .failure(let failure): fail("the watch of pods: \(failure.description)")
        }
    }

    private func leave() {
        call?.cancel()
        call = nil
    }

    private func url(_ query: String) -> TargetURL {
        TargetURL(scheme: server.scheme, host: server.host, path: "\(path)?\(query)")
    }
}
