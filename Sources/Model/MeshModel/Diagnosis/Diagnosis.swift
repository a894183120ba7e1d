/// Why something is missing from the graph, in words: what `meshtop doctor` says.
///
/// Everything is read off one snapshot; nobody is asked.
package struct Diagnosis: Hashable, Sendable {
    /// What a person asked about.
    package enum Question: Hashable, Sendable {
        case mesh
        /// A service, app or workload, with its namespace or without.
        case node(String)
        case edge(source: String, target: String)
    }

    /// Worst first, then in the order in which one would look: targets, window, nodes, edges.
    package let symptoms: [Symptom]

    package var hasProblems: Bool { symptoms.contains { $0.severity == .problem } }

    /// - Parameter wanted: the window that was asked for; a snapshot may know less.
    package init(_ snapshot: MeshSnapshot, about question: Question = .mesh, wanted: Duration) {
        let index = DiagnosisIndex(snapshot)
        let targets = TargetDiagnosis(snapshot, wanted: wanted)
        let traffic = TrafficDiagnosis(snapshot, index)
        var symptoms: [Symptom]
        switch question {
        case .mesh:
            symptoms =
                targets.symptoms(of: snapshot.targets) + targets.windowSymptoms + traffic.symptoms(of: snapshot.edges)
        case .node(let name):
            let found = index.nodes(called: name)
            let ids = Set(found.map(\.id))
            let own = snapshot.targets.filter { index.runs($0, name) }
            symptoms = targets.symptoms(of: own) + targets.windowSymptoms
            symptoms +=
                found.isEmpty
                ? [AbsenceDiagnosis(snapshot, index).symptom(of: name)]
                : traffic.symptoms(of: snapshot.edges.filter { ids.contains($0.source) || ids.contains($0.target) })
        case .edge(let source, let target):
            let sources = Set(index.nodes(called: source).map(\.id))
            let destinations = Set(index.nodes(called: target).map(\.id))
            let between = snapshot.edges.filter { sources.contains($0.source) && destinations.contains($0.target) }
            let own = snapshot.targets.filter { index.runs($0, source) || index.runs($0, target) }
            symptoms = targets.symptoms(of: own) + targets.windowSymptoms
            symptoms +=
                between.isEmpty
                ? AbsenceDiagnosis(snapshot, index).symptoms(from: source, to: target) : traffic.symptoms(of: between)
        }
        let order = Dictionary(symptoms.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        self.symptoms = order.keys.sorted {
            ($1.severity, order[$0] ?? 0) < ($0.severity, order[$1] ?? 0)
        }
    }
}

/// Names and targets of a snapshot, to look up.
struct DiagnosisIndex {
    private let snapshot: MeshSnapshot
    private let titles: [MeshNode.ID: MeshNode]

    init(_ snapshot: MeshSnapshot) {
        self.snapshot = snapshot
        titles = Dictionary(snapshot.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(id: MeshNode.ID) -> MeshNode? { titles[id] }

    func title(_ id: MeshNode.ID) -> String { titles[id]?.title ?? id.text }

    func title(_ edge: MeshEdge) -> String { "\(title(edge.source)) → \(title(edge.target))" }

    func nodes(called name: String) -> [MeshNode] {
        snapshot.nodes.filter { node in
            [node.id.text, node.title].contains(name)
                || [node.service, node.app, node.workload].compactMap(\.self).contains { own in
                    own == name || "\(node.namespace)/\(own)" == name
                }
        }
    }

    /// Whether a target is said to run what a person calls so.
    func runs(_ target: ScrapeTarget, _ name: String) -> Bool {
        guard let workload = target.workload else { return target.address == name }
        return [target.address, workload.app, workload.workload].contains(name)
            || [workload.app, workload.workload].contains { "\(workload.namespace)/\($0)" == name }
            || "\(workload.app) \(workload.version)" == name
    }

    /// The targets that count what a node gets and sends.
    func targets(of node: MeshNode) -> [ScrapeTarget] {
        snapshot.targets.filter { target in
            guard let workload = target.workload, workload.namespace == node.namespace else { return false }
            if let name = node.workload { return workload.workload == name }
            guard let app = node.app ?? node.service, workload.app == app else { return false }
            return node.version == nil || node.version == workload.version
        }
    }
}
