import Collector
import MeshModel
import MetricStore
import Quantities
import SystemIO

/// The targets of ``CollectorBenchmark`` for fifteen minutes, without sockets and with made-up time.
struct HistoryBenchmark {
    func run() throws {
        let before = ProcessUsage.residentMegabytes()
        let graph = GraphBuilder()
        var store = graph.makeStore()
        let targets = (0..<CollectorBenchmark.targets).map {
            (
                name: "target-\($0)",
                text: FarmText(
                    target: $0, of: CollectorBenchmark.targets,
                    flows: CollectorBenchmark.series / TargetFarm.seriesPerFlow)
            )
        }
        let texts = ProcessUsage.residentMegabytes()
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
        print(
            "  15 minutes of history: \(Humane.fixed(ProcessUsage.residentMegabytes() - texts, decimals: 0)) MB for "
                + "\(Humane.count(Double(store.seriesCount))) series; one second's scrapes are read in "
                + "\(Humane.fixed(ingestion / 900 * 1_000, decimals: 1)) ms (the farm's own work included); "
                + "the farm's texts take \(Humane.fixed(texts - before, decimals: 0)) MB beside")
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
