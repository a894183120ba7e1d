internal import ExpositionWire
internal import MeshModel
internal import MetricStore
internal import PushedMetrics
internal import Quantities
internal import SystemIO

/// The source of what is pushed: remote write and OTLP metrics, out of a ``MetricInbox``.
///
/// Each instance that the samples name is a target of its own, and counted as if it had been scraped at the samples'
/// times.
final class PushSource: MetricsSource {
    /// Who is not heard for this long, and for four of its usual pauses, is down.
    private static let shortestSilence = Duration.seconds(15)
    /// Before its pauses are known.
    private static let firstSilence = Duration.seconds(90)

    private struct Target {
        var sender: PushSender
        var firstArrival: MonotonicTime
        var lastArrival: MonotonicTime
        var lastWallArrival: WallTime
        /// How far its clock is ahead of ours, in milliseconds; 0 while it is not.
        var ahead: Int64 = 0
        /// When its newest samples were taken, by our clock.
        var newest: MonotonicTime?
        var cut = 0
    }

    private let inbox: MetricInbox
    private let graph: GraphBuilder
    private let loop: EventLoop
    private let view: SharedView
    private let recorders: [Recorder]
    private var store: MetricStore<GraphBuilder.Meaning>
    private var senders: [String: Target] = [:]
    private(set) var targets: [ScrapeTarget] = []
    /// Senders for whom there was no room, since the beginning.
    private var leftOut: Set<String> = []
    private var histograms = 0
    private var rejected = 0
    private var rejection: String?

    init(
        _ inbox: MetricInbox, graph: GraphBuilder, loop: EventLoop, view: SharedView, recorders: [Recorder] = []
    ) {
        self.recorders = recorders
        self.inbox = inbox
        self.graph = graph
        self.loop = loop
        self.view = view
        store = graph.makeStore()
        if !recorders.isEmpty {
            store.observer = { event in for recorder in recorders { recorder.record(event, at: loop.now) } }
        }
    }

    func start() {}

    // MARK: Names

    /// What a sender is called: `10.0.0.7:15090 by remote write`.
    private static func name(of sender: String, _ way: MetricInbox.Way) -> String { "\(sender) by \(way.rawValue)" }

    /// Whether a target of a recording is a sender. Addresses of those that are scraped have no blanks.
    static func isName(_ name: String) -> Bool { name.contains(" by ") }

    // MARK: Taking

    private func take(_ letter: MetricInbox.Letter) {
        histograms += letter.batch.histogramCount
        rejected += letter.batch.rejectedCount
        rejection = rejection ?? letter.batch.firstRejection
        let now = letter.wallArrival.nanosecondsSinceEpoch / 1_000_000
        var touched: Set<String> = []
        for series in letter.batch.series {
            let name = Self.name(of: series.sender.isEmpty ? letter.peer : series.sender, letter.way)
            if senders[name] == nil {
                guard senders.count < TargetBook.capacity else {
                    if leftOut.count < TargetBook.capacity { leftOut.insert(name) }
                    continue
                }
                let seed = letter.arrival.nanoseconds ^ UInt64(bitPattern: Int64(name.hashValue))
                senders[name] = Target(
                    sender: PushSender(maximumSeries: store.limits.seriesPerTarget, seed: seed),
                    firstArrival: letter.arrival, lastArrival: letter.arrival, lastWallArrival: letter.wallArrival)
                for recorder in recorders { recorder.list(name, graph.reporters[name], at: loop.now) }
            }
            touched.insert(name)
            senders[name]?.lastArrival = letter.arrival
            senders[name]?.lastWallArrival = letter.wallArrival
            senders[name]?.sender.take(series, now: now)
        }
        for name in touched { commit(name, letter) }
    }

    private func commit(_ name: String, _ letter: MetricInbox.Letter) {
        guard let commits = senders[name]?.sender.commits() else { return }
        for commit in commits {
            guard let time = time(of: commit.milliseconds, name, letter) else { continue }
            do throws(ExpositionError) {
                try store.ingest(pushed: commit.counts, from: name, at: time)
            } catch {
                rejected += commit.counts.count
                rejection = rejection ?? "\(error)"
                continue
            }
            senders[name]?.newest = time
        }
        identify(name)
    }

    /// When a sample was taken, by our monotonic clock, after all that came before it.
    private func time(of milliseconds: Int64, _ name: String, _ letter: MetricInbox.Letter) -> MonotonicTime? {
        guard var target = senders[name] else { return nil }
        let now = letter.wallArrival.nanosecondsSinceEpoch / 1_000_000
        // Nobody sends what will be: the sender's clock is ahead, by this much at least.
        let (ahead, overflow) = milliseconds.subtractingReportingOverflow(now)
        if !overflow, ahead > target.ahead { target.ahead = ahead }
        senders[name] = target
        let (age, isOdd) = now.subtractingReportingOverflow(milliseconds &- target.ahead)
        guard !overflow, !isOdd else { return nil }
        var time = letter.arrival.advanced(by: .milliseconds(-max(0, age)))
        // A second part of the same moment is a moment later, so that nothing of it is passed over.
        if let newest = target.newest { time = max(time, newest.advanced(by: .nanoseconds(1))) }
        return time
    }

    /// An Envoy or a Linkerd proxy is known by the labels that all its series have.
    private func identify(_ name: String) {
        let formats = graph.formats(of: name)
        guard graph.isNameless(name) || formats.contains(LinkerdFormat.linkerd.name) else { return }
        let tags = senders[name]?.sender.tags.identity
        let identity = tags ?? (graph.isNameless(name) ? Self.unknown(name) : nil)
        guard graph.reporters[name] != identity else { return }
        graph.identify(name, as: identity, in: &store)
        for recorder in recorders { recorder.identify(name, identity, at: loop.now) }
    }

    private static func unknown(_ name: String) -> WorkloadIdentity {
        WorkloadIdentity(namespace: "unknown", workload: name, app: name)
    }

    // MARK: Snapshots

    func prepare(for window: Duration) {
        for letter in inbox.take() { take(letter) }
        forgetTheSilent()
        graph.forgetUnused(in: &store)
        store.watch(window)
        targets = senders.map { report($0.key, $0.value) }.sorted { $0.address < $1.address }
    }

    func read(window: Duration, beside covered: Duration?) -> TrafficReading {
        var reading = graph.reading(of: store, window: window, now: loop.now)
        // Without anybody who sends there is nothing to wait for.
        if senders.isEmpty || !targets.contains(where: { $0.state == .up }), reading.covered == .zero {
            reading.covered = nil
        }
        return reading
    }

    private func report(_ name: String, _ target: Target) -> ScrapeTarget {
        let silence = target.lastArrival.duration(to: loop.now)
        var state = ScrapeTarget.State.up
        if target.sender.isGone {
            state = .down(reason: "its sender says that it is gone (stale markers)")
        } else if silence > Self.patience(with: target.sender) {
            state = .down(reason: "nothing has come for \(silence.components.seconds) s")
        }
        var report = ScrapeTarget(
            address: name, state: state, lastSuccess: target.lastWallArrival, series: store.seriesCount(of: name),
            formats: graph.formats(of: name))
        report.identity = graph.reporters[name].map {
            TargetIdentity(workload: $0, origin: target.sender.tags.identity == nil ? .address : .tags)
        }
        return report
    }

    private static func patience(with sender: PushSender) -> Duration {
        guard let gap = sender.gapMilliseconds else { return firstSilence }
        return max(shortestSilence, .milliseconds(min(gap, 3_600_000)) * 4)
    }

    var notices: [String] {
        var notices: [String] = []
        if !leftOut.isEmpty {
            notices.append("\(leftOut.count) senders are not heard: there are more than \(TargetBook.capacity)")
        }
        if histograms > 0 {
            notices.append("\(histograms) native histograms were sent and not read; send classic buckets too")
        }
        if rejected > 0 { notices.append("\(rejected) samples were not taken: \(rejection ?? "")") }
        for (name, target) in senders.sorted(by: { $0.key < $1.key }) {
            let losses = target.sender.losses
            let refused = losses.noRoom + store.refusedSeries(of: name)
            if refused > 0 { notices.append("\(name): \(refused) samples are left out: too many series") }
            if losses.tooOld > 0 { notices.append("\(name): \(losses.tooOld) samples are older than any history") }
            if losses.stale > 0 {
                notices.append("\(name): \(losses.stale) samples came twice or out of order, and counted once")
            }
            let cut = store.cutSeries(of: name)
            if cut > 0 {
                notices.append("\(name): \(cut) series have labels cut to \(store.limits.labelValueBytes) bytes")
            }
            if target.ahead > 1_000 {
                notices.append("\(name): its clock is \(target.ahead / 1000) s ahead of this machine's")
            }
        }
        if store.isShortened {
            notices.append(
                "history is shorter than \(store.limits.history.components.seconds / 3600) h: its memory is used up")
        }
        return notices
    }

    private func forgetTheSilent() {
        let kept = max(store.limits.fineHistory, view.current.window)
        for name in senders.filter({ $0.value.lastArrival.duration(to: loop.now) > kept }).keys {
            senders[name] = nil
            for recorder in recorders { recorder.unlist(name, at: loop.now) }
            graph.forget(name, in: &store)
        }
    }
}
