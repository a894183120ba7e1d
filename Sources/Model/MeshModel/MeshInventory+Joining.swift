extension MeshInventory {
    /// What several tell of one mesh, each of a part of it: an API of its objects, a cluster of its pods.
    ///
    /// A workload that several know is there once: its instances are added up, what one does not know of it the next may,
    /// and of a label the first counts. The whole is complete when each is, of the part that is its own.
    package static func joined(_ parts: [MeshInventory]) -> MeshInventory {
        guard parts.count > 1 else { return parts.first ?? .none }
        var whole = MeshInventory(isComplete: true)
        var numbers: [Workload.Key: Int] = [:]
        for part in parts {
            for workload in part.workloads {
                if let number = numbers[workload.key] {
                    whole.workloads[number].complete(by: workload)
                } else {
                    numbers[workload.key] = whole.workloads.count
                    whole.workloads.append(workload)
                }
            }
            whole.services += part.services
            whole.serviceEntries += part.serviceEntries
            whole.gateways += part.gateways
            whole.isComplete = whole.isComplete && part.isComplete
        }
        whole.services = Set(whole.services).sorted()
        whole.serviceEntries = whole.serviceEntries.onlyOnce()
        whole.gateways = whole.gateways.onlyOnce()
        return whole
    }
}

extension [MeshInventory.ServiceEntry] {
    fileprivate func onlyOnce() -> Self {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension [MeshInventory.Gateway] {
    fileprivate func onlyOnce() -> Self {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension MeshInventory.Workload {
    /// By which two who speak of a workload mean the same.
    fileprivate struct Key: Hashable {
        var namespace: String
        var workload: String
        var app: String
        var version: String
        var cluster: String
    }

    fileprivate var key: Key {
        Key(
            namespace: identity.namespace, workload: identity.workload, app: identity.app, version: identity.version,
            cluster: identity.cluster)
    }

    fileprivate mutating func complete(by other: MeshInventory.Workload) {
        identity.principal = identity.principal ?? other.identity.principal
        if let more = other.pods {
            let (sum, isTooLarge) = (pods ?? 0).addingReportingOverflow(more)
            pods = isTooLarge ? Int.max : sum
        }
        // One instance without a proxy is what somebody must know.
        if hasProxy == nil || other.hasProxy == false { hasProxy = other.hasProxy ?? hasProxy }
        labels.merge(other.labels) { known, _ in known }
    }
}
