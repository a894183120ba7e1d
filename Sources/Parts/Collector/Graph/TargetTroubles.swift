package import MeshModel

/// The targets that are down, as the graph needs to know them: whose telemetry is missing.
package struct TargetTroubles: Equatable, Sendable {
    private struct Name: Hashable, Sendable {
        var namespace: String
        var workload: String
    }

    private var down: [WorkloadIdentity: [String]] = [:]
    private var silent: Set<Name> = []
    private var targets: [WorkloadIdentity: Int] = [:]

    /// Targets of which nobody knows who runs there are left out.
    package init(_ targets: some Sequence<ScrapeTarget>) {
        for target in targets {
            guard let workload = target.workload else { continue }
            self.targets[workload, default: 0] += 1
            guard case .down(let reason) = target.state else { continue }
            down[workload, default: []].append(reason)
            silent.insert(Name(namespace: workload.namespace, workload: workload.workload))
        }
    }

    package static let none = TargetTroubles([])

    /// Whether a part of anything is missing.
    var hasSilent: Bool { !silent.isEmpty }

    /// Whether a part of what `peer` counts is missing.
    func isSilent(_ peer: Peer) -> Bool {
        !silent.isEmpty && silent.contains(Name(namespace: peer.namespace, workload: peer.workload))
    }

    /// `target down: connection refused`, `1 of 2 targets down: …`; nothing when all that a node stands for is heard.
    func trouble(of node: MeshNode) -> String? {
        guard !down.isEmpty, ![.external, .unknown, .operation].contains(node.kind) else { return nil }
        func isPart(_ workload: WorkloadIdentity) -> Bool {
            guard workload.namespace == node.namespace else { return false }
            if let name = node.workload, workload.workload != name { return false }
            if let app = node.app, workload.app != app { return false }
            if let version = node.version, workload.version != version { return false }
            // A service is known here by the app that stands for it.
            return node.app != nil || node.workload != nil || node.service == workload.app
        }
        let reasons = down.filter { isPart($0.key) }.flatMap(\.value).sorted()
        guard let first = reasons.first else { return nil }
        let all = targets.filter { isPart($0.key) }.reduce(0) { $0 + $1.value }
        return all == 1 ? "target down: \(first)" : "\(reasons.count) of \(all) targets down: \(first)"
    }
}
