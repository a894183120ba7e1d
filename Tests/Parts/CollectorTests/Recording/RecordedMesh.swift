import Collector
import ExpositionWire
import MeshModel
import MetricStore
import Quantities
import SystemIO

/// A mesh that is generated, scraped once a second, shown live and recorded at once.
struct RecordedMesh {
    struct Target {
        var name: String
        var identity: WorkloadIdentity
    }

    static let targets = ["web", "cart", "pay"].map { app in
        Target(
            name: "\(app):15090",
            identity: WorkloadIdentity(namespace: "shop", workload: "\(app)-v1", app: app, version: "v1"))
    }

    let recorder: Recorder
    let builder = GraphBuilder()
    var store: MetricStore<GraphBuilder.Meaning>
    /// What was seen live, second by second.
    var live: [MeshSnapshot] = []

    /// The second at which it begins to be seen, of those that its proxies have counted.
    let start: Int

    init(_ recorder: Recorder, from start: Int = 0) {
        self.recorder = recorder
        self.start = start
        store = builder.makeStore()
        let clock = MeshClock()
        clock.seconds = Double(start)
        self.clock = clock
        store.observer = { recorder.record($0, at: clock.now) }
        for target in Self.targets {
            recorder.list(target.name, target.identity, at: clock.now)
            builder.identify(target.name, as: target.identity, in: &store)
        }
    }

    /// A clock that a test turns.
    final class MeshClock {
        var seconds = 0.0
        var now: MonotonicTime { MonotonicTime(nanoseconds: 10_000_000_000_000 + UInt64(seconds * 1e9)) }
    }

    let clock: MeshClock
    /// How many have passed.
    private var seconds = 0

    /// One second: everybody is scraped, each a little later than the one before, and the graph is looked at.
    mutating func pass(down: Set<String> = []) throws {
        try scrape(down: down)
        let targets = Self.targets.map { target in
            ScrapeTarget(
                address: target.name, workload: target.identity,
                state: down.contains(target.name) ? .down(reason: "connection refused") : .up)
        }
        live.append(
            builder.snapshot(
                of: store, window: .seconds(20), now: clock.now, time: WallTime(nanosecondsSinceEpoch: 0),
                targets: targets.sorted { $0.address < $1.address }))
        seconds += 1
    }

    /// The same without looking at the graph.
    mutating func passUnseen() throws {
        try scrape(down: [])
        seconds += 1
    }

    private mutating func scrape(down: Set<String>) throws {
        for (place, target) in Self.targets.enumerated() {
            clock.seconds = Double(start + seconds) + Double(place) * 0.1
            if down.contains(target.name) {
                recorder.fail(target.name, reason: "connection refused", at: clock.now)
            } else {
                try store.ingest(exposition(of: target, second: start + seconds), from: target.name, at: clock.now)
            }
        }
        clock.seconds = Double(start + seconds) + 0.5
    }

    /// Counters that grow by fractions, start late, are reset, and stop.
    func exposition(of target: Target, second: Int) -> [UInt8] {
        let time = Double(second)
        var text = ""
        for peer in Self.targets where peer.name != target.name {
            for (code, count) in [("200", time * 7 + 0.25 * time), ("503", max(0, time - 40) * 3)] {
                // Traffic to pay ends after a minute, and web is started anew at 70.
                var count = peer.identity.app == "pay" ? min(count, 60 * 7.25) : count
                if target.identity.app == "web", second >= 70 { count -= code == "200" ? 70 * 7 : 90 }
                guard code == "200" || second > 30 else { continue }
                let labels = labels(from: target.identity, to: peer.identity, code: code)
                text += "istio_requests_total{\(labels)} \(max(0, count))\n"
                for (bound, share) in [("5", 0.25), ("10", 0.5), ("25", 0.75), ("+Inf", 1)] {
                    text += "istio_request_duration_milliseconds_bucket{\(labels),le=\"\(bound)\"} "
                    text += "\((max(0, count) * share).rounded())\n"
                }
            }
        }
        return Array(text.utf8)
    }

    private func labels(from source: WorkloadIdentity, to target: WorkloadIdentity, code: String) -> String {
        let labels = [
            ("reporter", "source"), ("response_code", code), ("response_flags", "-"), ("request_protocol", "http"),
            ("connection_security_policy", "unknown"),
            ("destination_service", "\(target.app).shop.svc.cluster.local"),
            ("destination_service_name", target.app), ("destination_service_namespace", "shop"),
            ("source_workload", source.workload), ("source_workload_namespace", "shop"),
            ("source_canonical_service", source.app), ("source_canonical_revision", "v1"),
            ("source_cluster", "Kubernetes"), ("destination_workload", target.workload),
            ("destination_workload_namespace", "shop"), ("destination_canonical_service", target.app),
            ("destination_canonical_revision", "v1"), ("destination_cluster", "Kubernetes"),
        ]
        return labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
    }
}

/// Runs `body` with the path of a recording that is not there yet, in a directory of its own.
func withRecordingFile(_ body: (String) throws -> Void) throws {
    let directory = try Files.makeTemporaryDirectory(prefix: "meshtop-recording")
    defer { try? Files.remove(directory) }
    try body(directory + "/mesh.rec")
}

/// What a graph says, without when it was made and how it is numbered.
func substance(_ snapshot: MeshSnapshot) -> [String] {
    snapshot.nodes.map { "\($0)" } + snapshot.edges.map { "\($0)" } + ["window \(snapshot.window)"]
        + snapshot.targets.map { "\($0.address) \($0.state)" }
}
