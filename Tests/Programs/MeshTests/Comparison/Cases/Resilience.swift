extension ComparisonTopic {
    /// Retries, timeouts, circuit breakers, ejections.
    static let resilience = ComparisonTopic(name: "resilience", rows: retries + timeouts + breakers + outliers)

    private static let retries: [ComparisonCase] = [
        retry("5xx is tried again", "retry_on: 5xx, num_retries: 2", [.status(500), .status(503), .fine]),
        retry("one retry is the default", "retry_on: 5xx", [.status(500), .status(501), .fine]),
        retry("no retry at all", "retry_on: 5xx, num_retries: 0", [.status(500), .fine]),
        retry(
            "the last answer passes when retries run out", "retry_on: 5xx, num_retries: 2", [.status(502, "x-a: last")]),
        retry("a success is not tried again", "retry_on: 5xx", [.status(404)]),
        retry(
            "gateway-error is 502 to 504", "retry_on: gateway-error, num_retries: 5",
            [.status(502), .status(503), .status(504), .status(500), .fine]),
        retry("retriable-4xx is 409", "retry_on: retriable-4xx, num_retries: 3", [.status(409), .status(404), .fine]),
        retry(
            "codes that are listed",
            "retry_on: retriable-status-codes, retriable_status_codes: [418, 200], num_retries: 3",
            [.status(418), .fine, .status(404)]),
        retry(
            "codes that are listed without the condition", "retry_on: gateway-error, retriable_status_codes: [418]",
            [.status(418), .fine]),
        retry("envoy-ratelimited", "retry_on: envoy-ratelimited", [.status(429, "x-envoy-ratelimited: true"), .fine]),
        retry("a rate limit is no 5xx to retry", "retry_on: 5xx", [.status(503, "x-envoy-ratelimited: true"), .fine]),
        retry("a reset under reset", "retry_on: reset", [.reset, .fine]),
        retry("a reset under 5xx", "retry_on: 5xx", [.reset, .fine]),
        retry("a reset under gateway-error", "retry_on: gateway-error", [.reset, .fine]),
        retry("a reset under connect-failure", "retry_on: connect-failure", [.reset, .fine]),
        retry("a reset under refused-stream", "retry_on: refused-stream", [.reset, .fine]),
        retry("a reset under reset-before-request", "retry_on: reset-before-request", [.reset, .fine]),
        retry("a close without an answer under reset", "retry_on: reset", [.close, .fine]),
        retry("no HTTP under reset", "retry_on: reset", [.raw("nonsense\n\n"), .fine]),
        retry("no HTTP under 5xx", "retry_on: 5xx", [.raw("nonsense\n\n"), .fine]),
        ComparisonCase(
            "a retry has the body again", routes: retryRoute("retry_on: 5xx"),
            upstreams: [ComparedUpstream("a", [.status(500), .fine])], [.post(body: "hello")]),
        ComparisonCase(
            "a retry has a chunked body again", routes: retryRoute("retry_on: 5xx"),
            upstreams: [ComparedUpstream("a", [.status(500), .fine])],
            [.raw("POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n3\nabc\n0\n\n", methods: ["POST"])]),
        ComparisonCase(
            "attempts are counted in the request", routes: retryRoute("retry_on: 5xx, num_retries: 2"),
            host: "include_request_attempt_count: true",
            upstreams: [ComparedUpstream("a", [.status(500), .status(500), .fine])], [.get()]),
        ComparisonCase(
            "a retry is told the time that is left", routes: retryRoute("retry_on: 5xx"),
            upstreams: [ComparedUpstream("a", [.status(500).after(.milliseconds(170)), .fine])], [.get()]),
        ComparisonCase(
            "the virtual host's policy holds where the route has none", host: "retry_policy: {retry_on: 5xx}",
            upstreams: [ComparedUpstream("a", [.status(500), .fine])], [.get()]),
        ComparisonCase(
            "the route's policy holds before the virtual host's", routes: retryRoute("retry_on: reset"),
            host: "retry_policy: {retry_on: 5xx}", upstreams: [ComparedUpstream("a", [.status(500), .fine])], [.get()]),
        ComparisonCase(
            "a refused connection under connect-failure",
            routes: retryRoute("retry_on: connect-failure, num_retries: 2"),
            upstreams: [ComparedUpstream("a", absent: [0])], [.get()]),
        ComparisonCase(
            "previous hosts are avoided",
            routes: retryRoute(
                """
                retry_on: 5xx, num_retries: 1, host_selection_retry_max_attempts: 50,
                retry_host_predicate: [{name: envoy.retry_host_predicates.previous_hosts, typed_config: {'@type': \
                type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate}}]
                """),
            upstreams: [ComparedUpstream("a", [.status(500)], endpoints: 2)], (0..<4).map { _ in .get() }),
        ComparisonCase(
            "a refused connection is tried on another endpoint",
            routes: retryRoute(
                """
                retry_on: connect-failure, num_retries: 2, host_selection_retry_max_attempts: 50,
                retry_host_predicate: [{name: envoy.retry_host_predicates.previous_hosts, typed_config: {'@type': \
                type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate}}]
                """), upstreams: [ComparedUpstream("a", endpoints: 2, absent: [0])], (0..<6).map { _ in .get() }),
        grpc("unavailable", 14), grpc("cancelled", 1), grpc("internal", 13), grpc("deadline-exceeded", 4),
        grpc("resource-exhausted", 8),
        ComparisonCase(
            "a client may not ask for retries",
            upstreams: [ComparedUpstream("a", [.status(500), .status(500), .fine])],
            [.get("/", "x-envoy-retry-on: 5xx", "x-envoy-max-retries: 3")]),
        ComparisonCase(
            "a client may not set the number of retries", routes: retryRoute("retry_on: 5xx"),
            upstreams: [ComparedUpstream("a", [.status(500), .status(500), .fine])],
            [.get("/", "x-envoy-max-retries: 3")]),
        ComparisonCase(
            "a client at the edge may not ask for retries", manager: "use_remote_address: true",
            upstreams: [ComparedUpstream("a", [.status(500), .status(500), .fine])],
            [.get("/", "x-envoy-retry-on: 5xx", "x-envoy-max-retries: 3")]),
    ]

    private static func retryRoute(_ policy: String) -> String {
        "- {match: {prefix: /}, route: {cluster: $a, retry_policy: {retry_back_off: {base_interval: 0.001s}, \(policy)}}}"
    }

    private static func retry(_ name: String, _ policy: String, _ answers: [ComparedUpstream.Answer]) -> ComparisonCase
    {
        ComparisonCase(name, routes: retryRoute(policy), upstreams: [ComparedUpstream("a", answers)], [.get()])
    }

    private static func grpc(_ condition: String, _ code: Int) -> ComparisonCase {
        ComparisonCase(
            "gRPC's \(condition) is tried again", routes: retryRoute("retry_on: \(condition)"),
            upstreams: [
                ComparedUpstream(
                    "a",
                    [
                        .status(200, "content-type: application/grpc", "grpc-status: \(code)"),
                        .status(200, "content-type: application/grpc", "grpc-status: 0"),
                    ])
            ], [.post("/", "content-type: application/grpc", body: "x")])
    }

    private static let timeouts: [ComparisonCase] = [
        ComparisonCase(
            "a route's timeout is 504", routes: "- {match: {prefix: /}, route: {cluster: $a, timeout: 0.2s}}",
            upstreams: [ComparedUpstream("a", [.never])], [.get()]),
        ComparisonCase(
            "a timeout after the head breaks the answer off",
            routes: "- {match: {prefix: /}, route: {cluster: $a, timeout: 0.2s}}",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ncontent-length: 5\n\nab")])], [.get()]),
        ComparisonCase(
            "a try's timeout without retries is 504",
            routes: retryRoute("retry_on: connect-failure, per_try_timeout: 0.2s"),
            upstreams: [ComparedUpstream("a", [.never])], [.get()]),
        ComparisonCase(
            "a try's timeout is tried again", routes: retryRoute("retry_on: 5xx, per_try_timeout: 0.2s"),
            upstreams: [ComparedUpstream("a", [.never, .fine])], [.get()]),
        ComparisonCase(
            "a try's timeout is tried again under gateway-error",
            routes: retryRoute("retry_on: gateway-error, per_try_timeout: 0.2s"),
            upstreams: [ComparedUpstream("a", [.never, .fine])], [.get()]),
        ComparisonCase(
            "the route's timeout ends all tries",
            routes: """
                - match: {prefix: /}
                  route:
                    cluster: $a
                    timeout: 0.5s
                    retry_policy: {retry_on: 5xx, num_retries: 10, per_try_timeout: 0.2s, retry_back_off: {base_interval: 0.001s}}
                """, upstreams: [ComparedUpstream("a", [.never])], [.get()]),
        ComparisonCase(
            "a client may not shorten the timeout",
            upstreams: [ComparedUpstream("a", [.fine.after(.milliseconds(300))])],
            [.get("/", "x-envoy-upstream-rq-timeout-ms: 100")]),
        ComparisonCase(
            "a client at the edge may not set the timeout", manager: "use_remote_address: true",
            upstreams: [ComparedUpstream("a", [.fine.after(.milliseconds(300))])],
            [.get("/", "x-envoy-upstream-rq-timeout-ms: 100")]),
        ComparisonCase(
            "a client that leaves ends its request upstream",
            upstreams: [ComparedUpstream("a", [.never])],
            [ComparedCall(parts: [.bytes("GET / HTTP/1.1\r\nhost: $host\r\n\r\n")], methods: []).arriving(1)]),
    ]

    private static let breakers: [ComparisonCase] = [
        ComparisonCase(
            "no request is let through a breaker of 0",
            upstreams: [ComparedUpstream("a", fields: "circuit_breakers: {thresholds: [{max_requests: 0}]}")], [.get()]),
        ComparisonCase(
            "a second request finds a breaker of 1 open",
            upstreams: [
                ComparedUpstream(
                    "a", [.fine.held, .fine], fields: "circuit_breakers: {thresholds: [{max_requests: 1}]}")
            ], [.get("/1").arriving(1), .get("/2")]),
        ComparisonCase(
            "no pending request at all",
            upstreams: [ComparedUpstream("a", fields: "circuit_breakers: {thresholds: [{max_pending_requests: 0}]}")],
            [.get()]),
        ComparisonCase(
            "one connection and no request that waits",
            upstreams: [
                ComparedUpstream(
                    "a", [.fine.held, .fine],
                    fields: "circuit_breakers: {thresholds: [{max_connections: 1, max_pending_requests: 1}]}")
            ], [.get("/1").arriving(1), ComparedCall.get("/2").sent, .get("/3")]),
        ComparisonCase(
            "no connection is one all the same",
            upstreams: [ComparedUpstream("a", fields: "circuit_breakers: {thresholds: [{max_connections: 0}]}")],
            [.get(), .get()]),
        ComparisonCase(
            "no retry is let through a breaker of 0", routes: retryRoute("retry_on: 5xx"),
            upstreams: [
                ComparedUpstream(
                    "a", [.status(500), .fine], fields: "circuit_breakers: {thresholds: [{max_retries: 0}]}")
            ], [.get()]),
        ComparisonCase(
            "a retry is let through a breaker of 1", routes: retryRoute("retry_on: 5xx"),
            upstreams: [
                ComparedUpstream(
                    "a", [.status(500), .fine], fields: "circuit_breakers: {thresholds: [{max_retries: 1}]}")
            ], [.get()]),
        ComparisonCase(
            "a budget lets its least number of retries through", routes: retryRoute("retry_on: 5xx"),
            upstreams: [
                ComparedUpstream(
                    "a", [.status(500), .fine],
                    fields:
                        "circuit_breakers: {thresholds: [{retry_budget: {budget_percent: {value: 0}, min_retry_concurrency: 1}}]}"
                )
            ], [.get()]),
    ]

    /// Envoy takes up ejections that follow each other closely after a second, all at once.
    private static let slowRoute = "- {match: {prefix: /slow}, route: {cluster: $slow}}\n\(ComparisonCase.forwarding)"
    private static let slow = ComparedUpstream("slow", [.fine.after(.milliseconds(1200))])

    private static let outliers: [ComparisonCase] = [
        outlier(
            "an endpoint is ejected after consecutive 5xx", "consecutive_5xx: 3, max_ejection_percent: 50", .status(500)
        ),
        outlier(
            "an ejection beyond the most of them is suppressed", "consecutive_5xx: 3, max_ejection_percent: 10",
            .status(500), isEjected: false),
        outlier(
            "one is ejected all the same where it says so",
            "consecutive_5xx: 3, max_ejection_percent: 10, always_eject_one_host: true", .status(500)),
        outlier(
            "gateway errors are not enforced by themselves",
            "consecutive_5xx: 0, enforcing_consecutive_5xx: 0, consecutive_gateway_failure: 3, max_ejection_percent: 50",
            .status(503), isEjected: false),
        outlier(
            "gateway errors are enforced where it says so",
            """
            enforcing_consecutive_5xx: 0, consecutive_gateway_failure: 3, enforcing_consecutive_gateway_failure: 100, \
            max_ejection_percent: 50
            """, .status(503)),
        outlier(
            "500 is no gateway error",
            """
            enforcing_consecutive_5xx: 0, consecutive_gateway_failure: 3, enforcing_consecutive_gateway_failure: 100, \
            max_ejection_percent: 50
            """, .status(500), isEjected: false),
        outlier("404 ejects nobody", "consecutive_5xx: 3, max_ejection_percent: 50", .status(404), isEjected: false),
        outlier("resets count as 5xx", "consecutive_5xx: 3, max_ejection_percent: 50", .reset),
        ComparisonCase(
            "all are ejected, and all are used in panic", routes: slowRoute,
            upstreams: [
                ComparedUpstream(
                    "a", [.status(500)], endpoints: 2,
                    fields:
                        "outlier_detection: {enforcing_success_rate: 0, consecutive_5xx: 1, max_ejection_percent: 100}"),
                slow,
            ], (0..<12).map { _ in .get().preparing } + [.get("/slow").preparing] + (0..<4).map { _ in .get() }),
        ComparisonCase(
            "all are ejected, and no panic is allowed", routes: slowRoute,
            upstreams: [
                ComparedUpstream(
                    "a", [.status(500)], endpoints: 2,
                    fields: """
                        outlier_detection: {enforcing_success_rate: 0, consecutive_5xx: 1, max_ejection_percent: 100}
                        common_lb_config: {healthy_panic_threshold: {value: 0}}
                        """),
                slow,
            ], (0..<12).map { _ in .get().preparing } + [.get("/slow").preparing] + (0..<4).map { _ in .get() }),
    ]

    /// Two endpoints, of which the first always fails: enough requests to have it ejected, then some that show it.
    private static func outlier(
        _ name: String, _ rules: String, _ failure: ComparedUpstream.Answer, isEjected: Bool = true
    ) -> ComparisonCase {
        ComparisonCase(
            name,
            upstreams: [
                ComparedUpstream(
                    "a", [.fine], endpoints: 2,
                    fields: """
                        outlier_detection: {enforcing_success_rate: 0, interval: 60s, \(rules)}
                        common_lb_config: {healthy_panic_threshold: {value: 0}}
                        """, byEndpoint: [0: [failure]])
            ], hasUnorderedUpstreams: true,
            (0..<20).map { _ in .get().preparing } + (0..<(isEjected ? 6 : 0)).map { _ in .get() }
                + (isEjected ? [] : [ComparedCall.get().preparing, .get().preparing]))
    }
}
