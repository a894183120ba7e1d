import MeshModel

/// Where in the graph a workload is, by what targets and proxies call it.
struct WorkloadPlaces {
    private struct Name: Hashable {
        let namespace: String
        let name: String
        let version: String?
    }

    private var places: [Name: MeshNode.ID] = [:]
    private var hosts: [String: MeshNode.ID] = [:]

    init(_ mesh: MeshIndex?) {
        guard let mesh else { return }
        for node in mesh.snapshot.nodes where node.kind == .app || node.kind == .workload || node.kind == .service {
            if let workload = node.workload {
                places[Name(namespace: node.namespace, name: workload, version: nil)] = node.id
            }
            guard let app = node.app ?? node.service else { continue }
            places[Name(namespace: node.namespace, name: app, version: node.version ?? "")] = node.id
        }
        for target in mesh.snapshot.targets {
            guard let workload = target.workload, let id = place(of: workload) else { continue }
            hosts[Self.host(target.address)] = id
        }
    }

    func place(of workload: WorkloadIdentity) -> MeshNode.ID? {
        places[Name(namespace: workload.namespace, name: workload.workload, version: nil)]
            ?? places[Name(namespace: workload.namespace, name: workload.app, version: workload.version)]
            ?? places[Name(namespace: workload.namespace, name: workload.app, version: "")]
    }

    func place(of proxy: ProxyReport) -> MeshNode.ID? {
        if let id = hosts[proxy.address] { return id }
        return place(named: String(proxy.name.split(separator: ".").first ?? ""), in: proxy.namespace)
    }

    func place(named name: String, in namespace: String) -> MeshNode.ID? {
        places[Name(namespace: namespace, name: name, version: nil)]
    }

    /// `127.0.1.7` of `127.0.1.7:15090`.
    private static func host(_ address: String) -> String {
        address.lastIndex(of: ":").map { String(address[..<$0]) } ?? address
    }
}
