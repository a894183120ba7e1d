internal import MeshModel

extension Pod {
    /// What runs, each workload with how many of its pods do and whether a proxy stands beside every one of them.
    static func workloads(of pods: [Pod]) -> [MeshInventory.Workload] {
        var workloads: [WorkloadIdentity: MeshInventory.Workload] = [:]
        for pod in pods {
            let identity = WorkloadIdentity(
                namespace: pod.id.namespace, workload: pod.workload, app: pod.app, version: pod.version)
            var workload =
                workloads[identity] ?? MeshInventory.Workload(identity, pods: 0, hasProxy: true, labels: pod.labels)
            if pod.isRunning { workload.pods = (workload.pods ?? 0) + 1 }
            if !pod.hasProxy { workload.hasProxy = false }
            workloads[identity] = workload
        }
        return workloads.values.sorted {
            ($0.identity.namespace, $0.identity.workload, $0.identity.version)
                < ($1.identity.namespace, $1.identity.workload, $1.identity.version)
        }
    }

    private var hasProxy: Bool {
        containers.contains { ["istio-proxy", "linkerd-proxy", "consul-dataplane"].contains($0.name) }
    }
}
