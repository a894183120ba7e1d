internal import ExpositionWire
internal import HTTPTransport
internal import MeshModel
internal import MetricStore
internal import Quantities
internal import SystemIO

/// The collector's work on its event loop: scraping, and a snapshot per tick.
///
/// Each target is scraped by a chain of its own – ask, wait for the answer or the deadline, schedule the next – so that
/// one that hangs or babbles delays no other.
final class Scraper {
    /// A body that is larger is no proxy's metrics.
    static let maximumBody = 16 << 20
    /// After this long a series that is new may have been counting for any time. Prometheus' staleness.
    private static let staleAfter = Duration.seconds(300)

    private let configuration: CollectorConfiguration
    private let loop: EventLoop
    private let view: SharedView
    private let client: HTTPClient
    private let onSnapshot: (MeshSnapshot) -> Void
    private let graph = GraphBuilder()
    private let deadline: Duration
    private var discovery: TargetDiscovery?
    private var store: MetricStore<GraphBuilder.Meaning>
    private var book = TargetBook()
    /// When each target was read last.
    private var lastRead: [SocketAddress: MonotonicTime] = [:]
    /// Targets that are gone, and since when: what they counted stays until no window reaches it.
    private var departed: [SocketAddress: MonotonicTime] = [:]

    init(
        _ configuration: CollectorConfiguration, loop: EventLoop, view: SharedView,
        onSnapshot: @escaping (MeshSnapshot) -> Void
    ) {
        self.configuration = configuration
        self.loop = loop
        self.view = view
        self.onSnapshot = onSnapshot
        client = HTTPClient(loop: loop)
        deadline = min(configuration.interval * 9 / 10, .seconds(10))
        store = graph.makeStore()
    }

    func start() {
        for address in configuration.targets {
            if let stay = book.pin(address) { scrape(stay) }
        }
        if let control = configuration.control {
            let discovery = TargetDiscovery(control: control, loop: loop, client: client) { [self] in follow($0) }
            self.discovery = discovery
            discovery.start()
        }
        tick()
    }

    private func follow(_ list: [TargetList.Entry]) {
        let (new, gone) = book.follow(list)
        for address in gone { departed[address] = loop.now }
        for stay in new {
            departed[stay.address] = nil
            scrape(stay)
        }
    }

    // MARK: Scraping

    private func scrape(_ stay: TargetBook.Stay) {
        guard let path = book.path(of: stay) else { return }
        let began = loop.now
        let request = HTTPRequest(path, headers: ["accept": "text/plain;version=0.0.4"])
        client.send(request, to: stay.address, deadline: deadline, maximumBody: Self.maximumBody) { [self] result in
            // The target may have left while it was asked.
            guard book.path(of: stay) != nil else { return }
            if let reason = take(result, from: stay.address) {
                book.fail(stay, reason: reason)
            } else {
                book.succeed(stay, at: SystemClock.wall())
            }
            schedule(stay, after: began)
        }
    }

    private func schedule(_ stay: TargetBook.Stay, after began: MonotonicTime) {
        let interval = configuration.interval
        let pause = book.pause(of: stay, interval: interval)
        var next = began.advanced(by: pause)
        if pause >= interval {
            // The first scrape comes at once; from then on each falls into its target's phase, at most half an interval
            // early.
            let phase = ScrapePhase(of: stay.address, interval: interval)
            next = phase.next(notBefore: began.advanced(by: pause - interval / 2))
        }
        loop.schedule(after: max(.milliseconds(1), loop.now.duration(to: next))) { [self] in scrape(stay) }
    }

    /// Puts an answer into the store, or tells why it cannot be used.
    private func take(_ result: Result<HTTPResponse, HTTPClientError>, from address: SocketAddress) -> String? {
        switch result {
        case .success(let response) where response.status == 200:
            let name = address.description
            if let last = lastRead[address], last.duration(to: loop.now) > Self.staleAfter { store.markStale(name) }
            do throws(ExpositionError) {
                let format = ExpositionFormat(contentType: response.headers["content-type"] ?? "")
                try store.ingest(response.body, from: name, at: loop.now, format: format)
                lastRead[address] = loop.now
                return nil
            } catch {
                return "its metrics cannot be read: \(error)"
            }
        case .success(let response): return "answered \(response.status)"
        case .failure(.deadlineExceeded): return "no answer within \(Int(deadline.milliseconds)) ms"
        case .failure(let failure): return "\(failure)"
        }
    }

    // MARK: Snapshots

    private func tick() {
        forgetTheDeparted()
        graph.forgetUnused(in: &store)
        let view = view.current
        store.watch(view.window)
        let targets = book.report { store.seriesCount(of: $0.description) }
        var snapshot = graph.snapshot(
            of: store, window: view.window, grouping: view.grouping, now: loop.now, time: SystemClock.wall(),
            targets: targets, showsIdle: configuration.showsIdle)
        snapshot.notices = notices(targets)
        onSnapshot(snapshot)
        loop.schedule(after: configuration.interval) { [self] in tick() }
    }

    private func notices(_ targets: [ScrapeTarget]) -> [String] {
        var notices: [String] = []
        if let trouble = discovery?.trouble { notices.append(trouble) }
        if book.leftOut > 0 {
            notices.append("\(book.leftOut) targets are not scraped: there are more than \(TargetBook.capacity)")
        }
        if store.isShortened {
            notices.append(
                "history is shorter than \(store.limits.history.components.seconds / 3600) h: its memory is used up")
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
        for address in gone.keys {
            departed[address] = nil
            lastRead[address] = nil
            store.remove(address.description)
        }
        // Kept connections and their pools go with them; those in use are opened again.
        client.close()
    }
}
