internal import HTTPTransport
internal import JSONWire
internal import Quantities
internal import TraceModel

/// Zipkin's second API (<https://zipkin.io/zipkin-api/>, `zipkin2-api.yaml`).
///
/// Names of services and of spans are lower-cased there, so that they are compared so.
struct ZipkinAPI: TraceServerAPI {
    let exchange: TraceExchange

    func traces(_ asked: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        var query = asked
        query.service = asked.service?.lowercased()
        query.calledService = asked.calledService?.lowercased()
        query.operation = asked.operation?.lowercased()
        let understandsAll = query.calledService == nil && query.tags.allSatisfy(Self.isExpressible)
        let limit = TraceServices.askedLimit(query, understandsAll: understandsAll)
        var services: [String?] = [nil]
        var notices: [String] = []
        if query.service != nil {
            let meant = TraceServices.meant(by: query, among: try serviceNames())
            (services, notices) = (meant.value, meant.notices)
        }
        let requests = services.map { Self.search(query, service: $0, limit: limit, now: now) }
        var found: [Trace] = []
        var isFull = false
        for response in try exchange.responses(to: requests) where response.status == 200 {
            let answer = try traces(in: try exchange.document(response))
            found += answer.value
            notices += answer.notices
            isFull = isFull || answer.value.count >= limit
        }
        return TraceServices.merged(found, query, isFull: isFull, notices: notices)
    }

    func trace(_ id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?> {
        guard let document = try exchange.document(.init("/api/v2/trace/\(id)")) else { return TraceAnswer(nil) }
        let answer = try traces(in: document)
        // A server that keeps only half of an id gives that half back.
        return TraceAnswer(answer.value.first { $0.id.low == id.low }, notices: answer.notices)
    }

    func serviceNames() throws(TraceSourceFailure) -> [String] { try names(.init("/api/v2/services")) }

    func operationNames(of service: String) throws(TraceSourceFailure) -> [String] {
        try names(.init("/api/v2/spans", [("serviceName", service)]))
    }

    func dependencies(since: WallTime?, until: WallTime) throws(TraceSourceFailure) -> [TraceDependency]? {
        let window = JaegerAPI.window(since: since, until: until)
        guard let document = try exchange.document(.init("/api/v2/dependencies", window)) else { return nil }
        guard let links = document.array else {
            throw exchange.refusal("expected a list of dependencies, found \(document.kindInWords)")
        }
        return links.compactMap { link in
            guard let parent = link["parent"]?.string, let child = link["child"]?.string else { return nil }
            // Zipkin leaves out an error count of 0.
            return TraceDependency(
                caller: parent, called: child, callCount: max(0, link["callCount"]?.int ?? 0),
                errorCount: max(0, link["errorCount"]?.int ?? 0))
        }
    }

    /// - Parameter service: as the server has it; nothing for all of them.
    static func search(_ query: TraceQuery, service: String?, limit: Int, now: WallTime) -> TraceExchange.Request {
        var parameters = [(name: "limit", value: "\(limit)")]
        func add(_ name: String, _ value: String?) {
            if let value { parameters.append((name, value)) }
        }
        add("serviceName", service)
        add("spanName", query.operation)
        var annotations = query.tags.filter(isExpressible).map { "\($0.key)=\($0.value)" }
        if query.errorsOnly { annotations.append("error") }
        if !annotations.isEmpty { add("annotationQuery", annotations.joined(separator: " and ")) }
        let microseconds = { (duration: Duration) in max(1, duration.nanoseconds / 1000) }
        // A greatest duration is only valid with a least.
        let minimum = query.minimumDuration ?? query.maximumDuration.map { _ in .microseconds(1) }
        add("minDuration", minimum.map { "\(microseconds($0))" })
        add("maxDuration", query.maximumDuration.map { "\(microseconds($0))" })
        if query.since != nil || query.until != nil {
            parameters += JaegerAPI.window(since: query.since, until: query.until ?? now)
        }
        return TraceExchange.Request("/api/v2/traces", parameters)
    }

    /// Whether a tag can be asked for: the language has no quotes.
    private static func isExpressible(_ tag: Span.Attribute) -> Bool {
        !tag.key.contains("=") && !"\(tag.key)=\(tag.value)".contains(" and ") && !tag.value.isEmpty
            // The kind is no tag of Zipkin's, and neither are endpoints.
            && !["span.kind", "peer.service"].contains(tag.key) && !tag.key.hasPrefix("network.")
    }

    private func traces(in document: JSONValue) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        do throws(SpanPayloadError) {
            let batch = try ZipkinJSON.batch(document: document, limits: TraceFile.limits)
            var notices: [String] = []
            if let reason = batch.firstRejection { notices.append("partial answer: \(reason)") }
            return TraceAnswer(Trace.grouped(batch.spans), notices: notices)
        } catch {
            throw exchange.refusal(error.description)
        }
    }

    private func names(_ request: TraceExchange.Request) throws(TraceSourceFailure) -> [String] {
        guard let document = try exchange.document(request) else { return [] }
        guard let list = document.array else {
            throw exchange.refusal("expected a list of names, found \(document.kindInWords)")
        }
        return list.compactMap(\.string)
    }
}
