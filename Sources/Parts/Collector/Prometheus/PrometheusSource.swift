internal import ExpositionWire
internal import MeshModel
internal import Quantities
internal import SystemIO

/// The source that asks a server which has scraped the proxies.
///
/// A refresh is one chain of queries (``PrometheusQuery/graph``), one after the other and all for the same moment, by the
/// server's clock: two of ours need not agree with it. There is never more than one query on its way. Nothing is shown
/// before a refresh is complete, and when one fails the last good graph stays, with its age.
final class PrometheusSource: MetricsSource {
    /// A refresh that is on its way.
    private struct Refresh {
        var began: MonotonicTime
        var window: Duration
        /// The server's moment, once it has told it.
        var time: Double?
        var waiting = PrometheusQuery.graph[...]
        var rates: [(key: SeriesKey, perSecond: Double)] = []
        var remarks: [String] = []

        mutating func remark(_ text: String) {
            if !remarks.contains(text) { remarks.append(text) }
        }
    }

    /// The graph that is shown.
    private struct Good {
        var time: MonotonicTime
        var wallTime: WallTime
        var window: Duration
        var series: Int
        var remarks: [String]
    }

    private static let longestPause = Duration.seconds(60)

    private let configuration: PrometheusConfiguration
    private let graph: GraphBuilder
    private let loop: EventLoop
    private let client: PrometheusClient
    private var window: Duration
    private var refresh: Refresh?
    private var timer: TimerID?
    private var good: Good?
    private var failure: String?
    private var failures = 0

    init(
        _ configuration: PrometheusConfiguration, window: Duration, graph: GraphBuilder, loop: EventLoop,
        dnsServer: SocketAddress?
    ) {
        self.configuration = configuration
        self.window = configuration.rateWindow(for: window)
        self.graph = graph
        self.loop = loop
        client = PrometheusClient(configuration, loop: loop, dnsServer: dnsServer)
    }

    func start() {
        client.start { [self] in begin() }
    }

    // MARK: Asking

    private func begin() {
        timer = nil
        guard refresh == nil else { return }
        refresh = Refresh(began: loop.now, window: window)
        askNext()
    }

    private func askNext() {
        guard let refresh else { return }
        guard let query = refresh.waiting.first else { return succeed(refresh) }
        client.ask(query, window: refresh.window, at: refresh.time) { [self] in take($0, to: query) }
    }

    private func take(_ result: Result<PrometheusAnswer, PrometheusFailure>, to query: PrometheusQuery) {
        guard var refresh else { return }
        refresh.waiting = refresh.waiting.dropFirst()
        switch result {
        case .success(let answer):
            refresh.time = refresh.time ?? answer.time
            for series in answer.series {
                if let point = series.points.first { refresh.rates.append((series.key, point.value)) }
            }
            for warning in answer.warnings { refresh.remark("partial answer: \(warning)") }
            for info in answer.infos { refresh.remark("says: \(info)") }
            if answer.leftOut > 0 {
                refresh.remark(
                    "partial answer: \(answer.leftOut) series of \(query.metric) are left out, there are more than "
                        + "\(configuration.limits.series)")
            }
        case .failure(let failure):
            // Without requests there is no graph. And who does not answer at all will not answer the rest.
            guard failure.isVerdict, query != PrometheusQuery.graph.first else { return fail(failure.message) }
            refresh.remark("partial answer: \(query.what) are missing, it \(failure.message)")
        }
        self.refresh = refresh
        askNext()
    }

    private func succeed(_ refresh: Refresh) {
        graph.take(rates: refresh.rates, now: loop.now)
        var remarks = refresh.remarks
        if refresh.rates.isEmpty {
            let matchers = configuration.matchers.map(\.description).joined(separator: ",")
            remarks.append(
                "no series of istio_requests_total\(matchers.isEmpty ? "" : "{\(matchers)}") or istio_tcp_… in the "
                    + "last \(Humane.fixed(refresh.window.inSeconds, decimals: 0)) s; does it scrape the proxies?")
        }
        good = Good(
            time: loop.now, wallTime: refresh.time.map { WallTime(secondsSinceEpoch: $0) } ?? SystemClock.wall(),
            window: refresh.window, series: refresh.rates.count, remarks: remarks)
        failure = nil
        failures = 0
        end(refresh)
    }

    private func fail(_ reason: String) {
        guard let refresh else { return }
        failure = reason
        failures += 1
        end(refresh)
    }

    /// A server that fails is asked less and less often, and one that is slow has as long a rest as it had work. Consoles
    /// begin when their people begin, so they come spread out by themselves.
    private func end(_ refresh: Refresh) {
        self.refresh = nil
        let took = refresh.began.duration(to: loop.now)
        var pause = max(configuration.refresh - took, took)
        if failures > 1 { pause = max(pause, configuration.refresh * (1 << min(failures - 1, 10))) }
        // Somebody has asked for another window in the meantime.
        if failure == nil, refresh.window != window { pause = .zero }
        schedule(after: min(pause, max(Self.longestPause, configuration.refresh)))
    }

    private func schedule(after pause: Duration) {
        if let timer { loop.cancel(timer) }
        timer = loop.schedule(after: max(.milliseconds(1), pause)) { [self] in begin() }
    }

    // MARK: Telling

    func prepare(for window: Duration) {
        let wanted = configuration.rateWindow(for: window)
        guard wanted != self.window else { return }
        self.window = wanted
        if refresh == nil, failure == nil, timer != nil { schedule(after: .zero) }
    }

    func read(window: Duration, beside covered: Duration?) -> TrafficReading {
        guard let good else {
            // A server that is not there must not keep others waiting.
            return TrafficReading(numbers: .none, covered: failure == nil ? .zero : nil)
        }
        return graph.ratedReading(window: covered ?? good.window, now: loop.now)
    }

    var targets: [ScrapeTarget] {
        let state: ScrapeTarget.State
        if let failure { state = .down(reason: failure) } else { state = good == nil ? .pending : .up }
        return [
            ScrapeTarget(
                address: configuration.url.description, state: state, lastSuccess: good?.wallTime,
                series: good?.series ?? 0)
        ]
    }

    var notices: [String] {
        let name = "Prometheus at \(configuration.url)"
        guard let good else { return failure.map { ["\(name): \($0)"] } ?? [] }
        var notices = good.remarks.map { "\(name): \($0)" }
        let age = good.time.duration(to: loop.now)
        let shown = "what is shown of it is \(Humane.fixed(age.inSeconds, decimals: 0)) s old"
        if let failure {
            notices.insert("\(name): \(failure); \(shown)", at: 0)
        } else if age > configuration.refresh * 3 {
            notices.insert("\(name): no new answer yet; \(shown)", at: 0)
        }
        return notices
    }
}
