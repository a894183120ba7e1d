import Collector
import MeshModel
import MetricStore
import Quantities

/// Telemetry written as sentences, and the graph that comes of it.
///
///     destination order/v1@shop -> payment/v1@payments payment.payments 200 x90 tls
///     source order/v1@shop -> payment/v1@payments payment.payments 503 UF x10
///     destination a/v1@n -> b/v1@n b.n grpc:14 x5         a gRPC call that ended with status 14
///     source a/v1@n -> unknown bank.example 200 x5        nobody known behind the host
///     source a/v1@n -> b/v1@n b.n tcp x1000               bytes sent and as many received
///     source a/v1@n -> b/v1@n b.n messages x100           gRPC messages there, half as many back
///     source a/v1@n -> b/v1@n b.n source_cluster=east x5  any label with another value, or with none
///
/// `app/version@namespace` is a workload `app-version`. Each line is one kind of requests with how many there were in
/// the ten seconds between two scrapes; each reporter's target is its own workload.
struct Telemetry {
    struct Line {
        var reporter: Substring
        var source: Substring
        var target: Substring
        var host: Substring
        var code = "200"
        var flags = "-"
        var grpc: String?
        var isStream = false
        var isMessages = false
        var labels: [(name: String, value: String)] = []
        var security = ""
        var count = 0.0
    }

    var lines: [Line] = []

    init(_ text: String) {
        for sentence in text.split(separator: "\n") {
            let words = sentence.split(separator: " ")
            guard words.count >= 5, words[2] == "->" else { preconditionFailure("“\(sentence)” is no telemetry") }
            var line = Line(reporter: words[0], source: words[1], target: words[3], host: words[4])
            line.security = line.reporter == "source" ? "unknown" : "none"
            for word in words.dropFirst(5) {
                switch word {
                case "tls": line.security = "mutual_tls"
                case let word where word.contains("="):
                    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    line.labels.append((String(parts[0]), String(parts[1])))
                case "tcp": line.isStream = true
                case "messages": line.isMessages = true
                case let word where word.hasPrefix("grpc"): line.grpc = word.split(separator: ":").last.map(String.init)
                case let word where word.first == "x": line.count = Double(word.dropFirst()) ?? .nan
                case let word where word.first?.isNumber == true: line.code = String(word)
                default: line.flags = String(word)
                }
            }
            lines.append(line)
        }
    }

    /// Which target shows the line: whoever reports it.
    func target(of line: Line) -> String {
        String(line.reporter == "source" ? line.source : line.target)
    }

    var targets: Set<String> { Set(lines.map(target)) }

    /// What one target shows when everything has been counted `times` times.
    func exposition(of target: String, times: Double) -> [UInt8] {
        var text = ""
        for line in lines where self.target(of: line) == target {
            let labels = labels(of: line)
            let count = line.count * times
            if line.isStream {
                text += "istio_tcp_sent_bytes_total{\(labels)} \(count)\n"
                text += "istio_tcp_received_bytes_total{\(labels)} \(count)\n"
                continue
            }
            if line.isMessages {
                text += "istio_request_messages_total{\(labels)} \(count)\n"
                text += "istio_response_messages_total{\(labels)} \(count / 2)\n"
                continue
            }
            text += "istio_requests_total{\(labels)} \(count)\n"
            // All requests take between 25 and 50 ms, 100 bytes there and 900 back.
            for (bound, share) in [("25", 0.0), ("50", 1), ("100", 1), ("+Inf", 1)] {
                text += "istio_request_duration_milliseconds_bucket{\(labels),le=\"\(bound)\"} \(count * share)\n"
            }
            text += "istio_request_bytes_sum{\(labels)} \(count * 100)\n"
            text += "istio_response_bytes_sum{\(labels)} \(count * 900)\n"
        }
        return Array(text.utf8)
    }

    private func labels(of line: Line) -> String {
        let host = line.host.split(separator: ".")
        // Two words are a service and its namespace; anything else stands for itself.
        let isService = host.count == 2 && line.host != "bank.example"
        var labels = [
            ("reporter", String(line.reporter)), ("response_flags", line.flags),
            ("connection_security_policy", line.security),
            ("destination_service", isService ? "\(line.host).svc.cluster.local" : String(line.host)),
            ("destination_service_name", isService ? String(host[0]) : String(line.host)),
            ("destination_service_namespace", isService ? String(host[1]) : "unknown"),
        ]
        labels += peer(line.source, "source") + peer(line.target, "destination")
        if !line.isStream {
            labels += [("response_code", line.code), ("request_protocol", line.grpc == nil ? "http" : "grpc")]
            labels.append(("grpc_response_status", line.grpc ?? ""))
        } else {
            labels.append(("request_protocol", "tcp"))
        }
        for (name, value) in line.labels {
            labels.removeAll { $0.0 == name }
            if !value.isEmpty { labels.append((name, value)) }
        }
        return labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
    }

    private func peer(_ text: Substring, _ side: String) -> [(String, String)] {
        let parts = text.split(whereSeparator: { "/@".contains($0) }).map(String.init)
        let isKnown = parts.count == 3
        let workload = isKnown ? "\(parts[0])-\(parts[1])" : "unknown"
        return [
            ("\(side)_workload", workload), ("\(side)_workload_namespace", isKnown ? parts[2] : "unknown"),
            ("\(side)_canonical_service", isKnown ? parts[0] : "unknown"),
            ("\(side)_canonical_revision", isKnown ? parts[1] : "latest"),
            ("\(side)_cluster", isKnown ? "Kubernetes" : "unknown"),
        ]
    }
}

/// A store and a builder at work on telemetry: one scrape of every target every ten seconds.
struct Watch {
    let builder = GraphBuilder()
    var store: MetricStore<GraphBuilder.Meaning>
    var seconds = 0.0

    init() {
        store = builder.makeStore()
    }

    /// Everything counts `times` times in all by now.
    mutating func scrape(_ telemetry: Telemetry, times: Double, without silent: Set<String> = []) throws {
        for target in telemetry.targets.subtracting(silent) {
            try store.ingest(telemetry.exposition(of: target, times: times), from: target, at: now)
        }
    }

    mutating func pass(_ seconds: Double = 10) {
        self.seconds += seconds
    }

    var now: MonotonicTime { MonotonicTime(nanoseconds: 10_000_000_000_000 + UInt64(seconds * 1e9)) }

    func snapshot(
        window: Duration = .seconds(10), grouping: GraphGrouping = .versionedApp, targets: [ScrapeTarget] = [],
        showsIdle: Bool = true
    ) -> MeshSnapshot {
        builder.snapshot(
            of: store, window: window, grouping: grouping, now: now, time: WallTime(secondsSinceEpoch: 1_700_000_000),
            targets: targets, showsIdle: showsIdle)
    }

    /// The graph of ten seconds of telemetry in any view.
    static func graph(
        _ text: String, view: GraphView, inventory: MeshInventory = .none, down: [String] = []
    ) throws -> MeshSnapshot {
        let telemetry = Telemetry(text)
        var watch = Watch()
        watch.builder.inventory = inventory
        try watch.scrape(telemetry, times: 0)
        watch.pass()
        try watch.scrape(telemetry, times: 1)
        return watch.builder.snapshot(
            of: watch.store, window: .seconds(10), view: view, now: watch.now,
            time: WallTime(secondsSinceEpoch: 1_700_000_000), targets: telemetry.scrapeTargets(down: down))
    }

    /// The graph of ten seconds of telemetry.
    static func graph(
        _ text: String, grouping: GraphGrouping = .versionedApp, down: [String] = [], showsIdle: Bool = true
    ) throws -> MeshSnapshot {
        let telemetry = Telemetry(text)
        var watch = Watch()
        try watch.scrape(telemetry, times: 0)
        watch.pass()
        try watch.scrape(telemetry, times: 1)
        return watch.snapshot(grouping: grouping, targets: telemetry.scrapeTargets(down: down), showsIdle: showsIdle)
    }
}

extension Telemetry {
    /// Every workload that reports, and those of `down` – also as `app/version@namespace` – down.
    func scrapeTargets(down: [String]) -> [ScrapeTarget] {
        targets.union(down).sorted().compactMap { name in
            let parts = name.split(whereSeparator: { "/@".contains($0) }).map(String.init)
            guard parts.count == 3 else { return nil }
            return ScrapeTarget(
                address: name,
                workload: WorkloadIdentity(
                    namespace: parts[2], workload: "\(parts[0])-\(parts[1])", app: parts[0], version: parts[1]),
                state: down.contains(name) ? .down(reason: "connection refused") : .up)
        }
    }
}

extension MeshSnapshot {
    /// One line per edge: `app/shop/web/v1 > app/shop/cart/v1 http 10/s ok destination`, where the share of errors takes
    /// the place of `ok` when there are any.
    var edgeLines: [String] {
        edges.map { edge in
            let errors = edge.traffic.errors.map { $0.value == 0 ? "ok" : Humane.percent($0) } ?? "none"
            let amount =
                edge.protocol == .tcp
                ? Humane.bytes(edge.traffic.throughput.value) + "/s" : Humane.count(edge.traffic.rate.value) + "/s"
            return "\(edge.source) > \(edge.target) \(edge.protocol.rawValue) \(amount) \(errors) "
                + "\(edge.reporter.rawValue)"
        }
    }

    func node(_ id: String) -> MeshNode? { nodes.first { $0.id.text == id } }
}
