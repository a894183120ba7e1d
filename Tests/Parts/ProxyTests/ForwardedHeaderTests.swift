import HTTPWire
import Patterns
import Quantities
import Testing
import TrafficPolicy

@testable import Proxy

@Suite("Forwarded headers") struct ForwardedHeaderTests {
    private func head(_ fields: (String, String)...) -> RequestHead {
        var head = RequestHead(method: "GET", target: "/old/x?y", authority: "shop")
        for (name, value) in fields { head.add(name, value) }
        return head
    }

    private func plan(_ action: RouteAction.Forward) throws -> RulePlan {
        let source = RouteRule.Source(path: PathCondition(.prefix, "/old".utf8), action: .forward(action))
        let table = RouteTable([RouteHost.Source(name: "all", domains: ["*"], rules: [source])])
        return try #require(
            RoutePlan(table: table, places: [:], limiter: { RateLimiter($0, now: MonotonicTime(nanoseconds: 0)) }).rules
                .first)
    }

    @Test func `an edge believes nothing that a client says of its origin`() {
        var head = head(
            ("x-forwarded-for", "1.1.1.1"), ("X-Forwarded-For", "2.2.2.2"), ("x-forwarded-proto", "https"),
            ("x-request-id", "mine"), ("x-envoy-external-address", "3.3.3.3"), ("x-envoy-original-path", "/forged"))

        ForwardedHeaders.setEdge(&head, client: "10.0.0.9", isTLS: false)

        #expect(head["x-forwarded-for"] == "1.1.1.1,2.2.2.2,10.0.0.9")
        #expect(head.values(of: "x-forwarded-for").count == 1)
        #expect(head["x-forwarded-proto"] == "http")
        #expect(head["x-envoy-external-address"] == "10.0.0.9")
        #expect(head["x-request-id"] == nil)
        #expect(head["x-envoy-original-path"] == nil)
    }

    @Test func `nobody asks for retries, and other fields of Envoy's pass`() {
        var head = head(("X-Envoy-Retry-On", "5xx"), ("x-envoy-max-retries", "9"), ("x-envoy-attempt-count", "2"))

        ForwardedHeaders.removeInternal(from: &head)

        #expect(head["x-envoy-retry-on"] == nil && head["x-envoy-max-retries"] == nil)
        #expect(head["x-envoy-attempt-count"] == "2")
    }

    @Test(
        arguments: [
            (nil, false, false, false), (nil, true, false, true), ("https", false, false, true),
            ("http", true, false, false), ("gopher", true, false, true), ("gopher", false, false, false),
            ("https", false, true, false), ("http", true, true, true),
        ] as [(String?, Bool, Bool, Bool)])
    func `the proxy before this one tells the scheme, but not to an edge`(
        told: String?, isTLS: Bool, isEdge: Bool, isSecure: Bool
    ) {
        var head = head()
        if let told { head.add("x-forwarded-proto", told) }

        #expect(ForwardedHeaders.isSecure(head, isTLS: isTLS, isEdge: isEdge) == isSecure)
    }

    @Test func `a rewritten request tells what it was`() throws {
        var head = head(("x-envoy-original-path", "/forged"))
        let rule = try plan(
            RouteAction.Forward(shares: [], pathRewrite: .prefix(Array("/new".utf8)), hostRewrite: Array("b".utf8)))

        ForwardedHeaders.rewriteHost(&head, rule)
        ForwardedHeaders.rewritePath(&head, rule)

        #expect(String(decoding: head.target, as: UTF8.self) == "/new/x?y")
        #expect(head["x-envoy-original-path"] == "/old/x?y")
        #expect(head["x-envoy-original-host"] == "shop")
        #expect(String(decoding: head.authority, as: UTF8.self) == "b")
    }

    @Test(
        arguments: [
            (nil, nil, 0, nil), (2000, nil, 0, 2000), (2000, 500, 0, 500), (2000, 500, 1800, 200),
            (nil, 500, 9000, 500),
            (2000, nil, 3000, 1),
        ] as [(Int?, Int?, Int, Int64?)])
    func `an attempt is told the time that it has`(whole: Int?, each: Int?, elapsed: Int, expected: Int64?) throws {
        var retry = RetryRules.none
        retry.perTryTimeout = each.map { .milliseconds($0) }
        let rule = try plan(RouteAction.Forward(shares: [], timeout: whole.map { .milliseconds($0) }, retry: retry))

        #expect(
            ForwardedHeaders.expectedTimeout(rule, whole: rule.timeout, elapsed: .milliseconds(elapsed)) == expected)
    }
}
