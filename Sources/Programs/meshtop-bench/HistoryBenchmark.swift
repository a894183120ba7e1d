import Collector
import MeshModel
import MetricStore
import Quantities
import SystemIO

/// The targets of ``CollectorBenchmark`` for fifteen minutes, without sockets and with made-up time.
struct HistoryBenchmark {
    func run() throws {
        let graph = GraphBuilder()
        var store = graph.makeStore()
        let targets = (0..<CollectorBenchmark.Load.everySecond.targets).map {
            (
                name: "target-\($0)",
                text: FarmText(
                    target: $0, of: CollectorBenchmark.Load.everySecond.targets,
                    flows: CollectorBenchmark.Load.everySecond.series / TargetFarm.seriesPerFlow)
            )
        }
        let texts = Double(targets.reduce(0) { $0 + $1.text.bytes.count }) / 1e6
        let begin = MonotonicTime(nanoseconds: 1_000_000_000_000)
        var now = begin
        let start = SystemClock.monotonic()
        for second in 0..<900 {
            now = begin.advanced(by: .seconds(second))
            for target in targets {
                target.text.advance()
                try store.ingest(target.text.bytes, from: target.name, at: now)
            }
        }
        let ingestion = start.duration(to: SystemClock.monotonic()).inSeconds
        // What the farm itself holds is not the collector's.
        let resident = withExtendedLifetime(targets) { ProcessUsage.residentMegabytes() - texts }
        print(
            "  15 minutes of \(Humane.count(Double(store.seriesCount))) series: resident "
                + "\(Humane.fixed(resident, decimals: 0)) MB, of which what was counted is "
                + "\(Humane.fixed(Double(store.historyBytes) / 1e6, decimals: 0)) MB")
        print(
            "  reading the scrapes of one second: \(Humane.fixed(ingestion / 900 * 1_000, decimals: 1)) ms, "
                + "with the farm's own work")
        var milliseconds: [Double] = []
        var edges = 0
        for _ in 0..<9 {
            let start = SystemClock.monotonic()
            let snapshot = graph.snapshot(
                of: store, window: .seconds(60), now: now, time: SystemClock.wall(), targets: [])
            milliseconds.append(start.duration(to: SystemClock.monotonic()).milliseconds)
            edges = snapshot.edges.count
        }
        print("  snapshot of \(edges) edges over 60 s: \(Humane.fixed(median(milliseconds), decimals: 1)) ms")
    }
}
