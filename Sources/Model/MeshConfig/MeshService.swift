package import MeshModel

/// A service with the endpoints that its selector or its own list gives it, by port.
package struct MeshService: Hashable, Sendable {
    package struct Port: Hashable, Sendable {
        package let number: UInt16
        package let name: String
        package let `protocol`: PortProtocol
        /// Sorted by address and port.
        package let endpoints: [MeshEndpoint]
    }

    /// The full host name: `payment-service.payments.svc.cluster.local`, or a ServiceEntry's host as it is.
    package let host: String
    /// `payment-service`; for a ServiceEntry the host.
    package let name: String
    package let namespace: String
    /// The Service or ServiceEntry it comes from.
    package let key: ObjectKey
    /// True when it lies outside the mesh.
    package let isExternal: Bool
    package let ports: [Port]

    package func port(_ number: UInt16) -> Port? { ports.first { $0.number == number } }
}

/// One address of a service.
package struct MeshEndpoint: Hashable, Sendable {
    package let address: String
    package let port: UInt16
    package let labels: [String: String]
    /// Where it runs; empty when that is not said.
    package let locality: LocalityName
    /// The workload there; nothing for an endpoint that only a ServiceEntry lists.
    package let workload: MeshWorkload?
    /// Who must answer there over mutual TLS.
    package let principal: SPIFFEIdentity
}

extension MeshConfiguration {
    /// What a workload's own port speaks: what the services say that lead there, else its name. Services that disagree
    /// are served by the one protocol that fits all, bytes.
    package func `protocol`(of workload: MeshWorkload, port: UInt16) -> PortProtocol {
        let said = Set(
            services.flatMap(\.ports).filter { candidate in
                candidate.endpoints.contains { $0.port == port && $0.workload?.key == workload.key }
            }.map(\.protocol))
        if said.count > 1 { return said.allSatisfy(\.isHTTP) ? .http : .tcp }
        if let only = said.first { return only }
        let names = workload.entry.ports.filter { $0.value == port }.keys.sorted()
        for name in names {
            if case .known(let found) = PortProtocol.selection(ofPortName: name) { return found }
        }
        return .expected(at: port)
    }
}

extension MeshService {
    init(_ object: ConfigObject, _ service: Service, workloads: [MeshWorkload], settings: MeshSettings) {
        key = object.key
        name = object.metadata.name
        namespace = object.metadata.namespace
        host = "\(object.metadata.name).\(object.metadata.namespace).svc.\(settings.domain)"
        isExternal = false
        let selected = workloads.filter {
            $0.namespace == object.metadata.namespace && $0.labels.satisfies(service.selector)
        }
        ports = service.ports.map { port in
            let endpoints = selected.compactMap { workload -> MeshEndpoint? in
                let number: UInt16? =
                    switch port.target {
                    case .number(let number): number
                    case .name(let name): workload.entry.ports[name]
                    case .same: workload.entry.ports[port.name] ?? port.number
                    }
                return number.map {
                    MeshEndpoint(
                        address: workload.entry.address, port: $0, labels: workload.labels,
                        locality: workload.entry.locality, workload: workload,
                        principal: workload.principal)
                }
            }
            return Port(
                number: port.number, name: port.name, protocol: port.protocol, endpoints: endpoints.sorted())
        }
    }

    init(_ object: ConfigObject, _ entry: ServiceEntry, host: String, settings: MeshSettings) {
        key = object.key
        self.host = host
        name = host
        namespace = object.metadata.namespace
        isExternal = entry.location == .external
        ports = entry.ports.map { port in
            let endpoints = entry.endpoints.map {
                MeshEndpoint(
                    address: $0.address, port: $0.ports[port.name] ?? port.targetPort, labels: $0.labels,
                    locality: $0.locality, workload: nil,
                    principal: SPIFFEIdentity(
                        trustDomain: settings.trustDomain, namespace: object.metadata.namespace,
                        serviceAccount: $0.serviceAccount))
            }
            return Port(
                number: port.number, name: port.name, protocol: port.protocol, endpoints: endpoints.sorted())
        }
    }
}

extension MeshEndpoint: Comparable {
    package static func < (left: MeshEndpoint, right: MeshEndpoint) -> Bool {
        (left.address, left.port, left.workload?.name ?? "") < (right.address, right.port, right.workload?.name ?? "")
    }
}
