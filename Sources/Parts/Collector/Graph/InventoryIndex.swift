import MeshModel

/// Finds the workloads that a node stands for.
struct InventoryIndex {
    private var byWorkload: [ServiceName: [MeshInventory.Workload]] = [:]
    private var byApp: [ServiceName: [MeshInventory.Workload]] = [:]
    private var services: Set<ServiceName> = []

    init(_ inventory: MeshInventory) {
        for workload in inventory.workloads {
            let identity = workload.identity
            byWorkload[ServiceName(namespace: identity.namespace, name: identity.workload), default: []]
                .append(workload)
            byApp[ServiceName(namespace: identity.namespace, name: identity.app), default: []].append(workload)
        }
        services = Set(inventory.services)
    }

    /// None for what is outside the mesh. A service is known here by the app that stands for it.
    func workloads(behind node: MeshNode) -> [MeshInventory.Workload] {
        switch node.kind {
        case .unknown, .external, .operation: return []
        case .service: return byApp[ServiceName(namespace: node.namespace, name: node.service ?? "")] ?? []
        case .app, .workload:
            if let workload = node.workload {
                return byWorkload[ServiceName(namespace: node.namespace, name: workload)] ?? []
            }
            let all = byApp[ServiceName(namespace: node.namespace, name: node.app ?? "")] ?? []
            return node.version == nil ? all : all.filter { $0.identity.version == node.version }
        }
    }

    func has(_ node: MeshNode) -> Bool {
        if node.kind == .service {
            return services.contains(ServiceName(namespace: node.namespace, name: node.service ?? ""))
        }
        return !workloads(behind: node).isEmpty
    }
}
