import Collector
import Glibc
import MeshModel
import MetricStore
import Quantities
import Synchronization
import SystemIO

/// The same targets with a history in a file: what it takes there, what writing it costs, and looking back.
struct HistoryFileBenchmark {
    /// Seconds that are made up.
    private static let length = 300
    /// Windows of the console.
    private static let look = MeshHistory.Look(window: .seconds(60))

    private let file: String
    private let clock = MadeUpClock()

    /// - Parameter directory: for the file.
    init(directory: String) {
        file = directory + "/bench.history"
    }

    func run() throws {
        let alone = try collect(nil)
        clock.turn(to: 0)
        let history = try open()
        let beside = try collect(history)
        let status = history.stop()
        if let failure = status.failure { throw BenchmarkFailure("\(failure)") }
        guard status.loss.isNothing else { throw BenchmarkFailure("not kept: \(status.loss)") }
        let hours = Double(Self.length) / 3_600
        let series = Double(beside.series)
        func report(_ words: String, _ bytes: Int64) {
            let more = Double(bytes - beside.names)
            print(
                "  \(words): \(Humane.bytes(more)) in \(Self.length / 60) minutes, "
                    + "\(Humane.fixed(more / series / hours, decimals: 0)) bytes a series and hour")
        }
        print(
            "  a file of \(Humane.count(series)) series: \(Humane.bytes(Double(beside.names))) of names, "
                + "\(Humane.fixed(Double(beside.names) / series, decimals: 0)) bytes each")
        report("rows of 10 s", status.bytes)
        let costs = (beside.processor - alone.processor) / Double(Self.length)
        print(
            "  telling and writing it: \(Humane.percent(Ratio(costs))) of a processor, of which on the collector's thread "
                + "\(Humane.percent(Ratio((beside.own - alone.own) / Double(Self.length))))")
        try lookBack("rows of 10 s", second: Double(Self.length) - 20)

        let joining = try join()
        report("joined to minutes", joining.bytes)
        print(
            "  joining them: \(Humane.percent(Ratio(joining.processor / Double(Self.length)))) of a processor of the time "
                + "that they cover")
        try lookBack("rows of a minute", second: Double(Self.length) - 70)
    }

    private func open() throws -> MeshHistory {
        var options = HistoryOptions()
        options.size = 100_000_000_000
        options.source = "the benchmark"
        return try MeshHistory(file: file, options, time: clock.now)
    }

    private struct Cost {
        var processor: Double
        /// Of this thread.
        var own: Double
        var series: Int
        /// Bytes of the file after its first rows.
        var names: Int64
    }

    private func collect(_ history: MeshHistory?) throws -> Cost {
        let load = CollectorBenchmark.Load.everySecond
        let graph = GraphBuilder()
        var store = graph.makeStore()
        if let history { store.observer = { [clock] in history.record($0, at: clock.now.monotonic()) } }
        let targets = (0..<load.targets).map {
            (
                name: "target-\($0)",
                text: FarmText(target: $0, of: load.targets, flows: load.series / TargetFarm.seriesPerFlow)
            )
        }
        var names: Int64 = 0
        var processor = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)
        var own = Self.seconds(CLOCK_THREAD_CPUTIME_ID)
        for second in 0..<Self.length {
            clock.turn(to: Double(second))
            for target in targets {
                target.text.advance()
                try store.ingest(target.text.bytes, from: target.name, at: clock.now.monotonic())
                // Otherwise all names of the mesh come at once.
                if second == 0 { history?.settle() }
            }
            history?.settle()
            guard second == 20 else { continue }
            // Names are read and written once.
            names = history?.status.bytes ?? 0
            processor = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)
            own = Self.seconds(CLOCK_THREAD_CPUTIME_ID)
        }
        let share = Double(Self.length) / Double(Self.length - 21)
        return Cost(
            processor: (Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - processor) * share,
            own: (Self.seconds(CLOCK_THREAD_CPUTIME_ID) - own) * share, series: store.seriesCount, names: names)
    }

    /// Opens the file when all of it is old, and waits until all of it is joined.
    private func join() throws -> (bytes: Int64, processor: Double) {
        clock.turn(to: 7_200)
        let history = try open()
        let begin = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)
        for step in 1...(Self.length / 60) {
            clock.turn(to: 7_200 + Double(step) * 20)
            // Whatever is told ends a step.
            history.record(.removed(target: "nobody"), at: clock.now.monotonic())
            history.settle()
        }
        let processor = Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - begin
        return (history.stop().bytes, processor)
    }

    private func lookBack(_ words: String, second: Double) throws {
        let history = try MeshHistory(reading: file)
        var milliseconds: [Double] = []
        var edges = 0
        // A jump into the past, and steps from there.
        for place in 0..<5 {
            let start = SystemClock.monotonic()
            let time = MadeUpClock.begin.advanced(by: .seconds(second - 100 + Double(place) * 10))
            let snapshot = try history.snapshot(ending: time, Self.look)
            milliseconds.append(start.duration(to: SystemClock.monotonic()).milliseconds)
            edges = snapshot.edges.count
        }
        print(
            "  looking back, \(words): \(Humane.fixed(milliseconds[0] / 1_000, decimals: 1)) s to the first graph of "
                + "\(edges) edges, then \(Humane.fixed(median(Array(milliseconds.dropFirst())), decimals: 0)) ms a step"
        )
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Time as the benchmark makes it up.
private final class MadeUpClock: Sendable {
    static let begin = WallTime(secondsSinceEpoch: 1_790_000_000)

    private let seconds = Mutex(0.0)

    func turn(to value: Double) { seconds.withLock { $0 = value } }

    var now: HistoryClock {
        HistoryClock(
            wall: { [self] in Self.begin.advanced(by: .seconds(seconds.withLock { $0 })) },
            monotonic: { [self] in MonotonicTime(nanoseconds: 1_000_000_000_000 + UInt64(seconds.withLock { $0 } * 1e9))
            }
        )
    }
}
