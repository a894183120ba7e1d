import MetricStore
import Quantities
import TestSupport
import Testing

@Suite struct CounterTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var values: String
        var window: Double
        var increase: Double?

        init(_ values: String, last window: Double, _ increase: Double?) {
            self.values = values
            self.window = window
            self.increase = increase
        }

        var testDescription: String { "\(values) over \(window) s" }
    }

    /// The window ends at the last second of the row.
    @Test(arguments: [
        Row("0 10 20 30 40", last: 4, 40),
        Row("0 10 20 30 40", last: 2, 20),
        // A window between two scrapes begins at the scrape before it.
        Row("0 10 20 30 40", last: 2.5, 30),
        // Longer than the history: what there is.
        Row("0 10 20 30 40", last: 60, 40),
        // What a counter had before it was first seen was not counted here.
        Row("900 900 905 905", last: 60, 5),
        Row("7 7 7 7", last: 60, 0),
        // A fall is a restart, and the counter has counted from zero since.
        Row("100 110 3 5", last: 60, 15),
        Row("100 110 0 0 4", last: 60, 14),
        Row("100 50 25", last: 60, 75),
        // A series that is new on a target that was there began at zero.
        Row("_ _ 5 8", last: 60, 8),
        Row("_ _ 5 8", last: 1, 3),
        // One that is away for a while goes on where it was.
        Row("0 10 _ _ 30", last: 60, 30),
        Row("0 10 _ _ 4", last: 60, 14),
        // As does a target.
        Row("0 10 x x 30", last: 60, 30),
        Row("0 10 x x 30", last: 1, 20),
        Row("0 10 x 3 30", last: 60, 40),
        // Not counts.
        Row("0 10 NaN 20 -5 30 +Inf 40", last: 60, 40),
        // One scrape is no time.
        Row("5", last: 60, nil),
        Row("x x 5", last: 60, nil),
        Row("0.5 0.75 1.5", last: 60, 1),
        Row("1e15 1000000000000007", last: 60, 7),
    ])
    func `an increase is what was counted between the window's first scrape and its last`(row: Row) throws {
        // The second series keeps the scrapes going while the first shows nothing.
        let store = try loaded(
            [("a", row.values), ("b", "1 1 1 1 1 1 1 1")].map { name, values in
                let length = row.values.split(separator: " ").count
                return (name: name, values: values.split(separator: " ").prefix(length).joined(separator: " "))
            })

        let last = Double(row.values.split(separator: " ").count - 1)
        #expect(store.increase(last: row.window, at: last) == row.increase)
    }

    @Test func `a window says what time its scrapes cover`() throws {
        var store = makeStore()
        for (second, value) in [(0.0, 0), (1.25, 10), (2.0, 30)] {
            try store.ingest(Array("c{s=\"a\"} \(value)\n".utf8), from: "t", at: time(second))
        }

        let window = try #require(store.window(of: "t", length: .milliseconds(750), now: time(2)))
        var increase: Double?
        store.forEachSeries(of: "t", over: window) { _, counted, _ in increase = counted }
        #expect(window.duration == .milliseconds(750))
        #expect(increase == 20)
    }

    @Test func `a target that is gone counts in no window after its last scrape`() throws {
        let store = try loaded([("a", "0 10 20")])

        #expect(store.increase(last: 5, at: 2) == 20)
        #expect(store.increase(last: 5, at: 6) == 10)
        #expect(store.window(of: "t", length: .seconds(5), now: time(7)) == nil)
        #expect(store.window(of: "t", length: .seconds(5), now: time(700)) == nil)
        #expect(store.window(of: "other", length: .seconds(5), now: time(7)) == nil)
    }

    @Test func `what is new on a stale target may have counted for long`() throws {
        var store = try loaded([("a", "0 1 2")])
        store.markStale("t")
        try store.ingest(Array("c{s=\"a\"} 3\nc{s=\"b\"} 1000\n".utf8), from: "t", at: time(400))
        try store.ingest(Array("c{s=\"a\"} 4\nc{s=\"b\"} 1001\nc{s=\"c\"} 5\n".utf8), from: "t", at: time(401))

        #expect(store.increase("a", last: 600, at: 401) == 4)
        #expect(store.increase("b", last: 600, at: 401) == 1)
        #expect(store.increase("c", last: 600, at: 401) == 5)
    }

    /// Random counters with restarts, pauses and irregular scrapes, against sums over everything that was seen.
    @Test(arguments: SeededGenerator.seeds(12))
    func `a window of any age is exact from where it says it begins`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var store = makeStore()
        let scrapes = Int.random(in: 2...2500, using: &random)
        var now = 0.0
        var value = Double(Int.random(in: 0...1000, using: &random))
        var truth: [(time: Double, total: Double)] = []
        var total = 0.0
        for number in 0..<scrapes {
            let before = value
            if random.oneIn(50) {
                value = Double(Int.random(in: 0...5, using: &random))
            } else if !random.oneIn(3) {
                value += Double(Int.random(in: 0...100, using: &random))
            }
            // A restart that is no fall cannot be seen, by anybody.
            if number > 0 { total += value >= before ? value - before : value }
            try store.ingest(Array("c{s=\"a\"} \(Int(value))\n".utf8), from: "t", at: time(now))
            truth.append((now, total))
            now += Double(Int.random(in: 100...1500, using: &random)) / 1000
        }
        let end = try #require(truth.last)

        for length in [0.5, 5, 30, 60, 63, 70, 200, 600, 880, 1200, 2000] {
            let wanted = Duration.milliseconds(Int64(length * 1000))
            guard let window = store.window(of: "t", length: wanted, now: time(end.time)) else { continue }
            let start = end.time - window.duration.inSeconds
            let first = try #require(truth.last { $0.time <= start + 1e-6 })
            #expect(abs(first.time - start) < 1e-6, "begins at a scrape")
            let seen = store.increase(last: length, at: end.time) ?? .nan
            let naive = Self.naiveIncrease(truth, from: first.time)
            #expect(abs(seen - naive) <= naive * 1e-6, "\(length) s of \(scrapes) scrapes: \(seen), not \(naive)")
            // It is hardly longer or shorter than asked for: by a scrape when it is young, by a step when it is old.
            #expect(window.duration.inSeconds < length + (length < 880 ? 1.6 : 11.6))
            #expect(window.duration.inSeconds > min(length, end.time - truth[0].time) - 0.001)
        }
    }

    private static func naiveIncrease(_ truth: [(time: Double, total: Double)], from start: Double) -> Double {
        guard let first = truth.first(where: { $0.time >= start }), let last = truth.last else { return 0 }
        return last.total - first.total
    }

    @Test func `a counter that changes every second takes little`() throws {
        var store = makeStore()
        for second in 0..<4000 {
            try store.ingest(Array("c{s=\"a\"} \(second * 3)\n".utf8), from: "t", at: time(Double(second)))
        }

        // Three bytes for each of 900 scrapes and 310 steps; the arrays have room to grow.
        #expect(store.historyBytes < 40_000)
        #expect(store.increase(last: 10, at: 3999) == 30)
        #expect(store.increase(last: 800, at: 3999).map { $0 >= 2400 && $0 < 2400 + 48 } == true)
    }
}
