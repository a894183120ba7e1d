import JSONWire

extension MeshConfiguration {
    /// The service whose TCP port has this number, for every sidecar: a connection names no host, so that at one number
    /// there is room for one, the oldest. Istio's rule for services without an address of their own.
    package func connectionService(port: UInt16) -> MeshService? {
        connectionServices(port: port).first
    }

    /// All of them, the oldest first.
    private func connectionServices(port: UInt16) -> [MeshService] {
        let keys = objects.sorted { $0.isOlder(than: $1) }.map(\.key)
        let wanted = services.filter { $0.port(port)?.protocol == .tcp }
        guard wanted.count > 1 else { return wanted }
        return wanted.sorted { left, right in
            let places = (keys.firstIndex(of: left.key) ?? 0, keys.firstIndex(of: right.key) ?? 0)
            return (places.0, left.host) < (places.1, right.host)
        }
    }

    /// Services that no client reaches because an older one has their port.
    var connectionProblems: [ConfigProblem] {
        services.flatMap { service in
            service.ports.enumerated().compactMap { index, port -> ConfigProblem? in
                guard port.protocol == .tcp, let owner = connectionService(port: port.number),
                    owner.host != service.host
                else { return nil }
                return ConfigProblem(
                    object: service.key, pointer: JSONPointer(tokens: ["spec", "ports", "\(index)"]),
                    severity: .warning,
                    message: "TCP port \(port.number) belongs to \(owner.host), which is older, and a connection names "
                        + "no host; nobody reaches \(service.host) there. Use another number")
            }
        }
    }
}
