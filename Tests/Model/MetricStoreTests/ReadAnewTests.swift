import ExpositionWire
import MetricStore
import Quantities
import Testing

/// A store that learns later what its series mean, and asks at the next scrape.
@Suite struct ReadAnewTests {
    private final class Reader {
        var name: String? = "before"
    }

    private func makeStore(_ reader: Reader) -> Store {
        MetricStore(families: ["c"]) { key, _ in
            key["only"] == nil || reader.name == "after" ? reader.name.map { $0 + (key["s"] ?? "") } : nil
        }
    }

    private func ingest(_ text: String, into store: inout Store, at second: Double) throws {
        try store.ingest(Array(text.utf8), from: "t", at: time(second))
    }

    @Test func `what was counted stays under the new meaning`() throws {
        let reader = Reader()
        var store = makeStore(reader)
        try ingest("c{s=\"1\"} 10\n", into: &store, at: 0)
        try ingest("c{s=\"1\"} 15\n", into: &store, at: 1)

        reader.name = "after"
        store.readAnew("t")
        try ingest("c{s=\"1\"} 22\nc{s=\"2\"} 3\n", into: &store, at: 2)

        #expect(store.increases(last: 5, at: 2) { $0 } == ["after1": 12, "after2": 3])
    }

    @Test func `a series that gets its first meaning has counted nothing yet`() throws {
        let reader = Reader()
        var store = makeStore(reader)
        for second in 0...1 { try ingest("c{only=\"1\"} 100\n", into: &store, at: Double(second)) }
        #expect(store.seriesCount == 0)

        reader.name = "after"
        store.readAnew("t")
        try ingest("c{only=\"1\"} 104\n", into: &store, at: 2)
        #expect(store.seriesCount == 1)
        try ingest("c{only=\"1\"} 109\n", into: &store, at: 3)

        #expect(store.increases(last: 5, at: 3) { $0 } == ["after": 5])
    }

    @Test func `a series that is not shown for a while is asked about when it is`() throws {
        let reader = Reader()
        var store = makeStore(reader)
        for second in 0...1 {
            try ingest("c{s=\"1\"} \(second)\nc{s=\"2\"} \(second)\n", into: &store, at: Double(second))
        }

        reader.name = "after"
        store.readAnew("t")
        try ingest("c{s=\"1\"} 2\n", into: &store, at: 2)
        try ingest("c{s=\"1\"} 3\nc{s=\"2\"} 7\n", into: &store, at: 3)

        #expect(store.increases(last: 5, at: 3) { $0 } == ["after1": 3, "after2": 7])
    }

    @Test func `a series that loses its meaning makes room`() throws {
        let reader = Reader()
        var store = makeStore(reader)
        try ingest("c{s=\"1\"} 10\n", into: &store, at: 0)

        reader.name = nil
        store.readAnew("t")
        store.readAnew("nobody")
        try ingest("c{s=\"1\"} 12\n", into: &store, at: 1)

        #expect(store.seriesCount == 0)
        #expect(store.seriesCount(of: "t") == 0)
    }

    @Test func `a counter that falls tells of a restart, once per scrape`() throws {
        let store = try loaded([("a", "1 5 2 3 _ 1"), ("b", "9 9 0 0 0 0")])

        #expect(store.restarts(of: "t") == 2)
        #expect(store.restarts(of: "nobody") == 0)
    }
}
