import Collector
import MeshModel
import MetricStore
import Quantities
import SystemIO

/// What a series takes in memory that counts nothing any more: the targets of ``CollectorBenchmark``, read three times
/// without sockets, of which only the second time brought anything new.
struct IdleSeriesBenchmark {
    func run() throws {
        let load = CollectorBenchmark.Load.everySecond
        let targets = (0..<load.targets).map { number in
            (
                name: "target-\(number)",
                text: FarmText(
                    target: number, of: load.targets, flows: load.series / TargetFarm.seriesPerFlow)
            )
        }
        let graph = GraphBuilder()
        var store = graph.makeStore()
        let window = Duration.seconds(60)
        store.watch(window)
        let begin = MonotonicTime(nanoseconds: 1_000_000_000_000)
        // Whatever is made once belongs to none of the series.
        try store.ingest(targets[0].text.bytes, from: targets[0].name, at: begin)
        let empty = ProcessUsage.residentMegabytes()
        for second in 0..<3 {
            for target in targets {
                // Until every flow has had its turn.
                if second == 1 { for _ in 0..<40 { target.text.advance() } }
                try store.ingest(target.text.bytes, from: target.name, at: begin.advanced(by: .seconds(second)))
            }
        }
        Allocator.returnFreed()
        let stored = ProcessUsage.residentMegabytes()
        let snapshot = graph.snapshot(
            of: store, window: window, now: begin.advanced(by: .seconds(2)), time: SystemClock.wall(), targets: [])
        Allocator.returnFreed()
        let drawn = withExtendedLifetime((targets, store, snapshot)) { ProcessUsage.residentMegabytes() }
        let series = Double(store.seriesCount)
        func each(_ megabytes: Double) -> String { Humane.fixed(megabytes * 1e6 / series, decimals: 0) }
        print(
            "  \(Humane.count(series)) series of \(snapshot.nodes.count) nodes: \(each(stored - empty)) bytes each "
                + "in the store, \(each(drawn - stored)) in the graph of their \(snapshot.edges.count) edges")
    }
}
