import Discovery
import JSONWire
import Quantities
import TrafficPolicy

/// The admin pages' contents, from plain values. Shapes and names are Envoy's, so that its tools read them.
enum AdminPages {
    static let help = """
        admin commands are:
          /certs: the workload certificate and the roots (JSON)
          /clusters: upstream clusters and their endpoints (?format=json)
          /config_dump: the configuration in force (JSON)
          /drain_listeners (POST): stop accepting, let requests finish
          /healthcheck/fail, /healthcheck/ok (POST): not ready, whatever else; and ready again
          /listeners: listener addresses (?format=json)
          /logging (POST): the least level of log lines (?level=debug)
          /quitquitquit (POST): drain, then exit
          /ready: 200 LIVE once requests can be carried
          /reopen_logs (POST): open the files of access logs anew
          /server_info: version, state, uptime, node (JSON)
          /stats: counts under Envoy's names (?filter=REGEX, ?usedonly, ?format=json)
          /stats/prometheus: metrics in the Prometheus text format

        """

    /// `/config_dump`. Secrets appear by name only.
    static func configDump(_ resources: ResourceSet) -> JSONValue {
        func type(_ name: String) -> JSONValue { .string("type.googleapis.com/envoy.admin.v3.\(name)") }
        func version(_ type: ResourceType) -> JSONValue { .string(resources.versions[type] ?? "") }
        return [
            "configs": [
                [
                    "@type": type("ClustersConfigDump"), "version_info": version(.clusters),
                    "dynamic_active_clusters": .array(
                        resources.clusters.map { ["version_info": version(.clusters), "cluster": $0.resource] }),
                ],
                [
                    "@type": type("EndpointsConfigDump"),
                    "dynamic_endpoint_configs": .array(
                        resources.endpoints.map {
                            ["version_info": version(.endpoints), "endpoint_config": $0.resource]
                        }),
                ],
                [
                    "@type": type("ListenersConfigDump"), "version_info": version(.listeners),
                    "dynamic_listeners": .array(
                        resources.listeners.map {
                            [
                                "name": .string($0.name),
                                "active_state": ["version_info": version(.listeners), "listener": $0.resource],
                            ]
                        }),
                ],
                [
                    "@type": type("RoutesConfigDump"),
                    "dynamic_route_configs": .array(
                        resources.routes.map { ["version_info": version(.routes), "route_config": $0.resource] }),
                ],
                [
                    "@type": type("SecretsConfigDump"),
                    "static_secrets": .array(resources.secrets.map { ["name": .string($0.name)] }),
                ],
            ]
        ]
    }

    /// `/clusters` as lines of `cluster::address::name::value`.
    static func clusters(_ reports: [EndpointReport], outliers: [OutlierReport] = [], breakers: [BreakerReport] = [])
        -> String
    {
        breakers.map(lines).joined()
            + outliers.map { report in
                let prefix = "\(report.cluster)::outlier::"
                return [
                    "ejections_active::\(report.active)",
                    "ejections_enforced_total::\(report.tally.ejected.values.reduce(0, &+))",
                    "ejections_overflow::\(report.tally.suppressed)",
                ].map { prefix + $0 + "\n" }.joined()
            }.joined()
            + reports.map { report in
                let prefix = "\(report.cluster)::\(report.address)::"
                return [
                    "cx_active::\(report.activeConnections)", "rq_active::\(report.activeRequests)",
                    "rq_total::\(report.totalRequests)",
                    "rq_error::\(report.failedRequests)", "cx_connect_fail::\(report.connectFailures)",
                    "health_flags::\(report.healthFlags)",
                ].map { prefix + $0 + "\n" }.joined()
            }.joined()
    }

    /// `/clusters?format=json`.
    static func clustersJSON(_ reports: [EndpointReport], breakers: [BreakerReport] = []) -> JSONValue {
        let limits = Dictionary(breakers.map { ($0.cluster, $0) }, uniquingKeysWith: { $1 })
        var order: [String] = []
        var hosts: [String: [JSONValue]] = [:]
        for report in reports {
            if hosts[report.cluster] == nil { order.append(report.cluster) }
            func stat(_ name: String, _ value: UInt64, type: String? = nil) -> JSONValue {
                var object: JSONObject = ["name": .string(name), "value": .string(String(value))]
                if let type { object["type"] = .string(type) }
                return .object(object)
            }
            hosts[report.cluster, default: []].append([
                "address": ["text": .string(report.address)],
                "stats": [
                    stat("cx_active", UInt64(clamping: report.activeConnections), type: "GAUGE"),
                    stat("rq_active", UInt64(clamping: report.activeRequests), type: "GAUGE"),
                    stat("rq_total", report.totalRequests), stat("rq_error", report.failedRequests),
                    stat("cx_connect_fail", report.connectFailures),
                ],
                "health_status": [
                    "eds_health_status": "HEALTHY", "failed_outlier_check": .bool(report.isEjected),
                    "failed_recently": .bool(!report.isPreferred),
                ],
            ])
        }
        return [
            "cluster_statuses": .array(
                order.map { name in
                    var status: JSONObject = ["name": .string(name)]
                    status["circuit_breakers"] = limits[name].map { ["thresholds": [Self.threshold($0)]] }
                    status["host_statuses"] = .array(hosts[name] ?? [])
                    return .object(status)
                })
        ]
    }

    /// Envoy's `Thresholds`, and what is left of each.
    private static func threshold(_ report: BreakerReport) -> JSONValue {
        var threshold: JSONObject = ["priority": "DEFAULT"]
        for entry in report.resources {
            threshold["max_\(entry.resource.envoyName)"] = .integer(Int64(entry.limit))
        }
        for entry in report.resources {
            threshold["remaining_\(entry.resource.envoyName)"] = .integer(
                Int64(BreakerReport.remaining(limit: entry.limit, count: entry.count)))
        }
        return .object(threshold)
    }

    private static func lines(_ report: BreakerReport) -> String {
        report.resources.map { entry in
            let prefix = "\(report.cluster)::default_priority::"
            let left = BreakerReport.remaining(limit: entry.limit, count: entry.count)
            return "\(prefix)max_\(entry.resource.envoyName)::\(entry.limit)\n"
                + "\(prefix)remaining_\(entry.resource.envoyName)::\(left)\n"
        }.joined()
    }

    /// `/listeners` as lines of `name::address`.
    static func listeners(_ listeners: [(name: String, address: String)]) -> String {
        listeners.map { "\($0.name)::\($0.address)\n" }.joined()
    }

    static func listenersJSON(_ listeners: [(name: String, address: String)]) -> JSONValue {
        [
            "listener_statuses": .array(
                listeners.map { ["name": .string($0.name), "local_address": .string($0.address)] })
        ]
    }

    /// `/server_info`.
    static func serverInfo(
        version: String, isReady: Bool, isDraining: Bool, uptime: Duration, node: Node, concurrency: Int,
        overload: OverloadReport
    ) -> JSONValue {
        let state = isDraining ? "DRAINING" : (isReady ? "LIVE" : "INITIALIZING")
        return [
            "version": .string("meshtop-proxy/\(version)"),
            "state": .string(state),
            "uptime_current_epoch": .string("\(Int64(uptime.inSeconds))s"),
            "command_line_options": ["concurrency": .integer(Int64(concurrency))],
            "node": node.json,
            "limits": limits(overload),
        ]
    }

    /// Every bound by its name: those of all proxies, and those of this one.
    private static func limits(_ overload: OverloadReport) -> JSONValue {
        var limits = ProxyLimit.all.map { ($0.name, JSONValue.integer(Int64($0.value))) }
        limits.append(("connections", .integer(Int64(overload.connectionLimit))))
        limits.append(("memory_bytes", overload.memoryLimit.map { .integer(Int64(clamping: $0)) } ?? .null))
        return .object(JSONObject(limits))
    }
}

extension EndpointReport {
    /// As Envoy words them: `healthy`, or every reason against it.
    fileprivate var healthFlags: String {
        let flags = (isEjected ? "/failed_outlier_check" : "") + (isPreferred ? "" : "/failed_recently")
        return flags.isEmpty ? "healthy" : flags
    }
}
