import Quantities
import TestSupport
import Testing

@testable import MetricStore

@Suite struct ScrapeHistoryTests {
    @Test(arguments: [
        [], [(0, 1.0)], [(0, 5), (1, 5), (2, 5)], [(3, 1), (4, 1), (6, 1), (7, 2)],
        [(7, 0.25), (8, 0.25), (1000, 1e300)],
        [(0, 127), (1, 128), (2, 16384), (3, 0x1p61), (4, 0x1p62), (5, 0x1p63)],
    ])
    func `changes are read as they were written`(_ changes: [(series: Int32, increase: Double)]) {
        let changes = changes.map { SeriesChange(series: $0.series, increase: $0.increase) }
        var bytes: [UInt8] = []
        ChangeEncoding.append(changes, to: &bytes)

        #expect(Self.changes(in: bytes) == changes)
    }

    @Test func `a request that moves twelve buckets costs a few bytes`() {
        var bytes: [UInt8] = []
        ChangeEncoding.append((100..<112).map { SeriesChange(series: $0, increase: 1) }, to: &bytes)

        #expect(bytes.count == 4)
    }

    @Test(arguments: SeededGenerator.seeds(50))
    func `random changes survive, and cut bytes do not trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var changes: [SeriesChange] = []
        var series: Int32 = 0
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            let increase = random.oneIn(5) ? Double.random(in: 0.001...1e9, using: &random) : Double(series % 3 + 1)
            changes.append(SeriesChange(series: series, increase: increase))
            series += random.oneIn(2) ? 1 : Int32.random(in: 2...300, using: &random)
        }
        var bytes: [UInt8] = []
        ChangeEncoding.append(changes, to: &bytes)

        #expect(Self.changes(in: bytes) == changes)
        for length in bytes.indices { #expect(Self.changes(in: Array(bytes[..<length])).count <= changes.count + 1) }
    }

    private static func changes(in bytes: [UInt8]) -> [SeriesChange] {
        var changes: [SeriesChange] = []
        bytes.withUnsafeBytes {
            ChangeEncoding.forEach($0) { first, count, increase in
                for series in first..<first + count {
                    changes.append(SeriesChange(series: Int32(truncatingIfNeeded: series), increase: increase))
                }
            }
        }
        return changes
    }

    /// A running window is a sum that is never added up: it must be what adding up gives, whatever the scrapes do.
    @Test(arguments: SeededGenerator.seeds(20))
    func `a window that runs along is the sum of what it covers`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var limits = MetricStoreLimits()
        limits.fineHistory = .seconds(Int.random(in: 20...120, using: &random))
        limits.history = .seconds(600)
        var history = ScrapeHistory()
        let length = Duration.seconds(Int.random(in: 1...200, using: &random))
        var running: RunningWindow?
        var now = 0.0
        var series = 3
        for _ in 0..<1500 {
            now += Double(Int.random(in: 200...2500, using: &random)) / 1000
            if random.oneIn(40) { series += 1 }
            let changes = (0..<Int32(series)).compactMap { number in
                random.oneIn(3) ? SeriesChange(series: number, increase: Double(number + 1)) : nil
            }
            history.append(changes, at: time(now), keeping: limits)
            if running == nil { running = RunningWindow(length: length, of: history, series: series) }
            running?.advance(history, series: series)

            let anew = try #require(RunningWindow(length: length, of: history, series: series))
            #expect(running?.sums == anew.sums)
            #expect(running?.start == anew.start)
        }
    }

    @Test func `what is old is kept in steps, and what is too old not at all`() throws {
        var limits = MetricStoreLimits()
        limits.fineHistory = .seconds(60)
        limits.history = .seconds(300)
        var history = ScrapeHistory()
        for second in 0...1000 {
            history.append([SeriesChange(series: 0, increase: 1)], at: time(Double(second)), keeping: limits)
        }

        #expect((60...71).contains(history.fineCount))
        #expect(history.oldest.map { (685...700).contains($0.nanoseconds / 1_000_000_000 - 1_000) } == true)
        let start = try #require(history.start(atOrBefore: time(755)))
        #expect((745...755).contains(start.nanoseconds / 1_000_000_000 - 1_000))
    }

    @Test func `histories stay within their memory, and say that they were shortened`() throws {
        var limits = MetricStoreLimits()
        limits.historyBytes = 60_000
        var store = makeStore(limits: limits)
        for second in 0..<600 {
            for target in ["big", "small"] {
                let lines = (0..<(target == "big" ? 400 : 2)).map { "c{s=\"\($0)\"} \(second * ($0 + 1))\n" }
                try store.ingest(Array(lines.joined().utf8), from: target, at: time(Double(second)))
            }
        }

        #expect(store.isShortened)
        #expect(store.historyBytes <= limits.historyBytes)
        // Who takes little loses nothing, and who takes much still has the newest.
        #expect(store.increases(of: "small", last: 500, at: 599) { $0 }["s=1"] == 1000)
        #expect(store.increases(of: "big", last: 5, at: 599) { $0 }["s=1"] == 10)
    }

    @Test func `a window may end before now`() throws {
        let store = try loaded([("a", "0 1 3 6 10 15 21")])

        let window = try #require(store.window(of: "t", length: .seconds(2), endingAt: time(4.5)))
        var increase: Double?
        store.forEachSeries(of: "t", over: window) { _, counted, _ in increase = counted }
        #expect(increase == 7)
        #expect(store.window(of: "t", length: .seconds(2), endingAt: time(0)) == nil)
    }

    @Test func `the watched window is what others would count, also when series come and go`() throws {
        var limits = MetricStoreLimits()
        limits.seriesPerTarget = 40
        var store = makeStore(limits: limits)
        var plain = makeStore(limits: limits)
        store.watch(.seconds(10))
        for second in 0..<200 {
            let names = (0..<12).map { "\($0 < 6 ? $0 : $0 + second / 7)" }
            let text = names.map { "c{s=\"\($0)\"} \(second * 2 + 1)\n" }.joined()
            try store.ingest(Array(text.utf8), from: "t", at: time(Double(second)))
            try plain.ingest(Array(text.utf8), from: "t", at: time(Double(second)))
            // Asked for a moment later than the scrape, as a tick does.
            let now = Double(second) + 0.7
            #expect(store.increases(last: 10, at: now) { $0 } == plain.increases(last: 10, at: now) { $0 })
        }
        store.watch(.seconds(3))
        #expect(store.increases(last: 3, at: 199) { $0 } == plain.increases(last: 3, at: 199) { $0 })
    }
}
