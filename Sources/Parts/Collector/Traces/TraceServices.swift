internal import TraceModel

/// The services of a server that a query means. Servers want exact names, and people leave out the namespace.
enum TraceServices {
    /// Services that one search asks for; each is a request.
    static let most = 32

    /// Those among `known` that the query means, the exact one first; all of them when it names none.
    static func meant(by query: TraceQuery, among known: [String]) -> TraceAnswer<[String]> {
        let meant: [String]
        if let service = query.service {
            meant = known.filter { TraceQuery.isService($0, named: service) }.sorted { ($0.count, $0) < ($1.count, $1) }
        } else {
            meant = known.sorted()
        }
        if let service = query.service, meant.isEmpty {
            return TraceAnswer(
                [], notices: ["it knows no service “\(service)”; meshtop traces --services lists those it knows"])
        }
        guard meant.count > most else { return TraceAnswer(meant) }
        return TraceAnswer(
            Array(meant.prefix(most)),
            notices: ["only \(most) of \(meant.count) services were asked for; name one with --service"])
    }

    /// One list of all that was found, newest first, without what does not match.
    ///
    /// - Parameter isFull: whether the server may have had more.
    static func merged(_ found: [Trace], _ query: TraceQuery, isFull: Bool, notices: [String]) -> TraceAnswer<[Trace]> {
        var seen: Set<TraceID> = []
        var matching = found.filter { query.matches($0) && seen.insert($0.id).inserted }
        matching.sort { ($0.start, $0.id.low) > ($1.start, $1.id.low) }
        var notices = notices
        if isFull || matching.count > query.limit { notices.append(limitNotice(query)) }
        return TraceAnswer(Array(matching.prefix(query.limit)), notices: notices)
    }

    static func limitNotice(_ query: TraceQuery) -> String {
        "there may be more than the \(query.limit) that were asked for"
    }

    /// How many to ask for, when the server cannot look for all that is asked.
    static func askedLimit(_ query: TraceQuery, understandsAll: Bool) -> Int {
        min(TraceSearch.maximumLimit, understandsAll ? query.limit : max(query.limit, min(query.limit, 150) * 10))
    }
}
