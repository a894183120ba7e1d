extension MeshConfiguration {
    /// What a workload's port wants of its callers: the policy of the port, else of the workload, else of the namespace,
    /// else of the mesh, else `PERMISSIVE`. Never `unset`.
    ///
    /// Of several policies at one level the oldest counts.
    package func mutualTLSMode(of workload: MeshWorkload, port: UInt16) -> PeerAuthentication.Mode {
        mutualTLS(of: workload, port: port).mode
    }

    /// The mode of a workload's port and the policy that says so; of the default none does.
    package func mutualTLS(
        of workload: MeshWorkload, port: UInt16
    ) -> (mode: PeerAuthentication.Mode, policy: ObjectKey?) {
        var levels: [(mode: PeerAuthentication.Mode, policy: ObjectKey?)] = []
        if let own = policies(in: workload.namespace, for: workload).first {
            levels.append((own.spec.portModes[port] ?? .unset, own.key))
            levels.append((own.spec.mode, own.key))
        }
        for namespace in [workload.namespace, settings.rootNamespace] {
            if let policy = policies(in: namespace, for: nil).first { levels.append((policy.spec.mode, policy.key)) }
        }
        return levels.first { $0.mode != .unset } ?? (.permissive, nil)
    }

    /// The policies of a namespace that select the workload, or those without a selector, oldest first.
    private func policies(in namespace: String, for workload: MeshWorkload?) -> [Item<PeerAuthentication>] {
        peerAuthentications
            .filter { policy in
                guard policy.namespace == namespace else { return false }
                guard let workload else { return policy.spec.selector == nil }
                return policy.spec.selector.map { workload.labels.satisfies($0) } ?? false
            }
            .sorted { $0.object.isOlder(than: $1.object) }
    }

    /// Whether callers reach the endpoint over mutual TLS: a proxy stands before it and its port does not refuse TLS.
    package func speaksMutualTLS(_ endpoint: MeshEndpoint) -> Bool {
        guard let workload = endpoint.workload else {
            return endpoint.labels["security.istio.io/tlsMode"] == "istio"
        }
        guard workload.hasProxy, !workload.isGateway else { return false }
        return mutualTLSMode(of: workload, port: endpoint.port) != .disable
    }
}
