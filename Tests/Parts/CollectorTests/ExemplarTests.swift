import ExpositionWire
import HTTPTransport
import MeshModel
import MetricStore
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// From a target's examples to those of an edge.
@Suite struct ExemplarTests {
    private static let wall = WallTime(secondsSinceEpoch: 1_700_000_000)

    /// What cart shows: requests, of which one in 25…50 ms is known by its trace.
    private func exposition(_ count: Int, _ example: String, le bound: String = "50") -> [UInt8] {
        let labels =
            "reporter=\"destination\",source_workload=\"web-v1\",source_workload_namespace=\"shop\","
            + "source_canonical_service=\"web\",source_canonical_revision=\"v1\",destination_workload=\"cart-v1\","
            + "destination_workload_namespace=\"shop\",destination_canonical_service=\"cart\","
            + "destination_canonical_revision=\"v1\",destination_service=\"cart.shop.svc.cluster.local\","
            + "destination_service_name=\"cart\",destination_service_namespace=\"shop\",response_code=\"200\","
            + "response_flags=\"-\",request_protocol=\"http\""
        var text = "istio_requests_total{\(labels)} \(count)\n"
        for le in ["25", "50", "+Inf"] {
            text += "istio_request_duration_milliseconds_bucket{\(labels),le=\"\(le)\"} \(le == "25" ? 0 : count)"
            text += le == bound ? " \(example)\n" : "\n"
        }
        return Array((text + "# EOF\n").utf8)
    }

    private func watch() -> Watch {
        var watch = Watch()
        let builder = watch.builder
        watch.store.onExemplar = { builder.take($1, of: $0, at: Self.wall) }
        return watch
    }

    private func exemplars(_ examples: [String], le bound: String = "50", grouping: GraphGrouping = .versionedApp)
        throws
        -> [TraceExemplar]
    {
        var watch = watch()
        try watch.store.ingest(exposition(0, ""), from: "cart", at: watch.now, format: .openMetrics)
        for (number, example) in examples.enumerated() {
            watch.pass(1)
            try watch.store.ingest(
                exposition(10 * (number + 1), example, le: bound), from: "cart", at: watch.now, format: .openMetrics)
        }
        let snapshot = watch.snapshot(grouping: grouping)
        #expect(snapshot.edges.count == 1)
        return try #require(snapshot.edges.first).exemplars
    }

    @Test func `an edge has the examples of its buckets, newest first`() throws {
        let found = try exemplars([
            "# {trace_id=\"aa\"} 31.5 1699999990", "# {trace_id=\"bb\"} 42 1699999991.25",
            "# {trace_id=\"aa\"} 31.5 1699999990",
        ])

        #expect(found.map(\.traceID) == ["bb", "aa"])
        #expect(found.map(\.milliseconds) == [42, 31.5])
        #expect(found.first?.time == WallTime(secondsSinceEpoch: 1_699_999_991.25))
    }

    @Test(arguments: [
        // Without a time it is when it was read; a clock ahead of ours does not count.
        ("# {trace_id=\"aa\"} 31", ["aa"]), ("# {trace_id=\"aa\"} 31 99999999999", ["aa"]),
        ("# {traceID=\"aa\",span_id=\"1\"} 31 1", ["aa"]), ("# {span_id=\"1\"} 31", []), ("# {} 31", []),
        ("# {trace_id=\"\"} 31", []), ("# {trace_id=\"aa\"} NaN", []), ("# {trace_id=\"aa\",trace_id=\"b\"} 1", []),
        ("", []),
    ])
    func `an example needs a trace and a time that can be`(_ example: String, _ ids: [String]) throws {
        let found = try exemplars([example])

        #expect(found.map(\.traceID) == ids)
        #expect(found.allSatisfy { $0.time <= Self.wall })
    }

    @Test func `those of the last bucket count too, and other groupings have them as well`() throws {
        for grouping in [GraphGrouping.versionedApp, .app, .workload] {
            #expect(
                try exemplars(["# {trace_id=\"aa\"} 31"], le: "+Inf", grouping: grouping).map(\.traceID) == ["aa"])
        }
    }

    @Test func `new examples reach an edge whose numbers stay the same`() throws {
        var watch = watch()
        var seen: [[String]] = []
        for number in 0..<30 {
            try watch.store.ingest(
                exposition(10 * number, "# {trace_id=\"t\(number)\"} 31 \(1_699_999_900 + number)"), from: "cart",
                at: watch.now, format: .openMetrics)
            seen.append(watch.snapshot().edges.first?.exemplars.map(\.traceID) ?? [])
            watch.pass(1)
        }

        #expect(seen.last == ["t29", "t28", "t27", "t26"])
        #expect(seen[28] == ["t28", "t27", "t26", "t25"])
    }

    @Test func `examples that stay are read once`() throws {
        var watch = Watch()
        var told = 0
        watch.store.onExemplar = { _, _ in told += 1 }
        for number in 0..<10 {
            watch.pass(1)
            let trace = number < 8 ? "aa" : "bb"
            try watch.store.ingest(
                exposition(number, "# {trace_id=\"\(trace)\"} 31 5"), from: "cart", at: watch.now, format: .openMetrics)
        }

        #expect(told == 2)
    }

    @Test func `a target that is asked for OpenMetrics gives its examples`() throws {
        let loop = try EventLoop()
        var scrapes = 0
        let server = try HTTPServer(loop: loop, address: .loopback()) { request, responder in
            scrapes += 1
            let isAsked = ExpositionFormat(accept: request.headers["accept"] ?? "") == .openMetrics
            let body = exposition(10 * scrapes, "# {trace_id=\"t\(scrapes)\"} 31")
            responder.respond(
                HTTPResponse(
                    status: isAsked ? 200 : 406, headers: ["content-type": ExpositionFormat.openMetrics.contentType],
                    body: body))
        }
        let mailbox = Mailbox()
        let collector = try Collector(
            CollectorConfiguration(targets: [server.boundAddress], interval: .milliseconds(100))
        ) { mailbox.put($0) }
        defer { collector.stop() }

        #expect(runs(loop) { (mailbox.newest?.edges.first?.exemplars.count ?? 0) >= ExemplarBook.perBucket })
        let times = mailbox.newest?.edges.first?.exemplars.map(\.time) ?? []
        #expect(times == times.sorted(by: >))
    }
}
