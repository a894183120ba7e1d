extension ComparisonTopic {
    /// The fault filter.
    static let faults = ComparisonTopic(
        name: "faults",
        rows: [
            fault(
                "an abort of all requests", "abort: {http_status: 418, percentage: {numerator: 100}}",
                [.get(), .head()]),
            fault(
                "an abort answers before the body is read", "abort: {http_status: 503, percentage: {numerator: 100}}",
                [
                    .post(body: "x")
                ], except: closing("answer 1")),
            fault("an abort of none", "abort: {http_status: 418, percentage: {numerator: 0}}", [.get()]),
            fault("an abort without a share", "abort: {http_status: 418}", [.get()]),
            fault(
                "an abort of a million of a million",
                "abort: {http_status: 429, percentage: {numerator: 1000000, denominator: MILLION}}", [.get()]),
            fault(
                "an abort of ten thousand of them",
                "abort: {http_status: 500, percentage: {numerator: 10000, denominator: TEN_THOUSAND}}", [.get()]),
            fault(
                "an abort in gRPC's words", "abort: {grpc_status: 14, percentage: {numerator: 100}}",
                [.post("/", "content-type: application/grpc", body: "x"), .get()], except: closing("answer 1")),
            fault("a delay of all requests", "delay: {fixed_delay: 0.2s, percentage: {numerator: 100}}", [.get()]),
            fault("a delay of none", "delay: {fixed_delay: 20s, percentage: {numerator: 0}}", [.get()]),
            fault(
                "a delay and then an abort",
                """
                delay: {fixed_delay: 0.1s, percentage: {numerator: 100}}
                    abort: {http_status: 501, percentage: {numerator: 100}}
                """, [.get()]),
            fault(
                "an abort is not tried again", "abort: {http_status: 503, percentage: {numerator: 100}}",
                routes: "- {match: {prefix: /}, route: {cluster: $a, retry_policy: {retry_on: 5xx}}}", [.get()]),
            fault(
                "an abort has its route's headers", "abort: {http_status: 503, percentage: {numerator: 100}}",
                routes: """
                    - match: {prefix: /}
                      response_headers_to_add: [{header: {key: x-a, value: one}}]
                      route: {cluster: $a}
                    """, [.get()]),
            fault(
                "an abort of a request without a route", "abort: {http_status: 418, percentage: {numerator: 100}}",
                routes: "- {match: {prefix: /x}, route: {cluster: $a}}", [.get("/other"), .get("/x")]),
            fault(
                "an abort of a direct response and a redirect",
                "abort: {http_status: 418, percentage: {numerator: 100}}",
                routes: """
                    - {match: {prefix: /d}, direct_response: {status: 200}}
                    - {match: {prefix: /r}, redirect: {path_redirect: /x}}
                    """, [.get("/d"), .get("/r")]),
            fault(
                "a route has a fault of its own", "abort: {http_status: 418, percentage: {numerator: 100}}",
                routes: """
                    - match: {prefix: /own}
                      route: {cluster: $a}
                      typed_per_filter_config:
                        envoy.filters.http.fault:
                          '@type': \(type)
                          abort: {http_status: 404, percentage: {numerator: 100}}
                    - match: {prefix: /none}
                      route: {cluster: $a}
                      typed_per_filter_config: {envoy.filters.http.fault: {'@type': \(type)}}
                    - {match: {prefix: /}, route: {cluster: $a}}
                    """, [.get("/own"), .get("/none"), .get("/other")]),
            fault(
                "a virtual host has a fault for its routes", nil,
                routes: """
                    - match: {prefix: /own}
                      route: {cluster: $a}
                      typed_per_filter_config:
                        envoy.filters.http.fault:
                          '@type': \(type)
                          abort: {http_status: 404, percentage: {numerator: 100}}
                    - {match: {prefix: /}, route: {cluster: $a}}
                    """,
                host: """
                    typed_per_filter_config:
                      envoy.filters.http.fault: {'@type': \(type), abort: {http_status: 451, percentage: {numerator: 100}}}
                    """, [.get("/own"), .get("/other")]),
        ])

    private static let type = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"

    /// A request with a body, answered before that has been read.
    static func closing(_ answer: String) -> [DeclaredDifference] {
        [
            .differs(
                "\(answer): header connection", envoy: "[close]", ours: nil,
                because: "RFC 9112 §9.3: the connection persists; the rest of the body is read and dropped."),
            .differs("\(answer): connection", envoy: "closed", ours: "open", because: "It follows from that."),
        ]
    }

    /// - Parameter fault: fields of the filter; none where only routes have some.
    private static func fault(
        _ name: String, _ fault: String?, routes: String = ComparisonCase.forwarding, host: String = "",
        _ calls: [ComparedCall], except differences: [DeclaredDifference] = []
    ) -> ComparisonCase {
        ComparisonCase(
            name, routes: routes, host: host,
            filters: """
                - name: envoy.filters.http.fault
                  typed_config:
                    '@type': \(type)
                \(fault.map { "    \($0)" } ?? "")
                """, calls, except: differences)
    }
}
