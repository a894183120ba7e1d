import ExpositionWire
import MetricStore
import Quantities
import Testing

@Suite struct IngestionTests {
    private func ingest(_ text: String, into store: inout Store, from target: String = "t", at second: Double) throws {
        try store.ingest(Array(text.utf8), from: target, at: time(second))
    }

    @Test func `only series of wanted families are kept`() throws {
        var store = makeStore(families: ["c", "d_bucket"])
        try ingest(
            "c{s=\"a\"} 1\nc 1\nc_total{s=\"a\"} 1\ncc 1\nd_bucket{le=\"1\"} 2\nd{s=\"a\"} 1\nc{unwanted=\"1\"} 1\n",
            into: &store, at: 0)

        #expect(store.meanings().sorted() == ["", "le=1", "s=a"])
        #expect(store.seriesCount == 3)
        #expect(store.seriesCount(of: "t") == 3)
    }

    @Test(arguments: [
        "c{s=\"a\"} 20\nc{s=\"b\"} not-a-number\n", "c{s=\"a\"} 20\nc{s=\"b} 1\n",
        "c{s=\"a\"} 20\nc{s=\"new\",s=\"new\"} 1\n", "c{s=\"a\"} 20\n\u{0}\u{1}\u{2}",
        "c{s=\"a\"} 20\nc{s=\"b\"} 1 # {", "<html>", "c{s=\"a\"} 20\nc{9=\"b\"} 1\n",
    ])
    func `a scrape that is malformed anywhere changes nothing`(text: String) throws {
        var store = makeStore()
        try ingest("c{s=\"a\"} 1\n", into: &store, at: 0)
        try ingest("c{s=\"a\"} 3\n", into: &store, at: 1)

        #expect(throws: ExpositionError.self) { try ingest(text, into: &store, at: 2) }

        #expect(store.increase(last: 60, at: 2) == 2)
        #expect(store.seriesCount == 1)
        // And the target recovers with its next good one.
        try ingest("c{s=\"a\"} 9\nc{s=\"b\"} 4\n", into: &store, at: 3)
        #expect(store.increase(last: 60, at: 3) == 8)
        #expect(store.increase("b", last: 60, at: 3) == 4)
    }

    @Test func `of a series that is shown twice the first sample counts`() throws {
        var store = makeStore()
        try ingest("c{s=\"a\"} 10\nc{s=\"a\"} 1\n", into: &store, at: 0)
        try ingest("c{s=\"a\"} 12\nc{s=\"a\"} 1\n", into: &store, at: 1)

        #expect(store.increase(last: 60, at: 1) == 2)
    }

    @Test func `a target's series beyond its bound are left out and counted`() throws {
        var limits = MetricStoreLimits()
        limits.seriesPerTarget = 10
        var store = makeStore(limits: limits)
        let many = (0..<25).map { "c{s=\"\($0)\"} \($0)\n" }.joined()
        try ingest(many, into: &store, at: 0)

        #expect(store.seriesCount(of: "t") == 10)
        #expect(store.refusedSeries(of: "t") == 15)
        // It stays so while the target shows as many, and ends when it does not.
        try ingest(many, into: &store, at: 1)
        #expect(store.refusedSeries(of: "t") == 15)
        try ingest("c{s=\"new\"} 1\n", into: &store, at: 2)
        try ingest("c{s=\"new\"} 6\n", into: &store, at: 3)
        #expect(store.refusedSeries(of: "t") == 0)
        #expect(store.increase("new", last: 1, at: 3) == 5)
    }

    @Test func `series that come and go do not fill a target`() throws {
        var limits = MetricStoreLimits()
        limits.seriesPerTarget = 100
        var store = makeStore(limits: limits)
        for second in 0..<500 {
            try ingest("c{s=\"stays\"} \(second)\nc{s=\"\(second)\"} 1\n", into: &store, at: Double(second))
            #expect(store.refusedSeries(of: "t") == 0)
            #expect(store.seriesCount(of: "t") <= 100)
        }

        #expect(store.increase("stays", last: 20, at: 499) == 20)
    }

    @Test func `all targets share one bound`() throws {
        var limits = MetricStoreLimits()
        limits.series = 3
        var store = makeStore(limits: limits)
        try ingest("c{s=\"a\"} 1\nc{s=\"b\"} 1\n", into: &store, from: "one", at: 0)
        try ingest("c{s=\"a\"} 1\nc{s=\"b\"} 1\n", into: &store, from: "two", at: 0)

        #expect(store.seriesCount == 3)
        #expect(store.refusedSeries(of: "two") == 1)
        // Who was left out comes in when there is room.
        store.remove("one")
        #expect(store.seriesCount == 1)
        try ingest("c{s=\"a\"} 2\nc{s=\"b\"} 1\n", into: &store, from: "two", at: 1)
        #expect(store.seriesCount == 2)
        #expect(store.refusedSeries(of: "two") == 0)
        #expect(store.increases(of: "two", last: 60, at: 1) { $0 }["s=a"] == 1)
    }

    @Test func `a long label is cut between scalars, and told`() throws {
        var store = makeStore()
        let long = String(repeating: "é", count: 1000)
        try ingest("c{s=\"\(long)1\"} 1\nc{s=\"\(long)2\"} 1\nc{s=\"ok\"} 1\n", into: &store, at: 0)

        #expect(Set(store.meanings()) == ["s=" + String(repeating: "é", count: 512), "s=ok"])
        #expect(store.cutSeries(of: "t") == 2)
        #expect(store.cutSeries(of: "other") == 0)
    }

    @Test func `meanings can be numbered anew`() throws {
        var store = try loaded([("a", "0 1"), ("b", "0 2")])
        store.updateMeanings { $0 = "x" + $0 }

        #expect(store.increases(last: 60, at: 1) { $0 } == ["xs=a": 1, "xs=b": 2])
    }
}
