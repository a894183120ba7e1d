import ExpositionWire
import Quantities
import SystemIO
import TraceModel
import TrafficPolicy

/// The page at `/stats/prometheus`: Istio's standard families, then `meshtop_…`, in either text format. Only
/// OpenMetrics has traces as examples of what the buckets of durations count.
struct MetricsExposition {
    private var writer: ExpositionWriter

    static func render(
        _ page: MetricsPage, facts: ProcessFacts, draws: [String: UInt64] = [:],
        format: ExpositionFormat = .prometheus
    ) -> [UInt8] {
        var exposition = MetricsExposition(writer: ExpositionWriter(format: format))
        exposition.requests(page)
        exposition.connections(page.connections)
        exposition.build(facts)
        exposition.events(page)
        exposition.times(page.events)
        exposition.draws(draws)
        exposition.outliers(facts.outliers)
        exposition.breakers(facts.breakers)
        exposition.access(facts.access)
        if let overload = facts.overload { exposition.overload(overload) }
        if facts.redirectionLoops > 0 { exposition.redirection(facts.redirectionLoops) }
        exposition.accessLogs(facts.accessLogs)
        exposition.telemetry(page, facts)
        exposition.discovery(facts)
        exposition.process(facts)
        exposition.writer.finish()
        return exposition.writer.bytes
    }

    /// In OpenMetrics a counter's family is named without the end that its samples have.
    private mutating func family(_ name: String, help: String, type: MetricType) {
        let isCounter = type == .counter && writer.format == .openMetrics && name.hasSuffix("_total")
        writer.family(isCounter ? String(name.dropLast("_total".count)) : name, help: help, type: type)
    }

    private mutating func requests(_ page: MetricsPage) {
        guard !page.labelTexts.isEmpty else { return }
        family("istio_requests_total", help: "Requests, counted when they end.", type: .counter)
        for (row, labels) in page.labelTexts.enumerated() {
            writer.sample("istio_requests_total", labels: labels, Double(page.cells[row * MetricsRow.width]))
        }
        histogram(
            "istio_request_duration_milliseconds", "Time from a request's head to its response's end, in milliseconds.",
            page, at: MetricsRow.durationOffset, examples: page.examples)
        histogram("istio_request_bytes", "Size of request bodies, in bytes.", page, at: MetricsRow.requestBytesOffset)
        histogram(
            "istio_response_bytes", "Size of response bodies, in bytes.", page, at: MetricsRow.responseBytesOffset)
    }

    /// Istio names bytes from the destination's point of view, whichever end tells: what it sent is the answer.
    private mutating func connections(_ page: ConnectionPage) {
        guard !page.labelTexts.isEmpty else { return }
        let families: [(String, String, KeyPath<ConnectionCounts, UInt64>)] = [
            ("istio_tcp_connections_opened_total", "TCP connections opened.", \.opened),
            ("istio_tcp_connections_closed_total", "TCP connections closed.", \.closed),
            ("istio_tcp_sent_bytes_total", "Bytes sent in answer over TCP connections.", \.sent),
            ("istio_tcp_received_bytes_total", "Bytes received over TCP connections.", \.received),
        ]
        for (name, help, count) in families {
            family(name, help: help, type: .counter)
            for (labels, counts) in zip(page.labelTexts, page.counts) {
                writer.sample(name, labels: labels, Double(counts[keyPath: count]))
            }
        }
    }

    private mutating func histogram(
        _ name: String, _ help: String, _ page: MetricsPage, at offset: Int, examples: RequestExamples? = nil
    ) {
        family(name, help: help, type: .histogram)
        for (row, labels) in page.labelTexts.enumerated() {
            let base = row * MetricsRow.width + offset
            let shown = writer.format == .openMetrics ? examples?[row] : nil
            var cumulative: UInt64 = 0
            for bucket in 0..<HistogramBuckets.count {
                cumulative &+= page.cells[base + bucket]
                let bound = (name: "le", value: HistogramBuckets.boundTexts[bucket])
                let example = shown.flatMap { $0[$0.startIndex + bucket] }
                writer.sample(
                    name, suffix: "_bucket", labels: labels, further: bound, Double(cumulative),
                    exemplar: example.map(Self.exemplar))
            }
            let sum = Double(bitPattern: page.cells[base + HistogramBuckets.count])
            writer.sample(name, suffix: "_sum", labels: labels, sum)
            writer.sample(name, suffix: "_count", labels: labels, Double(cumulative))
        }
    }

    private static func exemplar(_ example: RequestExample) -> Exemplar {
        Exemplar(
            labels: [Label(name: "trace_id", value: example.trace.description)], value: example.milliseconds,
            timestampMilliseconds: example.time.nanosecondsSinceEpoch / 1_000_000)
    }

    private mutating func build(_ facts: ProcessFacts) {
        let component = (name: "component", value: "proxy")
        family("istio_build", help: "The running proxy, as Istio names it.", type: .gauge)
        writer.sample("istio_build", labels: [component, (name: "tag", value: facts.version)], 1)
        family("meshtop_build", help: "The running proxy.", type: .gauge)
        writer.sample("meshtop_build", labels: [component, (name: "version", value: facts.version)], 1)
    }

    private mutating func events(_ page: MetricsPage) {
        let events = page.events
        let refused = "meshtop_inbound_refused_total"
        family(refused, help: "Connections that an inbound listener refused, by reason.", type: .counter)
        writer.sample(refused, labels: [(name: "reason", value: "plaintext")], Double(events.refusedPlaintext))
        writer.sample(refused, labels: [(name: "reason", value: "handshake")], Double(events.refusedHandshake))
        single("meshtop_malformed_requests_total", .counter, "Requests that were no HTTP.", events.malformedRequests)
        single("meshtop_upstream_retries_total", .counter, "Attempts after the first.", events.upstreamRetries)
        single(
            "meshtop_upstream_connect_failures_total", .counter, "Upstream connections that could not be made.",
            events.upstreamConnectFailures)
        single(
            "meshtop_mirrored_requests_total", .counter, "Copies of requests for mirrors.", events.mirroredRequests)
        single(
            "meshtop_mirrored_requests_dropped_total", .counter, "Copies of requests that mirrors did not take.",
            events.droppedMirrors)
        single(
            "meshtop_rate_limited_requests_total", .counter, "Requests for which a rate limit had no token.",
            events.rateLimited)
        single("meshtop_active_requests", .gauge, "Requests in flight.", UInt64(clamping: events.activeRequests))
        single(
            "meshtop_active_connections", .gauge, "TCP connections that stand or are being made.",
            UInt64(clamping: events.activeConnections))
        single(
            "meshtop_buffered_bytes", .gauge, "Bytes of TCP connections that were read and wait to be taken.",
            UInt64(clamping: events.bufferedBytes))
    }

    /// Where the time of requests went. What is neither the upstream's nor spent waiting for a connection is the proxy's own,
    /// faults that delay among it.
    private mutating func times(_ events: WorkerEvents) {
        single(
            "meshtop_upstream_attempts_total", .counter, "Requests sent to upstreams, each time that one was.",
            events.upstreamAttempts)
        let time = "meshtop_request_time_seconds_total"
        family(time, help: "Time of all requests together, by what it was spent on.", type: .counter)
        let others = events.upstreamNanoseconds &+ events.queueNanoseconds
        let own = events.requestNanoseconds > others ? events.requestNanoseconds - others : 0
        for (part, value) in [
            ("upstream", events.upstreamNanoseconds), ("queue", events.queueNanoseconds), ("own", own),
        ] {
            writer.sample(time, labels: [(name: "part", value: part)], Double(value) / 1e9)
        }
    }

    /// By which one sees what the weights of a split really gave.
    private mutating func draws(_ draws: [String: UInt64]) {
        guard !draws.isEmpty else { return }
        let drawn = "meshtop_weight_draws_total"
        family(drawn, help: "How often a cluster was drawn among others by its weight.", type: .counter)
        for (cluster, count) in draws.sorted(by: { $0.key < $1.key }) {
            writer.sample(drawn, labels: [(name: "upstream_cluster", value: cluster)], Double(count))
        }
    }

    /// One line a cluster that ejects, and none where nothing is configured. Suppressed ejections are what Istio lacks:
    /// a small cluster whose share allows none looks protected and is not.
    private mutating func outliers(_ reports: [OutlierReport]) {
        guard !reports.isEmpty else { return }
        func labels(_ report: OutlierReport, _ reason: OutlierReason? = nil) -> [(name: String, value: String)] {
            [(name: "upstream_cluster", value: report.cluster)]
                + (reason.map { [(name: "reason", value: $0.rawValue)] } ?? [])
        }
        let detected = "meshtop_outlier_detected_total"
        family(detected, help: "Endpoints that reached a threshold of failures, by reason.", type: .counter)
        for report in reports {
            for reason in OutlierReason.allCases {
                writer.sample(detected, labels: labels(report, reason), Double(report.tally.detected[reason] ?? 0))
            }
        }
        let ejected = "meshtop_outlier_ejections_total"
        family(ejected, help: "Endpoints ejected, by reason.", type: .counter)
        for report in reports {
            for reason in OutlierReason.allCases {
                writer.sample(ejected, labels: labels(report, reason), Double(report.tally.ejected[reason] ?? 0))
            }
        }
        let suppressed = "meshtop_outlier_ejections_suppressed_total"
        family(suppressed, help: "Ejections that max_ejection_percent did not allow.", type: .counter)
        for report in reports { writer.sample(suppressed, labels: labels(report), Double(report.tally.suppressed)) }
        let active = "meshtop_outlier_ejections_active"
        family(active, help: "Endpoints that are ejected now.", type: .gauge)
        for report in reports { writer.sample(active, labels: labels(report), Double(report.active)) }
    }

    private mutating func breakers(_ reports: [BreakerReport]) {
        guard !reports.isEmpty else { return }
        func labels(_ report: BreakerReport, _ resource: String) -> [(name: String, value: String)] {
            [(name: "upstream_cluster", value: report.cluster), (name: "resource", value: resource)]
        }
        let remaining = "meshtop_circuit_breaker_remaining"
        family(remaining, help: "What is left of a cluster's limits, by resource.", type: .gauge)
        for report in reports {
            for entry in report.resources {
                let left = BreakerReport.remaining(limit: entry.limit, count: entry.count)
                writer.sample(remaining, labels: labels(report, entry.resource.envoyName), Double(left))
            }
        }
        let overflow = "meshtop_circuit_breaker_overflow_total"
        family(
            overflow, help: "Connections not made, requests refused and retries not made for a limit.", type: .counter)
        for report in reports {
            writer.sample(overflow, labels: labels(report, "connections"), Double(report.connectionOverflow))
            writer.sample(overflow, labels: labels(report, "requests"), Double(report.requestOverflow))
            writer.sample(overflow, labels: labels(report, "retries"), Double(report.retryOverflow))
        }
    }

    /// One line a policy, and one for each action for what no policy matched.
    private mutating func access(_ reports: [AccessReport]) {
        guard !reports.isEmpty else { return }
        let decisions = "meshtop_authorization_decisions_total"
        family(
            decisions,
            help: "Requests and connections that a policy of access decided about, or would have if it were in force.",
            type: .counter)
        for report in reports { writer.sample(decisions, labels: report.labels, Double(report.total)) }
    }

    private mutating func overload(_ report: OverloadReport) {
        let state = "meshtop_overload_active"
        family(state, help: "1 while too much is to do for that, by what is done against it.", type: .gauge)
        for (level, action) in [
            (OverloadRules.Level.shrinking, "shrink_heap"), (.refusingRequests, "stop_accepting_requests"),
            (.refusingConnections, "stop_accepting_connections"),
        ] {
            writer.sample(state, labels: [(name: "action", value: action)], report.level >= level ? 1 : 0)
        }
        single(
            "meshtop_overload_refused_requests_total", .counter, "Requests refused because memory ran out.",
            report.refusedRequests)
        single(
            "meshtop_downstream_connections", .gauge, "Connections that clients have here.",
            UInt64(clamping: report.connections))
        single(
            "meshtop_downstream_connections_limit", .gauge, "Connections that clients may have here.",
            UInt64(clamping: report.connectionLimit))
        single(
            "meshtop_downstream_connection_waits_total", .counter,
            "How often connections had to wait because there were as many as there may be.", report.connectionWaits)
    }

    private mutating func redirection(_ loops: UInt64) {
        single(
            "meshtop_redirection_loops_total", .counter,
            "Connections closed because they were the proxy's own, or asked for the port of redirection itself.", loops)
    }

    private mutating func accessLogs(_ logs: [(path: String, tally: AppendFile.Tally)]) {
        guard !logs.isEmpty else { return }
        let written = "meshtop_access_log_lines_total"
        family(written, help: "Lines of access logs that were written, by file.", type: .counter)
        for log in logs { writer.sample(written, labels: [(name: "path", value: log.path)], Double(log.tally.written)) }
        let dropped = "meshtop_access_log_dropped_total"
        family(dropped, help: "Lines of access logs that nobody took in time, by file.", type: .counter)
        for log in logs { writer.sample(dropped, labels: [(name: "path", value: log.path)], Double(log.tally.dropped)) }
    }

    private mutating func telemetry(_ page: MetricsPage, _ facts: ProcessFacts) {
        single(
            "meshtop_series_overflow_total", .counter,
            "Requests, and changes of connections, not counted because the table of series is full.",
            page.overflow &+ page.connections.overflow)
        single(
            "meshtop_series", .gauge, "Label sets in the table of series.",
            UInt64(page.labelTexts.count + page.connections.labelTexts.count))
        let dropped = "meshtop_spans_dropped_total"
        family(dropped, help: "Spans that were lost, by where.", type: .counter)
        writer.sample(dropped, labels: [(name: "where", value: "worker")], Double(page.events.spansDropped))
        writer.sample(dropped, labels: [(name: "where", value: "exporter")], Double(facts.spansDropped))
        single("meshtop_spans_exported_total", .counter, "Spans that a receiver took.", facts.spansExported)
    }

    private mutating func discovery(_ facts: ProcessFacts) {
        if let connected = facts.isControlPlaneConnected {
            single("meshtop_discovery_connected", .gauge, "1 while the control plane answers.", connected ? 1 : 0)
            single(
                "meshtop_discovery_refused_total", .counter, "Answers of the control plane that could not be used.",
                facts.discoveryRefused)
        }
        guard !facts.discovery.isEmpty else { return }
        let since = "meshtop_discovery_version_timestamp_seconds"
        family(since, help: "When the version in force came, by type.", type: .gauge)
        for fact in facts.discovery {
            let labels = [(name: "type", value: fact.type), (name: "version", value: fact.version)]
            writer.sample(since, labels: labels, fact.since.secondsSinceEpoch)
        }
    }

    private mutating func process(_ facts: ProcessFacts) {
        if let end = facts.certificateNotAfter {
            let expiry = "meshtop_certificate_expiry_timestamp_seconds"
            family(expiry, help: "When the workload certificate ends.", type: .gauge)
            writer.sample(expiry, end.secondsSinceEpoch)
        }
        if let resident = facts.residentBytes {
            single("process_resident_memory_bytes", .gauge, "Resident memory, in bytes.", resident)
        }
        let start = "process_start_time_seconds"
        family(start, help: "When the process started, in seconds since 1970.", type: .gauge)
        writer.sample(start, facts.startedAt.secondsSinceEpoch)
    }

    private mutating func single(_ name: String, _ type: MetricType, _ help: String, _ value: UInt64) {
        family(name, help: help, type: type)
        writer.sample(name, Double(value))
    }
}
