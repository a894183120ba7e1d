extension ComparisonTopic {
    /// Connections that carry no HTTP.
    static let tcp = ComparisonTopic(
        name: "TCP",
        rows: [
            tcp("bytes pass both ways", [.exact("world")], [.bytes("hello"), .until("world")]),
            tcp(
                "bytes pass as often as there are some", [.exact("1"), .exact("2"), .exact("3")],
                [.bytes("a"), .until("1"), .bytes("b"), .until("12"), .bytes("c"), .until("123")]),
            tcp("whoever is connected to may speak first", [.exact("")], greeting: "220 ready", [.until("220 ready")]),
            tcp("an upstream that closes", [.exact("bye").closing], [.bytes("hello"), .untilClosed]),
            tcp("an upstream that closes without a word", [.close], [.bytes("hello"), .untilClosed]),
            tcp(
                "a client's end of its direction reaches the upstream, which may still answer",
                [.exact(""), .exact("answer").closing], [.bytes("hello"), .arrived(1), .end, .untilClosed]),
            tcp("a refused connection ends the client's", [.fine], absent: true, [.untilClosed]),
            ComparisonCase(
                "a cluster without endpoints ends the client's connection", listener: proxy("cluster: $a"),
                upstreams: [ComparedUpstream("a", endpoints: 0)], [.parts([.untilClosed], methods: [])]),
            ComparisonCase(
                "another endpoint is tried", listener: proxy("cluster: $a\nmax_connect_attempts: 2"),
                upstreams: [
                    ComparedUpstream("a", [.exact("world")], endpoints: 2, absent: [0], isRaw: true)
                ],
                (0..<3).map { _ in .parts([.bytes("hello"), .until("world")], methods: []) }),
            ComparisonCase(
                "weights are of connections",
                listener: proxy("weighted_clusters: {clusters: [{name: $a, weight: 100}]}"),
                upstreams: [ComparedUpstream("a", [.exact("world")], isRaw: true)],
                (0..<2).map { _ in .parts([.bytes("hello"), .until("world")], methods: []) }),
            ComparisonCase(
                "an idle connection ends", listener: proxy("cluster: $a\nidle_timeout: 0.3s"),
                upstreams: [ComparedUpstream("a", [.exact("world")], isRaw: true)],
                [.parts([.bytes("hello"), .until("world"), .untilClosed, .untilUpstreamEnds], methods: [])]),
            ComparisonCase(
                "a second connection finds a breaker of 1 open", listener: proxy("cluster: $a"),
                upstreams: [
                    ComparedUpstream(
                        "a", [.exact("world")], fields: "circuit_breakers: {thresholds: [{max_connections: 1}]}",
                        isRaw: true)
                ],
                [
                    .parts([.bytes("hello"), .until("world")], methods: []),
                    .parts([.untilClosed], methods: []),
                ]),
            tcp(
                "what the client sends before there is a connection is not lost", [.exact("world")],
                [.bytes(String(repeating: "0123456789", count: 1000)), .until("world")]),
        ])

    private static func tcp(
        _ name: String, _ answers: [ComparedUpstream.Answer], greeting: String = "", absent: Bool = false,
        _ parts: [ComparedCall.Part]
    ) -> ComparisonCase {
        ComparisonCase(
            name, listener: proxy("cluster: $a"),
            upstreams: [
                ComparedUpstream("a", answers, absent: absent ? [0] : [], isRaw: true, greeting: greeting)
            ], [.parts(parts, methods: [])])
    }

    private static func proxy(_ fields: String) -> String {
        """
        filter_chains:
        - filters:
          - name: envoy.filters.network.tcp_proxy
            typed_config:
              '@type': type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
              stat_prefix: compared
              \(fields.replacing("\n", with: "\n      "))
        """
    }
}
