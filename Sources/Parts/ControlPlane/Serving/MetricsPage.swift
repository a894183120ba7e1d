import Discovery
import ExpositionWire
import MeshConfig
import Quantities
import TLSTransport

/// The control plane's own metrics, under istiod's names where it has the same one.
struct MetricsPage {
    let configuration: LiveConfiguration
    let discovery: DiscoveryDesk
    let certificates: CertificateDesk
    let watches: Int

    static let contentType = ExpositionWriter.contentType

    /// The page in the Prometheus text format.
    func bytes() -> [UInt8] {
        var writer = ExpositionWriter()
        for (name, help, type, value) in numbers {
            writer.family(name, help: help, type: type)
            writer.sample(name, value)
        }
        writer.family("pilot_xds_pushes", help: "Answers that told a proxy something new, by type.", type: .counter)
        for type in ResourceType.allCases {
            writer.sample(
                "pilot_xds_pushes", labels: [("type", type.shortName)], Double(discovery.pushes[type] ?? 0))
        }
        return writer.bytes
    }

    private var numbers: [(name: String, help: String, type: MetricType, value: Double)] {
        let mesh = configuration.mesh
        let connected = discovery.status().count { $0.isConnected }
        let root = certificates.authority.root
        return [
            ("pilot_xds", "Proxies that are connected.", .gauge, Double(connected)),
            ("pilot_services", "Services in the registry.", .gauge, Double(mesh.services.count)),
            ("pilot_virt_services", "VirtualServices in force.", .gauge, Double(mesh.virtualServices.count)),
            (
                "citadel_server_csr_count", "Certificate requests.", .counter,
                Double(certificates.granted + certificates.refused)
            ),
            (
                "citadel_server_success_cert_issuance_count", "Certificate requests that were granted.", .counter,
                Double(certificates.granted)
            ),
            (
                "citadel_server_root_cert_expiry_timestamp", "When the root expires, in seconds since 1970.", .gauge,
                root.notAfter.secondsSinceEpoch
            ),
            (
                "meshtop_control_revision", "Revision of the configuration in force.", .gauge,
                Double(configuration.store.revision.number)
            ),
            ("meshtop_control_workloads", "WorkloadEntries.", .gauge, Double(mesh.workloads.count)),
            ("meshtop_control_watches", "Watch streams that are open.", .gauge, Double(watches)),
            (
                "meshtop_control_configuration_problems", "Errors and warnings about the configuration in force.",
                .gauge, Double(configuration.problems.count)
            ),
        ]
    }
}

extension ResourceType {
    /// xDS' short name of the service: `lds`.
    fileprivate var shortName: String {
        switch self {
        case .listeners: "lds"
        case .routes: "rds"
        case .clusters: "cds"
        case .endpoints: "eds"
        case .secrets: "sds"
        }
    }
}
