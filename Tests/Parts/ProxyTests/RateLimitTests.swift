import Discovery
import HTTPTransport
import JSONWire
import Quantities
import SystemIO
import Testing
import TrafficPolicy

@testable import Proxy

/// Buckets of tokens as a control plane words them. What is expected was read from an Envoy 1.40 with the same limits.
@Suite("Rate limits") struct RateLimitTests {
    private static func limit(_ further: JSONObject = [:]) throws -> LocalRateLimit {
        var json: JSONObject = [
            "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": "l",
            "token_bucket": ["max_tokens": 2, "tokens_per_fill": 2, "fill_interval": "600s"],
            "filter_enabled": ["default_value": ["numerator": 100]],
            "filter_enforced": ["default_value": ["numerator": 100]],
            "response_headers_to_add": [["header": ["key": "x-local", "value": "%RESPONSE_CODE%!"]]],
            "enable_x_ratelimit_headers": "DRAFT_VERSION_03",
        ]
        for (name, value) in further { json[name] = value }
        return try LocalRateLimit(json: .object(json))
    }

    private static func route(_ prefix: String, _ limit: LocalRateLimit? = nil) -> Route {
        Route(
            match: Route.Match(path: .prefix(prefix)),
            action: .forward(Route.Forward(target: .cluster(TestChain.cluster))),
            filters: FilterOverrides(rateLimit: limit))
    }

    private static let idle = HTTPFilter.rateLimit(LocalRateLimit(statPrefix: "idle"))

    private func chain(_ routes: [Route], _ filter: HTTPFilter = idle) throws -> TestChain {
        let chain = try TestChain()
        try chain.applySource(endpoints: [chain.inbound], routes: routes, filters: [filter])
        return chain
    }

    @Test func `requests beyond the tokens are refused, and all are told of them`() throws {
        let chain = try chain([Self.route("/", try Self.limit())])

        let responses = try (0..<3).map { _ in try chain.send() }

        #expect(responses.map(\.status) == [200, 200, 429])
        #expect(responses.map { $0.headers["x-ratelimit-limit"] } == ["2", "2", "2"])
        #expect(responses.map { $0.headers["x-ratelimit-remaining"] } == ["1", "0", "0"])
        #expect(responses.map { $0.headers["x-ratelimit-reset"] } == ["0", "300", "300"])
        #expect(responses.map { $0.headers["x-local"] } == [nil, nil, "0!"])
        #expect(String(decoding: responses[2].body, as: UTF8.self) == "local_rate_limited")
        #expect(chain.seen.count == 2)
        #expect(chain.requests(chain.source, #"response_code="429""#, #"response_flags="RL""#) == 1)
        #expect(chain.source.metrics.events.rateLimited == 1)
    }

    @Test func `each route has its bucket, and the listener one for all others`() throws {
        let chain = try chain(
            [Self.route("/a", try Self.limit()), Self.route("/b", try Self.limit()), Self.route("/")],
            .rateLimit(try Self.limit()))

        let statuses = try ["/a", "/a", "/a", "/b", "/b", "/b", "/x", "/y", "/z"].map {
            try chain.send("GET", $0).status
        }

        #expect(statuses == [200, 200, 429, 200, 200, 429, 200, 200, 429])
    }

    @Test func `a bucket stays while its rules do`() throws {
        let chain = try chain([Self.route("/", try Self.limit())])
        for _ in 0..<2 { #expect(try chain.send().status == 200) }

        try chain.applySource(
            endpoints: [chain.inbound], routes: [Self.route("/", try Self.limit()), Self.route("/new")],
            filters: [Self.idle])
        #expect(try chain.send().status == 429)

        let larger = try Self.limit(["token_bucket": ["max_tokens": 3, "fill_interval": "600s"]])
        try chain.applySource(endpoints: [chain.inbound], routes: [Self.route("/", larger)], filters: [Self.idle])
        #expect(try chain.send().status == 200)
    }

    @Test func `nobody is refused where nothing is enforced, or nobody asked`() throws {
        let none: JSONValue = ["default_value": ["numerator": 0]]
        let loose = try chain([Self.route("/", try Self.limit(["filter_enforced": none]))])
        let off = try chain([Self.route("/", try Self.limit(["filter_enabled": none]))])

        #expect(try (0..<4).map { _ in try loose.send().status } == [200, 200, 200, 200])
        #expect(loose.source.metrics.events.rateLimited == 2)
        #expect(try (0..<4).map { _ in try off.send().headers["x-ratelimit-limit"] } == [nil, nil, nil, nil])
    }

    @Test(arguments: [(false, "14"), (true, "8")])
    func `gRPC is refused in its own words`(isExhausted: Bool, status: String) throws {
        let chain = try chain([
            Self.route("/", try Self.limit(["rate_limited_as_resource_exhausted": .bool(isExhausted)]))
        ])

        let responses = try (0..<3).map { _ in
            try chain.send("POST", headers: [("content-type", "application/grpc")], body: [0])
        }

        #expect(responses[2].status == 200)
        #expect(responses[2].headers["grpc-status"] == status)
        #expect(responses[2].headers["grpc-message"] == "local_rate_limited")
    }

    @Test func `workers share a bucket to the last token`() async {
        let rules = RateLimitRules(
            scope: "s", bucket: TokenBucket(capacity: 1000, tokensPerFill: 1, fillInterval: .seconds(3600)),
            enabled: .all, enforced: .all)
        let now = SystemClock.monotonic()
        let limiter = RateLimiter(rules, now: now)

        let taken = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var taken = 0
                    for _ in 0..<500 where rules.bucket.map({ limiter.take($0, now: now) }) == true { taken += 1 }
                    return taken
                }
            }
            return await group.reduce(0, +)
        }

        #expect(taken == 1000)
    }

    @Test(
        arguments: [
            ["token_bucket": ["max_tokens": 0, "fill_interval": "1s"]],
            ["token_bucket": ["max_tokens": 1, "fill_interval": "0.049s"]], ["stat_prefix": ""], ["descriptors": []],
        ] as [JSONObject])
    func `what cannot be a limit is refused`(change: JSONObject) {
        #expect(throws: SchemaError.self) { try Self.limit(change) }
    }
}
