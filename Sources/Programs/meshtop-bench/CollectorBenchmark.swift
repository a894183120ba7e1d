import Collector
import Glibc
import MeshModel
import MetricStore
import Quantities
import Synchronization
import SystemIO

/// A thousand proxies, scraped every second: what the collector costs, and how soon the graph is there.
struct CollectorBenchmark {
    static let targets = 1_000
    static let series = 500
    private static let watched = Duration.seconds(20)

    private let program: String
    private let loop: EventLoop
    private let directory: String

    init(program: String) throws {
        self.program = program
        loop = try EventLoop()
        directory = try Files.makeTemporaryDirectory(prefix: "meshtop-bench-")
    }

    func run() throws {
        defer { try? Files.remove(directory) }
        let log = "\(directory)/farm.log"
        let farm = try ChildProcess(
            ChildCommand(
                program, ["farm", String(Self.targets), String(Self.series)], standardOutput: .file(log),
                standardError: .file(log)), loop: loop)
        defer {
            farm.terminate(grace: .seconds(1))
            _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(3))) { farm.exit != nil }
        }
        let isReady = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(60))) {
            farm.exit != nil || ((try? Files.read(log)) ?? []).starts(with: Array("ready".utf8))
        }
        guard isReady, farm.exit == nil else {
            throw BenchmarkFailure("the farm did not start: \(String(decoding: try Files.read(log), as: UTF8.self))")
        }
        let newest = Newest()
        let addresses = (0..<Self.targets).compactMap(TargetFarm.address)
        let collector = try Collector(CollectorConfiguration(targets: addresses, window: .seconds(10))) {
            newest.put($0)
        }
        defer { collector.stop() }
        // Twelve seconds in, every target has been read often and the window is full.
        pass(.seconds(12))
        let before = Self.processorSeconds()
        let counted = newest.count
        let start = SystemClock.monotonic()
        pass(Self.watched)
        let seconds = start.duration(to: SystemClock.monotonic()).inSeconds
        let share = Ratio((Self.processorSeconds() - before) / seconds)
        guard let snapshot = newest.snapshot else { throw BenchmarkFailure("there was no snapshot") }
        let up = snapshot.targets.filter { $0.state == .up }
        print(
            "  \(up.count) of \(addresses.count) targets up, \(Humane.count(Double(up.reduce(0) { $0 + $1.series }))) "
                + "series kept, \(snapshot.nodes.count) nodes, \(snapshot.edges.count) edges")
        print(
            "  every second: \(Humane.percent(share)) of a processor, "
                + "\(Humane.fixed(Double(newest.count - counted) / seconds, decimals: 2)) snapshots/s, "
                + "resident \(Humane.fixed(ProcessUsage.residentMegabytes(), decimals: 0)) MB")
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
