/// Rows about one thing.
struct ComparisonTopic: Sendable {
    var name: String
    var rows: [ComparisonCase]
}

/// The whole table. A new topic is a file in `Cases` and a line here.
enum ComparisonTable {
    static let topics: [ComparisonTopic] = [
        .matching, .rewriting, .answering, .resilience, .balancing, .wire, .http2, .http2Upstreams, .faults, .tcp,
        .mirrors, .origins, .upgrades,
        .tokens,
        .access,
        .connectionAccess,
        .rateLimits,
    ]

    static let rows: [PlacedCase] = topics.flatMap { topic in topic.rows.map { (topic.name, $0) } }
        .enumerated().map { PlacedCase(topic: $1.0, source: $1.1, index: $0) }
}
