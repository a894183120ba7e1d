internal import HTTPTransport
internal import JSONWire
internal import Quantities
internal import TraceModel

/// Jaeger's third query API, which answers with OTLP
/// (<https://www.jaegertracing.io/docs/latest/apis/#query-grpc-api>, over HTTP).
///
/// An answer is `{"result": {"resourceSpans": […]}}`, or several of them one after another. There is no search by tag,
/// and both ends of the time must be given.
struct JaegerV3API: TraceServerAPI {
    /// As far as Jaeger looks back when nobody says, in its first API.
    private static let lookback = Duration.seconds(2 * 86_400)

    let exchange: TraceExchange

    func traces(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        let services = TraceServices.meant(by: query, among: try serviceNames())
        let understandsAll = query.calledService == nil && query.tags.isEmpty && !query.errorsOnly
        let limit = TraceServices.askedLimit(query, understandsAll: understandsAll)
        let requests = services.value.map { Self.search(query, service: $0, limit: limit, now: now) }
        var found: [Trace] = []
        var notices = services.notices
        var isFull = false
        for response in try exchange.responses(to: requests) where response.status == 200 {
            let answer = try self.answer(response)
            found += answer.value
            notices += answer.notices
            isFull = isFull || answer.value.count >= limit
        }
        return TraceServices.merged(found, query, isFull: isFull, notices: notices)
    }

    func trace(_ id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?> {
        guard let response = try exchange.responses(to: [.init("/api/v3/traces/\(id)")]).first,
            response.status == 200
        else { return TraceAnswer(nil) }
        let answer = try answer(response)
        return TraceAnswer(answer.value.first { $0.id == id }, notices: answer.notices)
    }

    func serviceNames() throws(TraceSourceFailure) -> [String] {
        let document = try exchange.document(.init("/api/v3/services"))
        return (document?["services"]?.array ?? []).compactMap(\.string)
    }

    func operationNames(of service: String) throws(TraceSourceFailure) -> [String] {
        let document = try exchange.document(.init("/api/v3/operations", [("service", service)]))
        // One name comes once for each kind of span.
        return (document?["operations"]?.array ?? []).compactMap { $0["name"]?.string ?? $0.string }
    }

    /// The search for one service, named as the server has it.
    static func search(
        _ query: TraceQuery, service: String, limit: Int, now: WallTime
    ) -> TraceExchange.Request {
        let until = query.until ?? now
        let since = query.since ?? until.advanced(by: .zero - lookback)
        var parameters: [(name: String, value: String)] = [
            ("query.service_name", service),
            ("query.start_time_min", since.rfc3339), ("query.start_time_max", until.rfc3339),
            // The newer name, and the older.
            ("query.search_depth", "\(limit)"), ("query.num_traces", "\(limit)"),
        ]
        if let operation = query.operation { parameters.append(("query.operation_name", operation)) }
        if let minimum = query.minimumDuration {
            parameters.append(("query.duration_min", "\(minimum.nanoseconds)ns"))
        }
        if let maximum = query.maximumDuration {
            parameters.append(("query.duration_max", "\(maximum.nanoseconds)ns"))
        }
        return TraceExchange.Request("/api/v3/traces", parameters)
    }

    private func answer(_ response: HTTPResponse) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        if PrometheusWords.isPage(response.body) { throw exchange.refusal(TraceServerWords.page(response.status)) }
        guard response.body.contains(where: { $0 > 0x20 }) else { return TraceAnswer([]) }
        if let document = try? JSONValue.parse(response.body) {
            if let error = document["error"] {
                throw exchange.refusal(PrometheusWords.short(error["message"]?.string ?? error.text))
            }
            // Nothing found: `{}`, or a result without spans.
            if document.object?.isEmpty == true || document["result"]?.object?.isEmpty == true {
                return TraceAnswer([])
            }
        }
        do throws(SpanPayloadError) {
            let file = try TraceFile(response.body)
            return TraceAnswer(file.traces, notices: file.notices.map { "partial answer: \($0)" })
        } catch {
            throw exchange.refusal(error.description)
        }
    }
}
