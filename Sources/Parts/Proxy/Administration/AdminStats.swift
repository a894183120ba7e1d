import JSONWire
import Patterns
import TrafficPolicy

/// `/stats`: what the proxy counts, under the names that Envoy has for it, for tools that read those. The metrics of
/// `/stats/prometheus` say more.
struct AdminStats {
    /// By name, sorted.
    let values: [(name: String, value: Int64)]

    init(_ reports: [WorkerReport], endpoints: [EndpointReport], facts: ProcessFacts, isLive: Bool, workers: Int) {
        var values: [String: Int64] = [
            "server.live": isLive ? 1 : 0, "server.concurrency": Int64(workers),
            "listener_manager.total_listeners_active": Int64(Set(reports.flatMap(\.listeners).map(\.name)).count),
            "cluster_manager.active_clusters": Int64(Set(endpoints.map(\.cluster)).count),
        ]
        if let resident = facts.residentBytes { values["server.memory_physical_size"] = Int64(clamping: resident) }
        if let overload = facts.overload {
            values["server.total_connections"] = Int64(overload.connections)
        }
        for report in reports {
            values["http.downstream_rq_active", default: 0] += report.page.events.activeRequests
            values["tcp.downstream_cx_active", default: 0] += report.page.events.activeConnections
        }
        for endpoint in endpoints {
            let prefix = "cluster.\(endpoint.cluster)."
            values[prefix + "membership_total", default: 0] += 1
            values[prefix + "membership_healthy", default: 0] += endpoint.isEjected ? 0 : 1
            values[prefix + "upstream_cx_active", default: 0] += Int64(endpoint.activeConnections)
            values[prefix + "upstream_cx_connect_fail", default: 0] += Int64(clamping: endpoint.connectFailures)
            values[prefix + "upstream_rq_active", default: 0] += Int64(endpoint.activeRequests)
            values[prefix + "upstream_rq_total", default: 0] += Int64(clamping: endpoint.totalRequests)
        }
        for report in facts.outliers {
            let prefix = "cluster.\(report.cluster).outlier_detection."
            values[prefix + "ejections_active"] = Int64(report.active)
            values[prefix + "ejections_enforced_total"] = Int64(
                clamping: report.tally.ejected.values.reduce(0, &+))
            values[prefix + "ejections_overflow"] = Int64(clamping: report.tally.suppressed)
        }
        for report in facts.breakers {
            for entry in report.resources {
                let left = BreakerReport.remaining(limit: entry.limit, count: entry.count)
                let name = "circuit_breakers.default.remaining_\(entry.resource.envoyName)"
                values["cluster.\(report.cluster).\(name)"] = Int64(clamping: left)
            }
        }
        self.values = values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// Those whose name matches somewhere, and, where asked for, have counted anything.
    func page(matching filter: Pattern?, usedOnly: Bool) -> [(name: String, value: Int64)] {
        values.filter { entry in
            (filter?.isFound(in: entry.name) ?? true) && (!usedOnly || entry.value != 0)
        }
    }

    static func text(_ values: [(name: String, value: Int64)]) -> String {
        values.map { "\($0.name): \($0.value)\n" }.joined()
    }

    static func json(_ values: [(name: String, value: Int64)]) -> JSONValue {
        ["stats": .array(values.map { ["name": .string($0.name), "value": .integer($0.value)] })]
    }
}
