import Discovery
import HTTPTransport
import JSONWire
import SystemIO
import Testing

@testable import Proxy

/// Where requests spend their time, and what weights really gave.
@Suite struct `Times and draws` {
    @Test func `an application that takes its time has it counted as the upstream's`() throws {
        let chain = try TestChain()
        chain.application = { _, responder in
            chain.loop.schedule(after: .milliseconds(30)) { responder.respond(.text("late")) }
        }

        _ = try chain.send()

        let events = chain.source.report.page.events
        #expect(events.upstreamAttempts == 1)
        #expect(events.upstreamNanoseconds >= 30_000_000)
        #expect(events.requestNanoseconds >= events.upstreamNanoseconds)
        #expect(events.queueNanoseconds == 0)
    }

    @Test func `a fault's delay is the proxy's own`() throws {
        let chain = try TestChain()
        let delay = HTTPFault(delay: HTTPFault.Delay(duration: .milliseconds(30), share: .all))
        try chain.applySource(endpoints: [chain.inbound], filters: [.fault(delay)])

        _ = try chain.send()

        let events = chain.source.report.page.events
        #expect(events.requestNanoseconds - events.upstreamNanoseconds >= 30_000_000)
    }

    @Test func `every attempt is one`() throws {
        let chain = try TestChain(retry: RetryPolicy(conditions: ["5xx"], retries: 2))
        chain.application = { $1.respond(HTTPResponse(status: 503)) }

        _ = try chain.send()

        #expect(chain.source.report.page.events.upstreamAttempts == 3)
    }

    @Test func `draws add up to the requests, also over a change, and are told`() throws {
        let chain = try TestChain()
        func split(_ first: UInt32, _ second: UInt32) throws {
            let other = Cluster(
                name: "other", endpoints: .inline(ClusterLoadAssignment(clusterName: "other", endpoints: [])))
            try chain.applySource(
                endpoints: [chain.inbound],
                routes: [
                    try Route(json: [
                        "match": ["prefix": "/"],
                        "route": [
                            "weighted_clusters": [
                                "clusters": [
                                    ["name": .string(TestChain.cluster), "weight": .integer(Int64(first))],
                                    ["name": "other", "weight": .integer(Int64(second))],
                                ]
                            ]
                        ],
                    ])
                ], further: [other])
        }
        try split(100, 0)
        for _ in 0..<5 { _ = try chain.send() }
        try split(0, 100)
        for _ in 0..<3 { _ = try chain.send() }

        let draws = chain.source.report.draws
        #expect(draws == [TestChain.cluster: 5, "other": 3])
        let page = String(
            decoding: MetricsExposition.render(
                chain.source.report.page, facts: ProcessFacts(version: "1", startedAt: SystemClock.wall()), draws: draws
            ),
            as: UTF8.self)
        #expect(page.contains("meshtop_weight_draws_total{upstream_cluster=\"other\"} 3\n"))
        #expect(page.contains("meshtop_upstream_attempts_total 5\n"))
        #expect(page.contains("meshtop_request_time_seconds_total{part=\"own\"} "))
    }
}
