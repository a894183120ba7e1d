internal import HTTPTransport
internal import JSONWire
internal import Quantities
internal import SystemIO

/// Follows all objects of one kind: lists them, then watches, and lists again whenever the watch ends, however it does –
/// whoever answers then may be another one, who never heard of the version that we are at. Belongs to the loop.
final class ObjectFeed<Object: Hashable> {
    /// For one answer, and for the head of a watch.
    private static var deadline: Duration { Duration.seconds(5) }
    private static var maximumBody: Int { 64 << 20 }
    private static var pageSize: Int { 500 }
    /// Of more pages than objects are kept the rest is not asked for.
    private static var maximumPages: Int { ObjectList<Object>.maximumObjects / pageSize }
    /// How long a watch goes on, by its server's clock, and when it is given up by ours.
    private static var watchTime: Duration { Duration.seconds(300) }
    private static var watchPatience: Duration { Duration.seconds(330) }
    /// Between two tries of what fails; doubled up to the most.
    private static var firstPause: Duration { Duration.milliseconds(200) }
    private static var longestPause: Duration { Duration.seconds(5) }
    /// An API that has no such kind may be given it later.
    private static var pauseWithoutKind: Duration { Duration.seconds(30) }

    /// What the objects are called: `Service`.
    private let kind: String
    /// Where an API has them, the place that is preferred first.
    private let paths: [String]
    private let read: (JSONValue) -> Object?
    /// Nothing until there was a first whole list.
    private(set) var list: ObjectList<Object>?
    /// Why there is no list, or no new one, in words; nothing while all is well.
    private(set) var trouble: String? {
        // What cannot be asked is not known to be all there is.
        didSet { if (oldValue == nil) != (trouble == nil) { onChange() } }
    }
    /// Whether the API has no such kind.
    private(set) var isAbsent = false

    private let server: TargetURL
    private let loop: EventLoop
    private let asking: TargetAsking
    private let onChange: () -> Void
    /// Which of the kind's paths is asked.
    private var path = 0
    private var failures = 0
    private var pages = 0
    private var call: HTTPCall?
    private var lines = LineBuffer()
    private var giveUp: TimerID?

    /// - Parameters:
    ///   - read: what is kept of an object; nothing for one that does not matter.
    ///   - onChange: called on the loop when the objects may be others.
    init(
        _ kind: String, at paths: [String], of server: TargetURL, loop: EventLoop, asking: TargetAsking,
        read: @escaping (JSONValue) -> Object?, onChange: @escaping () -> Void
    ) {
        self.kind = kind
        self.paths = paths
        self.read = read
        self.server = server
        self.loop = loop
        self.asking = asking
        self.onChange = onChange
    }

    func start() {
        pages = 0
        askPage(ObjectList(read), after: nil)
    }

    // MARK: Listing

    private func askPage(_ begun: ObjectList<Object>, after mark: String?) {
        var query = "limit=\(Self.pageSize)"
        if let mark { query += "&continue=\(PercentCoding.encode(mark))" }
        asking.get(
            url(query), accept: "application/json", deadline: Self.deadline, maximumBody: Self.maximumBody,
            attempt: failures
        ) { [weak self] in self?.take($0, into: begun) }
    }

    private func take(_ result: Result<HTTPResponse, TargetAsking.Failure>, into begun: ObjectList<Object>) {
        switch result {
        case .success(let response) where response.status == 200:
            var list = begun
            do throws(ObjectListFailure) {
                let next = try list.add(page: response.body)
                pages += 1
                if let next, pages < Self.maximumPages { return askPage(list, after: next) }
            } catch {
                return fail("the list of \(kind) objects of \(server) cannot be read: \(error.words)")
            }
            failures = 0
            trouble = nil
            isAbsent = false
            let isNew = self.list?.objects != list.objects
            self.list = list
            if isNew { onChange() }
            watch()
        case .success(let response) where response.status == 404:
            if path + 1 < paths.count {
                path += 1
                return start()
            }
            path = 0
            trouble = nil
            list = nil
            isAbsent = true
            onChange()
            again(after: Self.pauseWithoutKind)
        case .success(let response):
            let remedy = response.status == 403 ? "; reading them needs the verbs list and watch" : ""
            fail("\(server) \(TargetAsking.words(for: response)) when asked for its \(kind) objects\(remedy)")
        case .failure(let failure):
            fail("\(server) does not tell its \(kind) objects: \(failure.description)")
        }
    }

    // MARK: Watching

    private func watch() {
        guard let list else { return }
        lines = LineBuffer()
        giveUp = loop.schedule(after: Self.watchPatience) { [weak self] in self?.end(nil) }
        let version = PercentCoding.encode(list.version)
        let query =
            "watch=true&allowWatchBookmarks=true&timeoutSeconds=\(Self.watchTime.components.seconds)"
            + "&resourceVersion=\(version)"
        asking.stream(
            url(query), accept: "application/json", deadline: Self.deadline, attempt: failures,
            onStart: { [weak self] in self?.call = $0 },
            onHead: { [weak self] in
                guard $0.status != 200 else { return }
                // 410: the version is too old by now, and a new list has a new one.
                let isOld = $0.status == 410
                self?.end(isOld ? nil : "\(TargetAsking.words(for: $0)) when its changes were asked for")
            },
            onBytes: { [weak self] in self?.take($0) },
            onEnd: { [weak self] in
                switch $0 {
                case .success: self?.end(nil)
                case .failure(let failure): self?.end(failure.description)
                }
            })
    }

    private func take(_ bytes: [UInt8]) {
        guard let whole = lines.add(bytes) else { return end("an event is too long") }
        var isNew = false
        for line in whole {
            do throws(ObjectListFailure) {
                if try list?.take(event: line) == true { isNew = true }
            } catch {
                if isNew { onChange() }
                if case .ended = error { return end(nil) }
                return end(error.words)
            }
        }
        if isNew { onChange() }
    }

    /// Ends a watch, and lists again.
    private func end(_ reason: String?) {
        guard let timer = giveUp else { return }
        loop.cancel(timer)
        giveUp = nil
        call?.cancel()
        call = nil
        if let reason { return fail("\(server) tells no changes of its \(kind) objects: \(reason)") }
        again(after: Self.firstPause)
    }

    private func fail(_ reason: String) {
        failures += 1
        // One connection that breaks is no news: the list is asked for again at once.
        if failures > 1 || list == nil { trouble = reason }
        var pause = Self.firstPause
        for _ in 1..<max(2, min(failures, 10)) { pause = min(pause * 2, Self.longestPause) }
        again(after: pause)
    }

    private func again(after pause: Duration) {
        loop.schedule(after: pause) { [weak self] in self?.start() }
    }

    private func url(_ query: String) -> TargetURL {
        var url = server
        url.path = (server.path ?? "") + paths[path] + "?" + query
        return url
    }
}

extension ObjectListFailure {
    fileprivate var words: String {
        switch self {
        case .malformed(let reason), .ended(let reason): reason
        }
    }
}
