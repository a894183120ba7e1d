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

    func run() throws {
        let graph = GraphBuilder()
        var store = graph.makeStore()
        let begin = MonotonicTime(nanoseconds: 1_000_000_000_000)
        var now = begin
        for second in 0...12 {
            now = begin.advanced(by: .seconds(second))
            for target in 0..<Self.targets {
                try store.ingest(Self.exposition(of: target, second: second), from: "target-\(target)", at: now)
            }
        }
        print("  \(store.seriesCount) series")
        for grouping in GraphGrouping.allCases {
            var milliseconds: [Double] = []
            var shape = ""
            for _ in 0..<9 {
                let start = SystemClock.monotonic()
                let snapshot = graph.snapshot(
                    of: store, window: .seconds(10), grouping: grouping, now: now, time: SystemClock.wall())
                milliseconds.append(start.duration(to: SystemClock.monotonic()).milliseconds)
                shape = "\(snapshot.nodes.count) nodes, \(snapshot.edges.count) edges"
            }
            print(
                "  \(grouping.rawValue): \(Humane.fixed(median(milliseconds), decimals: 1)) ms, the first "
                    + "\(Humane.fixed(milliseconds.first ?? 0, decimals: 1)) ms; \(shape)")
        }
    }

    /// What one target shows: its services' calls as their source, and the calls they get as their destination.
    private static func exposition(of target: Int, second: Int) -> [UInt8] {
        var text = ""
        let share = services / targets
        for service in target * share..<(target + 1) * share {
            for call in 1...callsPerService {
                let step = call * call * 7
                let outbound = labels("source", from: service, to: (service + step) % services)
                text += "istio_requests_total{\(outbound),response_code=\"200\"} \(second * 100)\n"
                let inbound = labels("destination", from: (service + services - step) % services, to: service)
                text += "istio_requests_total{\(inbound),response_code=\"200\"} \(second * 99)\n"
                text += "istio_requests_total{\(inbound),response_code=\"503\"} \(second)\n"
                for (index, bound) in bounds.enumerated() {
                    text +=
                        "istio_request_duration_milliseconds_bucket{\(inbound),response_code=\"200\",le=\"\(bound)\"} "
                        + "\(second * 20 * (index + 1))\n"
                }
                text += "istio_response_bytes_sum{\(inbound),response_code=\"200\"} \(second * 90_000)\n"
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
