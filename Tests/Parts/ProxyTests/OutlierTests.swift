import Discovery
import HTTPTransport
import Quantities
import SystemIO
import Testing
import TrafficPolicy

@testable import Proxy

/// Ejection as requests meet it: two applications behind one cluster, one of them ill.
@Suite("Ejection") struct OutlierTests {
    private func servers(_ chain: TestChain) throws -> [HTTPServer] {
        try [503, 200].map { status in
            try HTTPServer(loop: chain.loop, address: .loopback()) { _, responder in
                responder.respond(HTTPResponse(status: status))
            }
        }
    }

    @Test func `an ill endpoint gets no more requests, and all if nobody is left`() throws {
        let chain = try TestChain()
        let servers = try servers(chain)
        func apply(_ endpoints: [SocketAddress], panic: Int) throws {
            try chain.applySource(endpoints: endpoints, secure: false) {
                $0.balancing = .roundRobin
                $0.panicThreshold = panic
                $0.outlierDetection = OutlierDetection(
                    serverErrors: 3, baseEjectionTime: .seconds(600), maximumEjectionTime: .seconds(600),
                    maximumEjectionPercent: 100)
            }
        }
        try apply(servers.map(\.boundAddress), panic: 0)

        let first = try (0..<20).map { _ in try chain.send().status }

        #expect(first.count { $0 == 503 } == 3)
        let report = try #require(chain.sourceBuilder.outliers[TestChain.cluster])
            .report(now: SystemClock.monotonic())
        #expect(report.active == 1)
        #expect(report.tally.ejected == [.serverErrors: 1])
        #expect(chain.source.report.endpoints.map(\.isEjected) == [true, false])
        let page = AdminPages.clusters(chain.source.report.endpoints, outliers: [report])
        #expect(page.contains("\(servers[0].boundAddress)::health_flags::/failed_outlier_check\n"))
        #expect(page.contains("outlier::ejections_active::1\n"))

        // The other leaves: without a threshold for panic nobody is left, with one the ill one is.
        try apply([servers[0].boundAddress], panic: 0)
        let alone = try chain.send()
        #expect(alone.status == 503)
        #expect(String(decoding: alone.body, as: UTF8.self) == "no healthy upstream")
        #expect(chain.requests(chain.source, #"response_flags="UH""#) == 1)
        try apply([servers[0].boundAddress], panic: 50)
        #expect(try String(decoding: chain.send().body, as: UTF8.self) == "")
    }

    @Test func `at ten percent of two nobody is ejected, and the metrics tell`() throws {
        let chain = try TestChain()
        let servers = try servers(chain)
        try chain.applySource(endpoints: servers.map(\.boundAddress), secure: false) {
            $0.balancing = .roundRobin
            $0.outlierDetection = OutlierDetection()
        }

        let statuses = try (0..<20).map { _ in try chain.send().status }

        #expect(statuses.count { $0 == 503 } == 10)
        let report = try #require(chain.sourceBuilder.outliers[TestChain.cluster])
            .report(now: SystemClock.monotonic())
        #expect(report.active == 0)
        #expect(report.tally.suppressed == 4)
        var facts = ProcessFacts(version: "x", startedAt: WallTime(nanosecondsSinceEpoch: 0))
        facts.outliers = [report]
        let text = String(decoding: MetricsExposition.render(MetricsPage(), facts: facts), as: UTF8.self)
        #expect(
            text.contains(
                #"meshtop_outlier_ejections_suppressed_total{upstream_cluster="\#(TestChain.cluster)"} 4"#))
        #expect(
            text.contains(
                #"meshtop_outlier_ejections_total{upstream_cluster="\#(TestChain.cluster)",reason="consecutive_5xx"} 0"#
            ))
    }

    @Test func `an endpoint that cannot be reached counts as one that answers 503`() throws {
        let chain = try TestChain()
        let servers = try servers(chain)
        var gone = SocketAddress.loopback()
        do {
            let closing = try HTTPServer(loop: chain.loop, address: .loopback()) { _, _ in }
            gone = closing.boundAddress
            closing.close()
        }
        try chain.applySource(
            endpoints: [gone, servers[1].boundAddress],
            retry: RetryPolicy(conditions: ["connect-failure"], retries: 2, avoidsPreviousHosts: true), secure: false
        ) {
            $0.balancing = .roundRobin
            $0.outlierDetection = OutlierDetection(serverErrors: 1, maximumEjectionPercent: 50)
        }

        for _ in 0..<4 { #expect(try chain.send().status == 200) }

        let report = try #require(chain.sourceBuilder.outliers[TestChain.cluster])
            .report(now: SystemClock.monotonic())
        #expect(report.active == 1)
        #expect(chain.source.metrics.events.upstreamConnectFailures == 1)
    }
}
