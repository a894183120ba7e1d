internal import HTTPTransport
internal import JSONWire
internal import Quantities
internal import TraceModel

/// Jaeger's first query API, which its own pages use
/// (<https://www.jaegertracing.io/docs/latest/apis/#query-json-over-http>).
///
/// It is not promised to stay, and has for years; Grafana stands on it. A search must name a service, one only. The
/// collector of meshtop, which has this API, too, takes a search without.
struct JaegerAPI: TraceServerAPI {
    let exchange: TraceExchange

    func traces(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        let limit = TraceServices.askedLimit(query, understandsAll: query.calledService == nil)
        // The collector of meshtop takes a search of all services; Jaeger answers 400, and is asked for each.
        if query.service == nil, let response = try everything(query, limit: limit) {
            let answer = try self.answer(in: try exchange.document(response))
            return TraceServices.merged(
                answer.value, query, isFull: answer.value.count >= limit, notices: answer.notices)
        }
        let services = TraceServices.meant(by: query, among: try serviceNames())
        let requests = services.value.map { Self.search(query, service: $0, limit: limit) }
        // Tags are compared by Jaeger, which looks into the fields of logs, too.
        var loose = query
        loose.tags = []
        var found: [Trace] = []
        var notices = services.notices
        var isFull = false
        for response in try exchange.responses(to: requests) where response.status == 200 {
            let answer = try self.answer(in: try exchange.document(response))
            found += answer.value
            notices += answer.notices
            isFull = isFull || answer.value.count >= limit
        }
        return TraceServices.merged(found, loose, isFull: isFull, notices: notices)
    }

    private func everything(_ query: TraceQuery, limit: Int) throws(TraceSourceFailure) -> HTTPResponse? {
        let response = try exchange.results(of: [Self.search(query, service: nil, limit: limit)]).first?.get()
        return response?.status == 200 ? response : nil
    }

    func trace(_ id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?> {
        guard let document = try exchange.document(.init("/api/traces/\(id)")) else { return TraceAnswer(nil) }
        let answer = try answer(in: document)
        return TraceAnswer(answer.value.first { $0.id == id }, notices: answer.notices)
    }

    func serviceNames() throws(TraceSourceFailure) -> [String] { try names("/api/services") }

    func operationNames(of service: String) throws(TraceSourceFailure) -> [String] {
        try names("/api/services/\(PercentCoding.encode(service))/operations")
    }

    func dependencies(since: WallTime?, until: WallTime) throws(TraceSourceFailure) -> [TraceDependency]? {
        let document = try exchange.document(.init("/api/dependencies", Self.window(since: since, until: until)))
        guard let document else { return nil }
        do throws(JaegerJSONError) {
            return try JaegerJSON.dependencies(in: document)
        } catch {
            throw exchange.refusal(error.description)
        }
    }

    /// - Parameter service: as the server has it; nothing for all of them.
    static func search(_ query: TraceQuery, service: String?, limit: Int) -> TraceExchange.Request {
        var query = query
        query.service = service
        query.limit = limit
        return TraceExchange.Request("/api/traces", TraceSearch.parameters(for: query))
    }

    /// `endTs` and `lookback`, both in milliseconds; Jaeger and Zipkin have them in common.
    static func window(since: WallTime?, until: WallTime) -> [(name: String, value: String)] {
        let lookback = since.map { max(.zero, $0.duration(to: until)) } ?? .seconds(86_400)
        return [
            ("endTs", "\(until.nanosecondsSinceEpoch / 1_000_000)"),
            ("lookback", "\(lookback.nanoseconds / 1_000_000)"),
        ]
    }

    private func answer(in document: JSONValue) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        do throws(JaegerJSONError) {
            let (traces, errors) = try JaegerJSON.answer(in: document)
            return TraceAnswer(traces, notices: errors.map { "partial answer: \(PrometheusWords.short($0))" })
        } catch {
            throw exchange.refusal(error.description)
        }
    }

    private func names(_ path: String) throws(TraceSourceFailure) -> [String] {
        guard let document = try exchange.document(.init(path)) else { return [] }
        do throws(JaegerJSONError) {
            return try JaegerJSON.services(in: document)
        } catch {
            throw exchange.refusal(error.description)
        }
    }
}
