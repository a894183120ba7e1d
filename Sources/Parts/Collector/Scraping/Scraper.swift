internal import ExpositionWire
internal import HTTPTransport
internal import HTTPWire
internal import MeshModel
internal import MetricStore
internal import Quantities
internal import SystemIO

/// The source that asks the proxies themselves.
///
/// Each target is scraped by a chain of its own – ask, wait for the answer or the deadline, schedule the next – so that
/// one that hangs or babbles delays no other.
final class Scraper: MetricsSource {
    /// A body that is larger is no proxy's metrics.
    static let maximumBody = 16 << 20
    /// An Envoy lists its extensions there, 100 kB of them.
    private static let maximumServerInfo = 4 << 20
    /// So many new targets are asked at once; those beyond wait in a queue, see ``askNext()``.
    private static let askedAtOnce = 200
    /// After this long a series that is new may have been counting for any time. Prometheus' staleness.
    private static let staleAfter = Duration.seconds(300)

    /// OpenMetrics has examples of what it counts; who does not speak it answers in Prometheus' text.
    private static let accepted = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"

    private let configuration: CollectorConfiguration
    private let loop: EventLoop
    private let view: SharedView
    private let graph: GraphBuilder
    private let recorders: [Recorder]
    private let asking: TargetAsking
    private let plainAsking: TargetAsking
    private let clusterAskings: [TargetAsking]
    private let inventory: InventoryBook
    private var feeds: TargetFeeds?
    private var store: MetricStore<GraphBuilder.Meaning>
    private var book = TargetBook()
    private var recognition = TargetRecognition()
    /// When each target was read last.
    private var lastRead: [String: MonotonicTime] = [:]
    /// As of the last snapshot.
    private(set) var targets: [ScrapeTarget] = []
    /// New targets of a large fleet that were not asked yet, and what reading one for the first time takes.
    private var newcomers: [TargetBook.Stay] = []
    private var firstReading = Duration.milliseconds(1)
    /// Targets that are gone, and since when: what they counted stays until no window reaches it.
    private var departed: [String: MonotonicTime] = [:]

    init(
        _ configuration: CollectorConfiguration, graph: GraphBuilder, inventory: InventoryBook, loop: EventLoop,
        view: SharedView, recorders: [Recorder] = []
    ) {
        self.configuration = configuration
        self.inventory = inventory
        self.loop = loop
        self.view = view
        self.graph = graph
        self.recorders = recorders
        store = graph.makeStore()
        if !recorders.isEmpty {
            store.observer = { event in for recorder in recorders { recorder.record(event, at: loop.now) } }
        }
        store.onExemplar = { graph.take($1, of: $0, at: SystemClock.wall()) }
        // Four names at a time: one that hangs must not hold up the others.
        let lookups = Errands(name: "target names", width: 4, loop: loop.handle)
        let keys = Errands(name: "target keys", width: 1, loop: loop.handle)
        let names = TargetNames(loop: loop, errands: lookups, server: configuration.sources.dnsServer)
        asking = TargetAsking(configuration.sources.access, loop: loop, names: names, errands: keys)
        plainAsking = TargetAsking(TargetAccess(), loop: loop, names: names, errands: keys)
        clusterAskings = configuration.sources.clusters.map {
            TargetAsking($0.access, loop: loop, names: names, errands: keys)
        }
    }

    func start() {
        let feeds = TargetFeeds(
            configuration.sources, control: configuration.control, loop: loop, asking: asking,
            plainAsking: plainAsking, clusterAskings: clusterAskings,
            onWorkloads: { [inventory] in inventory.set($0, of: .pods) }
        ) { [weak self] in self?.follow($0) }
        self.feeds = feeds
        asking.start { [weak feeds] in feeds?.start() }
    }

    private func follow(_ list: [TargetEntry]) {
        let change = book.follow(list)
        for name in change.gone {
            departed[name] = loop.now
            for recorder in recorders { recorder.unlist(name, at: loop.now) }
        }
        let identities = book.identities(of: change.renamed)
        for name in change.renamed { identify(name, labels: identities[name]) }
        var waiting: [TargetBook.Stay] = []
        for (number, stay) in change.new.enumerated() {
            departed[stay.name] = nil
            let identity = book.identity(of: stay)
            // Whoever is there now is not whom the old numbers are of.
            if let identity, let known = graph.reporters[stay.name], known != identity { forget(stay.name) }
            for recorder in recorders { recorder.list(stay.name, identity, at: loop.now) }
            identify(stay.name, labels: identity)
            if number < Self.askedAtOnce { scrape(stay) } else { waiting.append(stay) }
        }
        guard !waiting.isEmpty else { return }
        let isAsking = !newcomers.isEmpty
        newcomers += waiting.reversed()
        if !isAsking { askNext() }
    }

    /// Asks the new targets of a large fleet one after the other, at the pace at which their answers can be read.
    ///
    /// The names of new series cost a hundred times what their numbers cost later. Answers that come faster than they are
    /// read fill the kernel's memory for sockets, which then drops what belongs to others; nobody makes his deadline, and
    /// everybody asks again. One that hangs takes no time here.
    private func askNext() {
        while let stay = newcomers.popLast() {
            guard book.isHere(stay) else { continue }
            scrape(stay)
            loop.schedule(after: min(max(.milliseconds(1), firstReading * 5 / 4), .milliseconds(50))) { [self] in
                askNext()
            }
            return
        }
    }

    private func forget(_ name: String) {
        departed[name] = nil
        lastRead[name] = nil
        recognition.forget(name)
        graph.forget(name, in: &store)
    }

    // MARK: Recognising

    /// Lets the graph know who a target is, by all that is known now.
    private func identify(_ name: String, labels: WorkloadIdentity?) {
        let identity = recognition.identity(of: name, labels: labels)?.workload
        guard graph.reporters[name] != identity else { return }
        graph.identify(name, as: identity, in: &store)
        for recorder in recorders { recorder.identify(name, identity, at: loop.now) }
    }

    /// Looks at what a scrape that worked has told of its target, and asks for more where that is not enough.
    private func recognise(_ stay: TargetBook.Stay, _ question: TargetBook.Question, byteCount: Int) {
        let name = stay.name
        let labels = book.identity(of: stay)
        let mustAsk = recognition.read(
            name,
            TargetRecognition.Reading(
                labels: labels, tags: graph.tagIdentity(of: name), isEnvoy: graph.isNameless(name),
                formats: graph.formats(of: name), restarts: store.restarts(of: name), byteCount: byteCount))
        identify(name, labels: labels)
        guard mustAsk else { return }
        var url = question.url
        url.path = "/server_info"
        asking.get(
            url, accept: "application/json", deadline: question.deadline, maximumBody: Self.maximumServerInfo,
            attempt: question.failures
        ) { [self] result in
            guard book.isHere(stay) else { return }
            switch result {
            case .success(let response) where response.status == 200:
                recognition.answer(name, EnvoyNode(serverInfo: response.body))
            case .success: recognition.answer(name, nil)
            case .failure: recognition.keepSilent(name)
            }
            identify(name, labels: book.identity(of: stay))
        }
    }

    // MARK: Scraping

    private func scrape(_ stay: TargetBook.Stay) {
        guard var question = book.question(for: stay, interval: configuration.interval) else { return }
        if let path = question.url.path { question.url.path = recognition.path(path, of: stay.name) }
        let began = loop.now
        asking.get(
            question.url, accept: Self.accepted, deadline: question.deadline,
            maximumBody: Self.maximumBody, attempt: question.failures
        ) { [self] result in
            // The target may have left while it was asked.
            guard book.isHere(stay) else { return }
            if let reason = take(result, from: stay, question) {
                book.fail(stay, reason: reason)
                recognition.fail(stay.name, wasRefused: (try? result.get()) != nil)
                for recorder in recorders { recorder.fail(stay.name, reason: reason, at: loop.now) }
            } else {
                book.succeed(
                    stay, at: SystemClock.wall(), asked: question, took: began.duration(to: loop.now),
                    clockAhead: Self.clockAhead(try? result.get()))
            }
            schedule(stay, after: began, interval: question.interval)
        }
    }

    /// A server dates its answer when it begins it, in whole seconds: half a second off is the best guess.
    private static func clockAhead(_ response: HTTPResponse?) -> Duration? {
        guard let text = response?.headers["date"], let date = HTTPDate(text) else { return nil }
        let ours = SystemClock.wall().secondsSinceEpoch
        return .seconds(Double(date.secondsSinceEpoch) + 0.5 - ours)
    }

    private func schedule(_ stay: TargetBook.Stay, after began: MonotonicTime, interval: Duration) {
        let pause = book.pause(of: stay, interval: interval)
        var next = began.advanced(by: pause)
        if pause >= interval {
            // The first scrape may come at once; from then on each falls into its target's phase, at most half an
            // interval early.
            let phase = ScrapePhase(of: stay.name, interval: interval)
            next = phase.next(notBefore: began.advanced(by: pause - interval / 2))
        }
        loop.schedule(after: max(.milliseconds(1), loop.now.duration(to: next))) { [self] in scrape(stay) }
    }

    /// Puts an answer into the store, or tells why it cannot be used.
    private func take(
        _ result: Result<HTTPResponse, TargetAsking.Failure>, from stay: TargetBook.Stay,
        _ question: TargetBook.Question
    ) -> String? {
        switch result {
        case .success(let response) where response.status == 200:
            let name = stay.name
            if let last = lastRead[name], last.duration(to: loop.now) > Self.staleAfter { store.markStale(name) }
            do throws(ExpositionError) {
                let format = ExpositionFormat(contentType: response.headers["content-type"] ?? "")
                let began = SystemClock.monotonic()
                try store.ingest(response.body, from: name, at: loop.now, format: format)
                if lastRead[name] == nil { firstReading = began.duration(to: SystemClock.monotonic()) }
                lastRead[name] = loop.now
                recognise(stay, question, byteCount: response.body.count)
                return nil
            } catch {
                return "its metrics cannot be read: \(error)"
            }
        case .success(let response) where response.status == 404:
            book.missPath(stay)
            return "answered 404 to \(question.url.path ?? "/")"
        case .success(let response): return TargetAsking.words(for: response)
        case .failure(.client(.deadlineExceeded)): return "no answer within \(Int(question.deadline.milliseconds)) ms"
        case .failure(let failure): return failure.description
        }
    }

    // MARK: Snapshots

    func prepare(for window: Duration) {
        forgetTheDeparted()
        graph.forgetUnused(in: &store)
        store.watch(window)
        targets = book.report { store.seriesCount(of: $0) }.map { target in
            var target = recognition.completed(target)
            target.reading.gaps = graph.gaps(of: target.address)
            return target
        }
    }

    func read(window: Duration, beside covered: Duration?) -> TrafficReading {
        var reading = graph.reading(of: store, window: window, now: loop.now)
        let mayAnswer = targets.contains { if case .down = $0.state { false } else { true } }
        if !mayAnswer, reading.covered == .zero { reading.covered = nil }
        return reading
    }

    func read(window: Duration, ending: MonotonicTime) -> (reading: TrafficReading, targets: [ScrapeTarget])? {
        let reading = graph.reading(of: store, window: window, now: loop.now, ending: ending)
        let then = targets.map { target in
            var target = target
            // Whether it answers now says nothing about then.
            let wasRead = store.window(of: target.address, length: window, endingAt: ending) != nil
            target.state = wasRead ? .up : .pending
            return target
        }
        return (reading, then)
    }

    var oldest: MonotonicTime? { store.oldest }

    var notices: [String] {
        var notices = feeds?.troubles ?? []
        if book.leftOut > 0 {
            notices.append("\(book.leftOut) targets are not scraped: there are more than \(TargetBook.capacity)")
        }
        if store.isShortened {
            notices.append(
                "history is shorter than \(store.limits.history.components.seconds / 3600) h: its memory is used up")
        }
        if graph.exemplars.dropped > 0 {
            notices.append("\(graph.exemplars.dropped) exemplars are left out: too many, or no trace's")
        }
        for target in targets {
            let refused = store.refusedSeries(of: target.address)
            if refused > 0 {
                notices.append("\(target.address): \(refused) series are left out: too many")
            }
            let cut = store.cutSeries(of: target.address)
            if cut > 0 {
                let bytes = store.limits.labelValueBytes
                notices.append("\(target.address): \(cut) series have labels cut to \(bytes) bytes")
            }
        }
        return notices
    }

    private func forgetTheDeparted() {
        let kept = max(store.limits.fineHistory, view.current.window)
        let gone = departed.filter { $0.value.duration(to: loop.now) > kept }
        guard !gone.isEmpty else { return }
        for name in gone.keys { forget(name) }
        // Kept connections and their pools go with them; those in use are opened again.
        asking.close()
    }
}
