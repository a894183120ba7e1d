import Collector
import MeshModel
import MetricStore
import Quantities
import SystemIO

/// From the counters of a large mesh to its graph: 5,000 services, 20,000 edges, 1,000 targets.
///
/// Every edge is counted at both ends, in nine series: requests of two codes, five buckets and bytes at its destination,
/// requests at its source. That is 180,000 series, near what a store takes.
struct GraphBenchmark {
    private static let services = 5_000
    private static let callsPerService = 4
    private static let targets = 1_000
    private static let bounds = ["10", "25", "50", "100", "+Inf"]

    private static let rounds = 7
    /// How many targets are read anew for a snapshot in which little has changed.
    private static let few = 10

    func run() throws {
        var mesh = GraphMesh()
        for second in 0...12 { try mesh.read(0..<Self.targets, second: second) }
        print("  \(mesh.store.seriesCount) series")
        for grouping in GraphGrouping.allCases {
            let view = GraphView(grouping: grouping)
            let first = mesh.snapshot(view)
            // Somebody holds the snapshot before, as a console does while the next one is made.
            var shown = first.snapshot
            var rebuilt: [Double] = []
            for _ in 0..<Self.rounds {
                try mesh.read(0..<Self.targets, second: mesh.second + 1)
                let next = mesh.snapshot(view)
                rebuilt.append(next.milliseconds)
                shown = next.snapshot
            }
            var changed: [Double] = []
            for round in 0..<Self.rounds {
                try mesh.read(round * Self.few..<(round + 1) * Self.few, second: mesh.second, later: round + 1)
                let next = mesh.snapshot(view)
                changed.append(next.milliseconds)
                shown = next.snapshot
            }
            print(
                "  \(grouping.rawValue): \(Self.milliseconds(median(rebuilt))) with everything new, "
                    + "\(Self.milliseconds(median(changed))) with \(Self.few) targets new, "
                    + "the first \(Self.milliseconds(first.milliseconds)); "
                    + "\(shown.nodes.count) nodes, \(shown.edges.count) edges")
        }
    }

    private static func milliseconds(_ value: Double) -> String { "\(Humane.fixed(value, decimals: 1)) ms" }

    /// A builder and what it builds from, at a time of its own.
    private struct GraphMesh {
        let graph = GraphBuilder()
        var store: MetricStore<GraphBuilder.Meaning>
        var second = 0
        private let begin = MonotonicTime(nanoseconds: 1_000_000_000_000)
        private var now = MonotonicTime(nanoseconds: 1_000_000_000_000)

        init() {
            store = graph.makeStore()
            store.watch(.seconds(10))
        }

        /// - Parameter later: how many milliseconds after the second.
        mutating func read(_ targets: Range<Int>, second: Int, later: Int = 0) throws {
            self.second = second
            now = begin.advanced(by: .seconds(second) + .milliseconds(later))
            for target in targets {
                // No two seconds are the same, so that every number of the graph is new.
                let count = second * 1000 + (second * second * 7_919 + target * 131) % 601 + later
                try store.ingest(
                    GraphBenchmark.exposition(of: target, count: count), from: "target-\(target)", at: now)
            }
        }

        func snapshot(_ view: GraphView) -> (snapshot: MeshSnapshot, milliseconds: Double) {
            let start = SystemClock.monotonic()
            let snapshot = graph.snapshot(
                of: store, window: .seconds(10), view: view, now: now, time: SystemClock.wall())
            return (snapshot, start.duration(to: SystemClock.monotonic()).milliseconds)
        }
    }

    /// What one target shows: its services' calls as their source, and the calls they get as their destination.
    private static func exposition(of target: Int, count: Int) -> [UInt8] {
        var text = ""
        let share = services / targets
        for service in target * share..<(target + 1) * share {
            for call in 1...callsPerService {
                let step = call * call * 7
                let outbound = labels("source", from: service, to: (service + step) % services)
                text += "istio_requests_total{\(outbound),response_code=\"200\"} \(count * 100)\n"
                let inbound = labels("destination", from: (service + services - step) % services, to: service)
                text += "istio_requests_total{\(inbound),response_code=\"200\"} \(count * 99)\n"
                text += "istio_requests_total{\(inbound),response_code=\"503\"} \(count)\n"
                for (index, bound) in bounds.enumerated() {
                    text +=
                        "istio_request_duration_milliseconds_bucket{\(inbound),response_code=\"200\",le=\"\(bound)\"} "
                        + "\(count * 20 * (index + 1))\n"
                }
                text += "istio_response_bytes_sum{\(inbound),response_code=\"200\"} \(count * 90_000)\n"
            }
        }
        return Array(text.utf8)
    }

    private static func labels(_ reporter: String, from source: Int, to target: Int) -> String {
        peer("source", source) + "," + peer("destination", target)
            + ",reporter=\"\(reporter)\",destination_service=\"service-\(target).shop.svc.cluster.local\","
            + "destination_service_name=\"service-\(target)\",destination_service_namespace=\"shop\","
            + "request_protocol=\"http\",response_flags=\"-\",connection_security_policy=\"mutual_tls\""
    }

    private static func peer(_ side: String, _ service: Int) -> String {
        "\(side)_workload=\"service-\(service)-v1\",\(side)_canonical_service=\"service-\(service)\","
            + "\(side)_canonical_revision=\"v1\",\(side)_workload_namespace=\"shop\",\(side)_cluster=\"Kubernetes\","
            + "\(side)_principal=\"spiffe://cluster.local/ns/shop/sa/service-\(service)\""
    }
}
