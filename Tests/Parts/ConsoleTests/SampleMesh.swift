import MeshModel
import Quantities
import TraceModel

/// The demo mesh in plausible numbers, at one fixed moment.
enum SampleMesh {
    static let start = WallTime(nanosecondsSinceEpoch: 1_795_000_000_000_000_000)
    static let window = Duration.seconds(30)

    static let payment = ServiceName(namespace: "payments", name: "payment-service")

    static func snapshot(
        weights: (v1: Int, v2: Int) = (90, 10), secondsLater: Int = 0, resourceVersion: String = "17",
        structureVersion: UInt64 = 1, down: String? = nil
    ) -> MeshSnapshot {
        let second = Double(weights.v2) / Double(max(1, weights.v1 + weights.v2))
        let edges = edges(secondShare: second)
        var nodes = places.map { place in node(place, edges: edges) }
        if let down, let index = nodes.firstIndex(where: { $0.app == down }) {
            nodes[index].trouble = "target down: connection refused"
            nodes[index].health = .failure
        }
        return MeshSnapshot(
            time: start.advanced(by: .seconds(secondsLater)), window: window, structureVersion: structureVersion,
            nodes: nodes.sorted { $0.id < $1.id }, edges: edges.sorted { $0.id < $1.id },
            targets: targets(down: down),
            splits: [
                TrafficSplit(
                    service: payment, owner: payment, routeIndex: 0,
                    shares: [
                        TrafficSplit.Share(subset: "v1", version: "v1", weight: weights.v1),
                        TrafficSplit.Share(subset: "v2", version: "v2", weight: weights.v2),
                    ], resourceVersion: resourceVersion)
            ])
    }

    /// Before anything was seen: `answered` of 11 targets are up and nothing else is known.
    static func waiting(answered: Int) -> MeshSnapshot {
        var targets = targets(down: nil)
        for index in targets.indices.dropFirst(answered) { targets[index].state = .pending }
        return MeshSnapshot(time: start, window: .seconds(1), targets: targets)
    }

    // MARK: Places

    private struct Place {
        let namespace: String
        let app: String
        var version = "v1"
        var addresses: [Int] = []
    }

    private static let places = [
        Place(namespace: "shop", app: "ingress-gateway", version: "latest", addresses: [1]),
        Place(namespace: "shop", app: "web", addresses: [2]),
        Place(namespace: "shop", app: "catalog-service", addresses: [3, 4]),
        Place(namespace: "shop", app: "order-service", addresses: [5]),
        Place(namespace: "shop", app: "inventory-service", addresses: [6, 7]),
        Place(namespace: "shop", app: "recommendation-service", addresses: [8]),
        Place(namespace: "payments", app: "payment-service", addresses: [9]),
        Place(namespace: "payments", app: "payment-service", version: "v2", addresses: [10]),
        Place(namespace: "payments", app: "notification-service", addresses: [11]),
        Place(namespace: "", app: "bank.example", version: ""),
    ]

    static func id(_ app: String, _ version: String = "v1") -> MeshNode.ID {
        guard app != "bank.example" else { return MeshNode.ID("external/bank.example") }
        let place = places.first { $0.app == app && $0.version == version } ?? places.first { $0.app == app }
        return MeshNode.ID("app/\(place?.namespace ?? "shop")/\(app)/\(place?.version ?? version)")
    }

    private static func node(_ place: Place, edges: [MeshEdge]) -> MeshNode {
        let id = id(place.app, place.version)
        let incoming = edges.filter { $0.target == id }
        let sent = edges.filter { $0.source == id }.reduce(RequestsPerSecond.zero) { $0 + $1.traffic.rate }
        let isExternal = place.app == "bank.example"
        return MeshNode(
            id: id, kind: isExternal ? .external : .app, namespace: place.namespace,
            app: isExternal ? nil : place.app, service: place.app, version: isExternal ? nil : place.version,
            inbound: sum(incoming.map(\.traffic)), outboundRate: sent,
            health: incoming.isEmpty ? .healthy : incoming.map(\.health).max() ?? .unknown)
    }

    private static func targets(down: String?) -> [ScrapeTarget] {
        places.flatMap { place in
            place.addresses.map { address in
                ScrapeTarget(
                    address: "127.0.1.\(address):15090",
                    workload: WorkloadIdentity(
                        namespace: place.namespace, workload: "\(place.app)-\(place.version)", app: place.app,
                        version: place.version),
                    state: place.app == down ? .down(reason: "connection refused") : .up, lastSuccess: start, series: 90
                )
            }
        }
    }

    /// The same traffic some seconds before: it comes in waves, and between 100 and 140 s ago it was slow and failed.
    static func wave(_ traffic: TrafficSummary, secondsAgo age: Double) -> TrafficSummary {
        var past = traffic
        let phase = Int(age / 5) % 24
        let height = 1 - Double(min(phase, 24 - phase)) / 30
        let isBad = age >= 100 && age < 140
        past.rate = RequestsPerSecond(traffic.rate.value * height)
        past.errors = isBad ? Ratio(0.12) : traffic.errors
        let bounds: [Double] = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, .infinity]
        let p50 = (traffic.latency?.p50 ?? 10) * (isBad ? 4 : 1)
        let counts = bounds.map { bound -> Double in
            // A smooth rise around the median.
            let share = bound == .infinity ? 1 : 1 / (1 + (p50 / bound) * (p50 / bound) * (p50 / bound))
            return (share * past.rate.value * 5).rounded()
        }
        past.latencyBuckets = BucketCounts(ascending: bounds, counts: counts)
        past.latency = past.latencyBuckets.quantiles
        return past
    }

    // MARK: Traffic

    private static func edges(secondShare: Double) -> [MeshEdge] {
        [
            edge("ingress-gateway", "web", 96.4, errors: 0.001, p50: 31, p95: 88, mtls: 1),
            edge("web", "catalog-service", 62.1, p50: 4.2, p95: 9.1),
            edge("web", "recommendation-service", 30.2, p50: 9.7, p95: 21),
            edge("web", "order-service", 21.3, errors: 0.004, p50: 44, p95: 97),
            edge("recommendation-service", "catalog-service", 30.2, p50: 4.1, p95: 8.8),
            edge("catalog-service", "inventory-service", 92.3, p50: 1.4, p95: 3.9),
            edge("order-service", "inventory-service", 21.3, p50: 1.5, p95: 4.1),
            edge("order-service", "payment-service", 21.3 * (1 - secondShare), p50: 18, p95: 38),
            edge(
                "order-service", "payment-service", version: "v2", 21.3 * secondShare, errors: 0.041, p50: 61, p95: 122),
            edge("order-service", "notification-service", 21.1, p50: 2.2, p95: 6.4),
            edge("payment-service", "bank.example", 21.3 * (1 - secondShare), p50: 9.1, p95: 18, mtls: nil),
            edge("payment-service", from: "v2", "bank.example", 21.3 * secondShare, p50: 9.3, p95: 19, mtls: nil),
        ]
    }

    private static func edge(
        _ source: String, from: String = "v1", _ target: String, version: String = "v1", _ rate: Double,
        errors: Double = 0, p50: Double, p95: Double, mtls: Double? = 1
    ) -> MeshEdge {
        let samples = (rate * window.inSeconds).rounded()
        var codes = [ResponseCodeRate(code: "200", rate: RequestsPerSecond(rate * (1 - errors)))]
        if errors > 0 { codes.append(ResponseCodeRate(code: "503", rate: RequestsPerSecond(rate * errors))) }
        let hasTraffic = rate > 0
        func reported(_ slower: Double) -> ReportedTraffic {
            ReportedTraffic(
                rate: RequestsPerSecond(rate), samples: samples, errors: hasTraffic ? Ratio(errors) : nil,
                latency: hasTraffic
                    ? LatencyQuantiles(p50: p50 * slower, p95: p95 * slower, p99: p95 * 1.6 * slower) : nil)
        }
        let host = "\(target).\(places.first { $0.app == target }?.namespace ?? "")"
        return MeshEdge(
            source: id(source, from), target: id(target, version),
            traffic: TrafficSummary(
                rate: RequestsPerSecond(rate), samples: samples, errors: hasTraffic ? Ratio(errors) : nil,
                clientErrors: hasTraffic ? Ratio.none : nil,
                latency: hasTraffic ? LatencyQuantiles(p50: p50, p95: p95, p99: p95 * 1.6) : nil,
                throughput: BytesPerSecond(rate * 1_850), codes: hasTraffic ? codes : []),
            mtls: mtls.map { Ratio($0) }, reporter: mtls == nil ? .source : .destination,
            health: errors >= 0.1 ? .failure : errors >= 0.01 ? .degraded : .healthy, sent: reported(1.15),
            received: mtls == nil ? nil : reported(1),
            responses: codes.map {
                ResponseDetail(code: $0.code, flags: $0.code == "503" ? "UF,URX" : "-", host: host, rate: $0.rate)
            })
    }

    private static func sum(_ parts: [TrafficSummary]) -> TrafficSummary? {
        guard var sum = parts.max(by: { $0.samples < $1.samples }) else { return nil }
        let rate = parts.reduce(0) { $0 + $1.rate.value }
        let failing = parts.reduce(0) { $0 + $1.rate.value * ($1.errors?.value ?? 0) }
        sum.rate = RequestsPerSecond(rate)
        sum.samples = parts.reduce(0) { $0 + $1.samples }
        sum.errors = Ratio(failing, of: rate)
        return sum
    }
}
