internal import ExpositionWire
internal import PushedMetrics
package import Quantities
internal import Synchronization
package import TraceModel

/// Makes counters of the calls in spans that are received, in the form of OpenTelemetry's `servicegraph` connector, so
/// that applications which send nothing but spans have a graph.
///
/// It falls silent once anybody sends metrics that a graph is made of: the same requests would be counted twice.
package final class SpanCounter: Sendable {
    /// Upper bounds of latencies in seconds, fine where people look.
    private static let bounds = [
        0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5,
        10, 15, 30, 60, 300,
    ]
    /// Who calls whom, at most. Further links are not counted.
    static let maximumLinks = 5_000
    /// The name of the target that these counters have; see ``MetricInbox/Way/spans``.
    private static let sender = "services"

    /// What was counted since the last time.
    private struct Tally {
        var requests = 0
        var failures = 0
        var client = [Int](repeating: 0, count: bounds.count + 1)
        var server = [Int](repeating: 0, count: bounds.count + 1)
        var hasClient = false
        var hasServer = false

        mutating func add(_ call: ServiceCall) {
            requests += 1
            if call.hasFailed { failures += 1 }
            if let duration = call.clientDuration {
                client[Self.bucket(of: duration)] += 1
                hasClient = true
            }
            if let duration = call.serverDuration {
                server[Self.bucket(of: duration)] += 1
                hasServer = true
            }
        }

        private static func bucket(of duration: Duration) -> Int {
            bounds.firstIndex { duration.inSeconds <= $0 } ?? bounds.count
        }
    }

    private struct State {
        var pairing = ServiceCallPairing()
        var links: Set<ServiceCall.Link> = []
    }

    private let inbox: MetricInbox
    private let state = Mutex(State())

    package init(inbox: MetricInbox) {
        self.inbox = inbox
    }

    /// Takes spans that have just arrived.
    package func take(_ spans: [Span], at now: MonotonicTime) {
        guard !inbox.hearsMetrics else { return }
        state.withLock { state in for span in spans { state.pairing.take(span, at: now) } }
    }

    /// Sends what was counted since the last time; to be called about once a second.
    ///
    /// - Returns: how many calls that were.
    @discardableResult
    package func send(at now: MonotonicTime, _ wall: WallTime) -> Int {
        let tallies = state.withLock { state in
            var tallies: [ServiceCall.Link: Tally] = [:]
            for call in state.pairing.takeCalls(at: now) {
                guard state.links.contains(call.link) || state.links.count < Self.maximumLinks else { continue }
                state.links.insert(call.link)
                tallies[call.link, default: Tally()].add(call)
            }
            return tallies
        }
        guard !tallies.isEmpty, !inbox.hearsMetrics else { return 0 }
        var batch = PushedBatch()
        let milliseconds = wall.nanosecondsSinceEpoch / 1_000_000
        for (link, tally) in tallies { Self.append(link, tally, at: milliseconds, to: &batch) }
        // A collector that does not empty its inbox has more to do than to hear of this second.
        let isSent = inbox.put(batch, by: .spans, from: Self.sender, at: now, wall)
        return isSent ? tallies.values.reduce(0) { $0 + $1.requests } : 0
    }

    private static func append(
        _ link: ServiceCall.Link, _ tally: Tally, at milliseconds: Int64, to batch: inout PushedBatch
    ) {
        func add(_ name: String, _ count: Int, upTo bound: String = "") {
            let key = SeriesKey(
                name: "traces_service_graph_request_\(name)",
                labels: [
                    Label(name: "client", value: link.client), Label(name: "connection_type", value: link.connection),
                    Label(name: "le", value: bound), Label(name: "server", value: link.server),
                ])
            batch.append(
                PushedSeries(
                    sender: sender, key: key,
                    samples: [PushedSample(milliseconds: milliseconds, value: Double(count))], isDelta: true))
        }
        func add(_ name: String, _ counts: [Int]) {
            var sum = 0
            for (bucket, count) in counts.enumerated() {
                sum += count
                add(name, sum, upTo: bucket < bounds.count ? "\(bounds[bucket])" : "+Inf")
            }
        }
        add("total", tally.requests)
        add("failed_total", tally.failures)
        if tally.hasClient { add("client_seconds_bucket", tally.client) }
        if tally.hasServer { add("server_seconds_bucket", tally.server) }
    }
}

extension ServiceCall.Link {
    /// The label `connection_type`.
    fileprivate var connection: String {
        switch ends {
        case .both: ""
        case .virtualServer, .virtualClient: "virtual_node"
        case .database: "database"
        }
    }
}
