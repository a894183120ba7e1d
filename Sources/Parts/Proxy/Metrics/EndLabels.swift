/// The labels that say from where to where something went; all of Istio's metrics have them.
struct EndLabels {
    let labels: [(name: String, value: String)]
    let securityPolicy: String

    /// - Parameter local: the workload that this proxy stands beside; the peer is the other end.
    init(reporter: Reporter, isSecure: Bool, local: WorkloadLabels, peer: WorkloadLabels, service: ServiceLabels) {
        let own = isSecure ? local : local.withPrincipal(WorkloadLabels.unknownText)
        let (source, destination) = reporter == .source ? (own, peer) : (peer, own)
        securityPolicy =
            switch (reporter, isSecure) {
            // The source cannot vouch for what arrives; Istio leaves it to the destination to say.
            case (.source, _): WorkloadLabels.unknownText
            case (.destination, true): "mutual_tls"
            case (.destination, false): "none"
            }
        labels = [
            ("reporter", reporter == .source ? "source" : "destination"),
            ("source_workload", source.workload),
            ("source_canonical_service", source.app),
            ("source_canonical_revision", source.version),
            ("source_workload_namespace", source.namespace),
            ("source_principal", source.principal),
            ("source_app", source.app),
            ("source_version", source.version),
            ("source_cluster", source.cluster),
            ("destination_workload", destination.workload),
            ("destination_workload_namespace", destination.namespace),
            ("destination_principal", destination.principal),
            ("destination_app", destination.app),
            ("destination_version", destination.version),
            ("destination_service", service.host),
            ("destination_canonical_service", destination.app),
            ("destination_canonical_revision", destination.version),
            ("destination_service_name", service.name),
            ("destination_service_namespace", service.namespace),
            ("destination_cluster", destination.cluster),
        ]
    }
}
