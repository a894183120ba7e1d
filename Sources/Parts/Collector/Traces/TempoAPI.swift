internal import HTTPTransport
internal import JSONWire
internal import Quantities
internal import TraceModel

/// Grafana Tempo's HTTP API (<https://grafana.com/docs/tempo/latest/api_docs/>).
///
/// A search gives summaries, and the spans come trace by trace. It is put in TraceQL, or, where a server refuses that, in
/// the tags of its older search.
struct TempoAPI: TraceServerAPI {
    /// Without both ends of the time Tempo looks only at what came last and is not yet stored.
    private static let lookback = Duration.seconds(3600)

    let exchange: TraceExchange

    func summaries(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[TraceSummary]> {
        let found = try search(query, now: now)
        // Who calls whom shows only in the spans.
        guard query.calledService == nil, found.value.allSatisfy(\.hasCounts), !found.isByTags else {
            let answer = try load(found, query)
            return TraceAnswer(answer.value.map(\.summary), notices: answer.notices)
        }
        let summaries = found.value.map(\.summary).sorted { ($0.start, $0.id.low) > ($1.start, $1.id.low) }
        return TraceAnswer(summaries, notices: found.notices)
    }

    func traces(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        try load(try search(query, now: now), query)
    }

    func trace(_ id: TraceID) throws(TraceSourceFailure) -> TraceAnswer<Trace?> {
        let answer = try load([id])
        return TraceAnswer(answer.value.first, notices: answer.notices)
    }

    func serviceNames() throws(TraceSourceFailure) -> [String] {
        try values(of: "resource.service.name", older: "service.name", query: nil)
    }

    func operationNames(of service: String) throws(TraceSourceFailure) -> [String] {
        try values(of: "name", older: "name", query: TraceQL.spans(of: service))
    }

    // MARK: Search

    private struct Search {
        var value: [TempoFinding]
        var notices: [String]
        var isByTags = false
    }

    private func search(_ query: TraceQuery, now: WallTime) throws(TraceSourceFailure) -> Search {
        let limit = TraceServices.askedLimit(query, understandsAll: query.calledService == nil)
        let result = try exchange.results(of: [Self.search(query, limit: limit, now: now)]).first
        guard var response = try result?.get() else { return Search(value: [], notices: []) }
        var isByTags = false
        if response.status == 400 || response.status == 404 {
            let older = Self.searchByTags(query, limit: limit, now: now)
            if let answer = try? exchange.responses(to: [older]).first, answer.status == 200 {
                response = answer
                isByTags = true
            }
        }
        guard response.status == 200 else { throw exchange.refusal(TraceServerWords.words(for: response)) }
        let document = try exchange.document(response)
        var search = Search(value: try TempoFinding.list(in: document, exchange), notices: [], isByTags: isByTags)
        let isFull = search.value.count >= limit
        if isFull { search.notices.append(TraceServices.limitNotice(query)) }
        search.notices += TempoFinding.partiality(document["metrics"] ?? .null, isFull: isFull)
        if isByTags {
            search.notices.append("this Tempo refuses TraceQL; it was asked by tags, which find less")
        } else {
            search.value.removeAll { !Self.mayMatch($0, query) }
        }
        return search
    }

    /// Tempo rounds durations to milliseconds; a trace at the border is what the server took it for.
    private static func mayMatch(_ found: TempoFinding, _ query: TraceQuery) -> Bool {
        var query = query
        query.minimumDuration = query.minimumDuration.map { $0 - .milliseconds(1) }
        query.maximumDuration = query.maximumDuration.map { $0 + .milliseconds(1) }
        let summary = found.summary
        return query.matches(
            start: summary.start, duration: summary.duration, hasError: !found.hasCounts || summary.errorCount > 0)
    }

    static func search(_ query: TraceQuery, limit: Int, now: WallTime) -> TraceExchange.Request {
        TraceExchange.Request(
            "/api/search", [("q", TraceQL.text(query))] + common(query, limit: limit, now: now) + [("spss", "1")])
    }

    static func searchByTags(_ query: TraceQuery, limit: Int, now: WallTime) -> TraceExchange.Request {
        TraceExchange.Request("/api/search", TempoTags.parameters(query) + common(query, limit: limit, now: now))
    }

    private static func common(
        _ query: TraceQuery, limit: Int, now: WallTime
    ) -> [(name: String, value: String)] {
        let until = query.until ?? now
        let since = query.since ?? until.advanced(by: .zero - lookback)
        let second = Int64(1_000_000_000)
        // Whole seconds, outwards.
        return [
            ("limit", "\(limit)"), ("start", "\(max(0, since.nanosecondsSinceEpoch / second))"),
            ("end", "\(max(1, until.nanosecondsSinceEpoch / second + 1))"),
        ]
    }

    // MARK: Traces

    private func load(_ found: Search, _ query: TraceQuery) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        let answer = try load(found.value.map(\.summary.id))
        // By tags, Tempo finds parts of words, too.
        var loose = query
        if !found.isByTags {
            // The server has compared already, and with types.
            loose = TraceQuery(service: query.service, calledService: query.calledService, limit: query.limit)
        }
        return TraceServices.merged(answer.value, loose, isFull: false, notices: found.notices + answer.notices)
    }

    /// The traces, each by itself: in protobuf, which is a third as long as JSON, from the newer function, and from the
    /// older where there is none of it.
    private func load(_ ids: [TraceID]) throws(TraceSourceFailure) -> TraceAnswer<[Trace]> {
        var traces: [Trace] = []
        var notices: [String] = []
        let responses = try exchange.responses(to: ids.map { Self.request($0, version: "/v2") })
        let missing = zip(ids, responses).filter { $1.status == 404 }.map(\.0)
        for response in responses where response.status == 200 {
            try add(response, isWrapped: true, to: &traces, &notices)
        }
        for response in try exchange.responses(to: missing.map { Self.request($0, version: "") })
        where response.status == 200 {
            try add(response, isWrapped: false, to: &traces, &notices)
        }
        return TraceAnswer(traces, notices: notices)
    }

    static func request(_ id: TraceID, version: String) -> TraceExchange.Request {
        TraceExchange.Request("/api\(version)/traces/\(id)", accept: "application/protobuf, application/json;q=0.5")
    }

    private func add(
        _ response: HTTPResponse, isWrapped: Bool, to traces: inout [Trace], _ notices: inout [String]
    ) throws(TraceSourceFailure) {
        // What was asked for need not be what comes.
        let isJSON = response.body.first { $0 > 0x20 } == UInt8(ascii: "{")
        let document = isJSON ? try exchange.document(response) : nil
        if document == nil, PrometheusWords.isPage(response.body) {
            throw exchange.refusal(TraceServerWords.page(response.status))
        }
        do throws(SpanPayloadError) {
            let answer: TempoAnswer
            if let document {
                answer = try TempoAnswer(document: document, limits: TraceFile.limits)
            } else if isWrapped {
                answer = try TempoAnswer(wrappedProtobuf: response.body, limits: TraceFile.limits)
            } else {
                answer = try TempoAnswer(protobuf: response.body, limits: TraceFile.limits)
            }
            let found = Trace.grouped(answer.batch.spans)
            traces += found
            if let reason = answer.partiality {
                let id = found.first.map { " \($0.id)" } ?? ""
                notices.append("trace\(id) is partial: \(PrometheusWords.short(reason))")
            }
            if let reason = answer.batch.firstRejection { notices.append("partial answer: \(reason)") }
        } catch {
            throw exchange.refusal(error.description)
        }
    }

    // MARK: Names

    private func values(of tag: String, older: String, query: String?) throws(TraceSourceFailure) -> [String] {
        let parameters = query.map { [(name: "q", value: $0)] } ?? []
        var document = try exchange.document(.init("/api/v2/search/tag/\(tag)/values", parameters))
        if document == nil { document = try exchange.document(.init("/api/search/tag/\(older)/values")) }
        // The newer function gives types, the older texts.
        return (document?["tagValues"]?.array ?? []).compactMap { $0["value"]?.string ?? $0.string }
    }
}
