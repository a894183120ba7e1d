import Collector
import Glibc
import MeshModel
import MetricStore
import Quantities
import Synchronization
import SystemIO

/// Many proxies scraped by one collector: what it costs, and how soon what they count is in the graph.
struct CollectorBenchmark {
    /// What is scraped, and how often.
    struct Load {
        var targets: Int
        var series = 500
        var interval: Duration
        /// The first of every ten targets that take a connection and never answer.
        var hangingOfTen = 0
        /// Whether what they count is kept in a file, too.
        var isKept = false

        /// Every proxy of a large mesh, every second.
        static let everySecond = Load(targets: 1_000, interval: .seconds(1))
        /// The largest fleet that a collector takes.
        static let fleet = Load(targets: 10_000, interval: .seconds(10))
        static let kept = Load(targets: 1_000, interval: .seconds(1), isKept: true)
        static let hanging = Load(targets: 1_000, interval: .seconds(1), hangingOfTen: 3)
    }

    /// A process may have 20,000 open files, and a target takes two.
    private static let targetsOfFarm = 5_000

    private let program: String
    private let load: Load
    private let loop: EventLoop
    private let directory: String

    init(program: String, _ load: Load) throws {
        self.program = program
        self.load = load
        loop = try EventLoop()
        directory = try Files.makeTemporaryDirectory(prefix: "meshtop-bench-")
    }

    func run() throws {
        defer { try? Files.remove(directory) }
        let farms = try startFarms()
        defer {
            for farm in farms { farm.terminate(grace: .seconds(1)) }
            _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(3))) {
                farms.allSatisfy { $0.exit != nil }
            }
        }
        let newest = Newest()
        let addresses = (0..<load.targets).compactMap(TargetFarm.address)
        let history = load.isKept ? try MeshHistory(file: "\(directory)/bench.history") : nil
        let collector = try Collector(
            CollectorConfiguration(targets: addresses, interval: load.interval, window: load.interval * 10),
            history: history
        ) { newest.put($0) }
        defer {
            collector.stop()
            _ = history?.stop()
        }
        let start = SystemClock.monotonic()
        let answering = load.targets - load.targets / 10 * load.hangingOfTen
        _ = wait(.seconds(180)) { newest.snapshot?.targets.count { $0.state == .up } == answering }
        print(
            "  all that answer were read \(Humane.fixed(start.duration(to: SystemClock.monotonic()).inSeconds, decimals: 1))"
                + " s after the start")
        // By then every target has been read often enough for a window.
        pass(max(.seconds(12), load.interval * 2))
        let before = Self.processorSeconds()
        let counted = newest.count
        let begin = SystemClock.monotonic()
        pass(max(.seconds(20), load.interval * 4))
        let seconds = begin.duration(to: SystemClock.monotonic()).inSeconds
        let share = Ratio((Self.processorSeconds() - before) / seconds)
        let snapshots = Double(newest.count - counted)
        guard let snapshot = newest.snapshot else { throw BenchmarkFailure("there was no snapshot") }
        report(snapshot, share: share, snapshotsPerSecond: snapshots / seconds)
        guard let status = history?.status else { return }
        print(
            "  in the file: \(status.counts.series) series in \(status.counts.scrapes) rows, "
                + "\(Humane.bytes(Double(status.bytes))); not kept: \(status.loss)")
    }

    private func report(_ snapshot: MeshSnapshot, share: Ratio, snapshotsPerSecond: Double) {
        let up = snapshot.targets.filter { $0.state == .up }
        let series = up.reduce(0) { $0 + $1.series }
        let resident = ProcessUsage.residentMegabytes()
        print(
            "  \(up.count) of \(load.targets) targets up, \(Humane.count(Double(series))) series kept, "
                + "\(snapshot.nodes.count) nodes, \(snapshot.edges.count) edges")
        for notice in snapshot.notices.prefix(3) { print("  \(notice)") }
        print(
            "  \(Humane.percent(share)) of a processor, \(Humane.fixed(snapshotsPerSecond, decimals: 2)) snapshots/s, "
                + "resident \(Humane.fixed(resident, decimals: 0)) MB, "
                + "\(Humane.fixed(resident * 1e6 / Double(max(1, series)), decimals: 0)) bytes a series")
        // How old the newest sample of each target is, as far as the snapshot knows: with nobody in the way, at most the
        // interval and what an answer takes.
        let ages = up.compactMap(\.lastSuccess).map {
            Double(snapshot.time.nanosecondsSinceEpoch - $0.nanosecondsSinceEpoch) / 1e9
        }.sorted()
        let took = up.compactMap(\.reading.took?.milliseconds).sorted()
        guard let oldest = ages.last, let slowest = took.last else { return }
        print(
            "  of those that answer, the newest sample is \(Humane.fixed(ages[ages.count / 2], decimals: 2)) s old in the "
                + "median, \(Humane.fixed(oldest, decimals: 2)) s at most; an answer took "
                + "\(Humane.milliseconds(took[took.count / 2])) in the median, \(Humane.milliseconds(slowest)) at most")
    }

    private func startFarms() throws -> [ChildProcess] {
        var farms: [ChildProcess] = []
        for first in stride(from: 0, to: load.targets, by: Self.targetsOfFarm) {
            let log = "\(directory)/farm-\(first).log"
            let count = min(Self.targetsOfFarm, load.targets - first)
            let numbers = [first, count, load.targets, load.series, load.hangingOfTen]
            let farm = try ChildProcess(
                ChildCommand(
                    program, ["farm"] + numbers.map(String.init), standardOutput: .file(log), standardError: .file(log)),
                loop: loop)
            let isReady = wait(.seconds(120)) {
                farm.exit != nil || ((try? Files.read(log)) ?? []).starts(with: Array("ready".utf8))
            }
            farms.append(farm)
            guard isReady, farm.exit == nil else {
                for farm in farms { farm.terminate(grace: .seconds(1)) }
                throw BenchmarkFailure(
                    "the farm did not start: \(String(decoding: try Files.read(log), as: UTF8.self))")
            }
        }
        return farms
    }

    /// Looks every twentieth of a second: a file that grows wakes nobody.
    private func wait(_ patience: Duration, for condition: () -> Bool) -> Bool {
        func tick() { loop.schedule(after: .milliseconds(50)) { tick() } }
        tick()
        return loop.run(until: SystemClock.monotonic().advanced(by: patience), condition)
    }

    private func pass(_ duration: Duration) {
        _ = loop.run(until: SystemClock.monotonic().advanced(by: duration)) { false }
    }

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(CInt(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}

/// The newest snapshot and how many there were, from the collector's thread.
private final class Newest: Sendable {
    private let state = Mutex<(snapshot: MeshSnapshot?, count: Int)>((nil, 0))

    func put(_ snapshot: MeshSnapshot) { state.withLock { $0 = (snapshot, $0.count + 1) } }
    var snapshot: MeshSnapshot? { state.withLock { $0.snapshot } }
    var count: Int { state.withLock { $0.count } }
}
