package import Quantities
internal import Synchronization
internal import SystemIO
package import TraceModel

/// The traces that a server keeps: Jaeger, Grafana Tempo, Zipkin or another meshtop.
///
/// A search is put into the server's own query as far as it has words for it, and what comes is looked through again
/// here: a server may understand less, or compare otherwise. Jaeger and Zipkin, for one, take a duration to be that of
/// a span of the service, and here it is the trace's, too.
package final class TraceServer: TraceSource {
    private struct State {
        var api: (any TraceServerAPI)?
        var notices: [String] = []
    }

    package let configuration: TraceServerConfiguration
    private let exchange: TraceExchange
    private let state = Mutex(State())
    private let clock: @Sendable () -> WallTime

    /// Asks nobody yet.
    package init(
        _ configuration: TraceServerConfiguration, clock: @escaping @Sendable () -> WallTime = SystemClock.wall
    ) {
        self.configuration = configuration
        exchange = TraceExchange(configuration: configuration)
        self.clock = clock
    }

    /// What was missing of the last answer, but for what nobody asked for.
    package var notices: [String] { state.withLock { $0.notices } }

    package func find(_ query: TraceQuery) throws(TraceSourceFailure) -> [TraceSummary] { try search(query).value }

    package func search(_ query: TraceQuery) throws(TraceSourceFailure) -> TraceAnswer<[TraceSummary]> {
        note(try api().summaries(query, now: clock()), query)
    }

    package func traces(_ query: TraceQuery) throws(TraceSourceFailure) -> [Trace] {
        note(try api().traces(query, now: clock()), query).value
    }

    package func trace(_ id: TraceID) throws(TraceSourceFailure) -> Trace? { try look(up: id).value }

    package func look(up id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?> {
        note(try api().trace(id))
    }

    package func serviceNames() throws(TraceSourceFailure) -> [String] { try api().serviceNames().sorted() }

    package func operationNames(of service: String) throws(TraceSourceFailure) -> [String] {
        let api = try api()
        let services = try api.serviceNames().filter { TraceQuery.isService($0, named: service) }
        var names: Set<String> = []
        for service in services.prefix(TraceServices.most) { names.formUnion(try api.operationNames(of: service)) }
        return names.sorted()
    }

    package func dependencies(_ query: TraceQuery) throws(TraceSourceFailure) -> TraceAnswer<[TraceDependency]> {
        let api = try api()
        if let links = try api.dependencies(since: query.since, until: query.until ?? clock()) {
            return TraceAnswer(links)
        }
        let traces = try api.traces(query, now: clock())
        return TraceAnswer(
            TraceDependency.count(in: traces.value),
            notices: traces.notices + ["counted in \(traces.value.count) traces, not in all there are"])
    }

    private func note<Value>(_ answer: TraceAnswer<Value>, _ query: TraceQuery? = nil) -> TraceAnswer<Value> {
        let limit = query.map(TraceServices.limitNotice)
        state.withLock { $0.notices = answer.notices.filter { $0 != limit } }
        return answer
    }

    /// The API to speak; found out once.
    private func api() throws(TraceSourceFailure) -> any TraceServerAPI {
        if let known = state.withLock({ $0.api }) { return known }
        let kind: TraceServerConfiguration.API
        if let named = configuration.api { kind = named } else { kind = try TraceServerDetection.api(exchange) }
        let api: any TraceServerAPI =
            switch kind {
            case .jaeger: JaegerAPI(exchange: exchange)
            case .jaegerV3: JaegerV3API(exchange: exchange)
            case .tempo: TempoAPI(exchange: exchange)
            case .zipkin: ZipkinAPI(exchange: exchange)
            }
        state.withLock { $0.api = api }
        return api
    }
}

/// What one kind of server is asked, and how its answers are read. Calls wait for the network.
protocol TraceServerAPI: Sendable {
    /// Those that match, newest first, no more than the limit.
    func traces(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[Trace]>
    /// The same as summaries, where a server can list without sending all spans.
    func summaries(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[TraceSummary]>
    func trace(_ id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?>
    func serviceNames() throws(TraceSourceFailure) -> [String]
    /// - Parameter service: exactly as the server has it.
    func operationNames(of service: String) throws(TraceSourceFailure) -> [String]
    /// Nothing when the server does not count calls.
    func dependencies(since: WallTime?, until: WallTime) throws(TraceSourceFailure) -> [TraceDependency]?
}

extension TraceServerAPI {
    func summaries(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[TraceSummary]> {
        let answer = try traces(query, now: now)
        return TraceAnswer(answer.value.map(\.summary), notices: answer.notices)
    }

    func dependencies(since: WallTime?, until: WallTime) throws(TraceSourceFailure) -> [TraceDependency]? { nil }
}
