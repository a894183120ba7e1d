import ExpositionWire
import MeshModel
import MetricStore
import Quantities
import Testing

@testable import Collector

/// Rates and scrapes in one graph, without sockets.
@Suite struct RatesBesideScrapesTests {
    private let builder = GraphBuilder()

    private func key(_ target: String) -> SeriesKey {
        let labels = [
            "reporter": "destination", "response_flags": "-", "response_code": "200", "request_protocol": "http",
            "connection_security_policy": "none", "source_workload": "web", "source_workload_namespace": "shop",
            "source_canonical_service": "web", "destination_workload": target,
            "destination_workload_namespace": "shop", "destination_canonical_service": target,
            "destination_service": "\(target).shop.svc.cluster.local", "destination_service_name": target,
            "destination_service_namespace": "shop",
        ]
        return SeriesKey(name: "istio_requests_total", labels: labels.map { Label(name: $0.key, value: $0.value) })
    }

    private func time(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 10_000_000_000_000 + UInt64(seconds * 1e9))
    }

    private func rates(of targets: some Sequence<String>, _ perSecond: Double = 1) -> [(
        key: SeriesKey, perSecond: Double
    )] {
        targets.map { (key($0), perSecond) }
    }

    private func edges(_ readings: [TrafficReading], showsIdle: Bool = true) -> [String] {
        builder.snapshot(
            of: readings, view: GraphView(grouping: .app, showsIdle: showsIdle),
            time: WallTime(nanosecondsSinceEpoch: 0), targets: []
        ).edgeLines
    }

    @Test func `numbers of workloads that are gone are given to others, and rates follow`() {
        var store = builder.makeStore()
        // Given: many workloads, all but two of which are then gone.
        builder.take(rates: rates(of: (0..<2000).map { "old-\($0)" } + ["cart", "db"]), now: time(0))
        builder.take(rates: rates(of: ["db"], 2) + rates(of: ["cart"], 3), now: time(700))

        builder.forgetUnused(in: &store)

        #expect(
            edges([builder.ratedReading(window: .seconds(10), now: time(700))]) == [
                "app/shop/web > app/shop/cart http 3.0/s ok destination",
                "app/shop/web > app/shop/db http 2.0/s ok destination",
            ])
    }

    @Test func `traffic that stopped is remembered for ten minutes`() {
        builder.take(rates: rates(of: ["cart", "db"]), now: time(0))
        builder.take(rates: rates(of: ["db"]), now: time(10))
        let late = time(601)

        let before = builder.ratedReading(window: .seconds(10), now: time(599))
        let after = builder.ratedReading(window: .seconds(10), now: late)

        #expect(edges([before]).map { $0.split(separator: " ")[4] } == ["0/s", "1.0/s"])
        #expect(edges([before], showsIdle: false).count == 1)
        #expect(edges([after]).count == 1)
    }

    @Test func `the first source that knows of a flow has the word`() throws {
        let telemetry = Telemetry("destination web/latest@shop -> cart/latest@shop cart.shop x50")
        var store = builder.makeStore()
        try store.ingest(telemetry.exposition(of: "cart/latest@shop", times: 0), from: "cart/latest@shop", at: time(0))
        try store.ingest(telemetry.exposition(of: "cart/latest@shop", times: 1), from: "cart/latest@shop", at: time(10))
        let same = telemetry.exposition(of: "cart/latest@shop", times: 1)
        let line = try #require(same.split(separator: 0x0A).first?.split(separator: 0x20).first)
        let scraped = builder.reading(of: store, window: .seconds(10), now: time(10))
        builder.take(rates: [(try SeriesKey.parse(line), 99)] + rates(of: ["db"], 7), now: time(10))

        let both = edges([scraped, builder.ratedReading(window: .seconds(10), now: time(10))])

        #expect(
            both == [
                "app/shop/web > app/shop/cart http 5.0/s ok destination",
                "app/shop/web > app/shop/db http 7.0/s ok destination",
            ])
    }

    @Test(arguments: [
        ([Duration.seconds(5), .seconds(60)], Duration.seconds(5)), ([.zero, .seconds(60)], .zero),
        ([nil, .seconds(60)], .seconds(60)), ([.seconds(5), nil], .seconds(5)), ([nil, nil], nil),
    ])
    func `all is seen when the youngest source has seen enough`(covered: [Duration?], all: Duration?) {
        #expect(
            TrafficReading.joined(covered.map { TrafficReading(numbers: .none, covered: $0) }, TrafficNumbering())
                .covered == all)
    }
}
