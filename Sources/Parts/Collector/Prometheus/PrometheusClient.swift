internal import HTTPTransport
internal import Quantities
internal import SystemIO

/// Sends queries to one server, and reads its answers on a thread of its own: large ones take longer than a tick.
/// Belongs to the loop.
final class PrometheusClient {
    private let configuration: PrometheusConfiguration
    private let asking: TargetAsking
    private let reading: Errands
    /// A name with several addresses is asked at the next when one does not answer.
    private var failures = 0

    init(_ configuration: PrometheusConfiguration, loop: EventLoop, dnsServer: SocketAddress?) {
        self.configuration = configuration
        let errands = Errands(name: "prometheus", width: 2, loop: loop.handle)
        let names = TargetNames(loop: loop, errands: errands, server: dnsServer)
        asking = TargetAsking(configuration.access, loop: loop, names: names, errands: errands)
        reading = errands
    }

    /// Reads the keys, then calls `ready` on the loop.
    func start(_ ready: @escaping () -> Void) {
        asking.start(ready)
    }

    /// Asks for one moment.
    ///
    /// - Parameter time: seconds since 1970; nothing for the server's now.
    func ask(
        _ query: PrometheusQuery, window: Duration, at time: Double?,
        completion: @escaping (Result<PrometheusAnswer, PrometheusFailure>) -> Void
    ) {
        let time = time.map { [(name: "time", value: "\($0)")] } ?? []
        send("query", query, window, parameters: time, completion)
    }

    /// Asks for all moments from `start` to `end`, both in seconds since 1970, that are whole `step`s after the first.
    func ask(
        _ query: PrometheusQuery, window: Duration, from start: Double, to end: Double, step: Duration,
        completion: @escaping (Result<PrometheusAnswer, PrometheusFailure>) -> Void
    ) {
        send(
            "query_range", query, window,
            parameters: [
                (name: "start", value: "\(start)"), (name: "end", value: "\(end)"),
                (name: "step", value: "\(step.inSeconds)"),
            ], completion)
    }

    private func send(
        _ function: String, _ query: PrometheusQuery, _ window: Duration,
        parameters: [(name: String, value: String)],
        _ completion: @escaping (Result<PrometheusAnswer, PrometheusFailure>) -> Void
    ) {
        let all =
            [(name: "query", value: query.text(matchers: configuration.matchers, window: window))] + parameters + [
                // Work that nobody waits for any more should not be done.
                (name: "timeout", value: PrometheusQuery.text(configuration.deadline)),
                // Prometheus 3 stops there by itself, and others pass it over. One more, to know that there are more.
                (name: "limit", value: "\(configuration.limits.series + 1)"),
            ]
        asking.get(
            configuration.url(of: function, all), accept: "application/json", headers: configuration.headers,
            deadline: configuration.deadline, maximumBody: configuration.limits.bodyBytes, attempt: failures
        ) { [weak self] in self?.take($0, query, completion) }
    }

    private func take(
        _ result: Result<HTTPResponse, TargetAsking.Failure>, _ query: PrometheusQuery,
        _ completion: @escaping (Result<PrometheusAnswer, PrometheusFailure>) -> Void
    ) {
        switch result {
        case .success(let response) where response.status == 200:
            failures = 0
            let limits = configuration.limits
            reading.run {
                Result { () throws(PrometheusFailure) in
                    try PrometheusAnswer.parse(response.body, query: query, limits: limits)
                }
            } then: {
                completion($0)
            }
        case .success(let response):
            failures = 0
            completion(.failure(PrometheusWords.failure(response)))
        case .failure(let failure):
            failures &+= 1
            completion(.failure(PrometheusFailure(message: words(for: failure))))
        }
    }

    private func words(for failure: TargetAsking.Failure) -> String {
        guard case .client(let error) = failure else { return failure.description }
        switch error {
        case .deadlineExceeded: return "no answer within \(Int(configuration.deadline.milliseconds)) ms"
        case .bodyTooLarge(let limit):
            return "its answer has more than \(limit) bytes; choose fewer series with --prometheus-matcher"
        default: return error.description
        }
    }
}
