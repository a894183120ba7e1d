import JSONWire
import MeshConfig
import MeshModel

/// What there is to scrape, in the form of Prometheus' `http_sd_configs`.
enum TargetList {
    /// Where every proxy answers scrapes.
    private static let port = 15090

    static func json(_ mesh: MeshConfiguration) -> JSONValue {
        .array(
            mesh.workloads.filter(\.hasProxy).map { workload in
                let address = workload.entry.address
                let host = address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]" : address
                return [
                    "targets": [.string("\(host):\(port)")],
                    "labels": [
                        "namespace": .string(workload.namespace), "workload": .string(workload.identity.workload),
                        "app": .string(workload.identity.app), "version": .string(workload.identity.version),
                        "__meta_meshtop_workload_entry": .string(workload.name),
                        "__metrics_path__": "/stats/prometheus",
                    ],
                ]
            })
    }
}
