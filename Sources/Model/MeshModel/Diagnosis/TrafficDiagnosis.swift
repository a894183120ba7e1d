internal import Quantities

/// What is wrong with edges: seen at one end only, by callers without a name, or not arriving.
struct TrafficDiagnosis {
    private let snapshot: MeshSnapshot
    private let index: DiagnosisIndex

    /// The two ends are not read at one moment: less than this of a difference means nothing.
    private static let tolerableLoss = 0.05
    private static let fewRequests = 20.0

    init(_ snapshot: MeshSnapshot, _ index: DiagnosisIndex) {
        self.snapshot = snapshot
        self.index = index
    }

    func symptoms(of edges: [MeshEdge]) -> [Symptom] {
        let busy = edges.filter { !$0.isIdle }
        return silentTargets(busy) + oneSided(busy) + busy.compactMap(loss)
    }

    // MARK: One end only

    /// One symptom for each node that does not count what its peers count, not one for each of its edges.
    private func oneSided(_ edges: [MeshEdge]) -> [Symptom] {
        var silent: [(node: MeshNode, isCaller: Bool)] = []
        var peers: [MeshNode.ID: [String]] = [:]
        for edge in edges {
            let missing = edge.received == nil ? edge.target : edge.sent == nil ? edge.source : nil
            guard let missing, edge.sent != nil || edge.received != nil, let node = index[missing] else { continue }
            if peers[missing] == nil { silent.append((node, missing == edge.source)) }
            peers[missing, default: []].append(index.title(missing == edge.source ? edge.target : edge.source))
        }
        return silent.compactMap { node, isCaller in
            symptom(of: node, isCaller: isCaller, peers: TargetDiagnosis.list((peers[node.id] ?? []).sorted()))
        }
    }

    private func symptom(of node: MeshNode, isCaller: Bool, peers: String) -> Symptom? {
        // A host outside has no proxy of ours, and nobody expects one.
        guard node.kind != .external, !node.marks.contains(.serviceEntry) else { return nil }
        if node.kind == .unknown || node.marks.contains(.inaccessible) {
            guard isCaller else {
                return Symptom(
                    .warning, .sourceOnly, node.title, "\(peers) calls what nobody names: passed through or lost",
                    remedy: "add a ServiceEntry for the host, or correct the name that is called")
            }
            return Symptom(
                .note, .unknownCallers, node.title,
                "\(peers) gets requests of callers that show no identity",
                remedy:
                    "they come from outside the mesh, or in plaintext: give the callers a sidecar, or let them in by a "
                    + "gateway")
        }
        let targets = index.targets(of: node)
        let kind: Symptom.Kind = isCaller ? .destinationOnly : .sourceOnly
        let seen =
            isCaller ? "its calls to \(peers) are seen at the other end only" : "only \(peers) counts what it gets"
        if let down = targets.first(where: { if case .down = $0.state { true } else { false } }) {
            return Symptom(
                .warning, kind, node.title, "\(seen): its target \(down.address) is down",
                remedy: "latencies and failures are the other end's until it answers")
        }
        if targets.isEmpty {
            return Symptom(
                .warning, kind, node.title, "\(seen): none of its proxies is scraped",
                remedy:
                    "it has no sidecar, or its sidecar is not among the targets: inject one, or name it with --target")
        }
        return Symptom(
            .warning, kind, node.title, "\(seen), although its proxy answers",
            remedy: isCaller
                ? "the calls leave past its proxy: an excluded port, host network, or an application that does not use it"
                : "the requests reach it past its proxy: an excluded port, host network, or a protocol that it passes on"
        )
    }

    /// Proxies that are scraped and count nothing at all.
    private func silentTargets(_ edges: [MeshEdge]) -> [Symptom] {
        guard !edges.isEmpty else { return [] }
        var heard: Set<MeshNode.ID> = []
        for edge in edges {
            if edge.sent != nil { heard.insert(edge.source) }
            if edge.received != nil { heard.insert(edge.target) }
        }
        let known = Set(
            snapshot.nodes.filter { heard.contains($0.id) }.flatMap { index.targets(of: $0) }.map(\.address))
        let quiet = snapshot.targets.filter { target in
            target.state == .up && target.workload != nil && target.series > 0 && !known.contains(target.address)
        }
        guard edges.count == snapshot.edges.count(where: { !$0.isIdle }), !quiet.isEmpty else { return [] }
        return [
            Symptom(
                .note, .targetSilent, TargetDiagnosis.list(quiet.map(\.address)),
                "answers, but counted no request in the window",
                remedy: "nobody calls it and it calls nobody; to see it all the same: --window 5m")
        ]
    }

    // MARK: Sent, not received

    private func loss(_ edge: MeshEdge) -> Symptom? {
        guard let lost = edge.lost, lost.value > Self.tolerableLoss, let sent = edge.sent,
            sent.samples * lost.value >= Self.fewRequests
        else { return nil }
        return Symptom(
            .warning, .lostRequests, index.title(edge),
            "\(Humane.percent(lost)) of \(Humane.whole(sent.samples)) requests were sent and not received",
            remedy: sent.neverArrived > 0
                ? "the source knows of \(Humane.whole(sent.neverArrived)) that reached nobody: look at its response flags"
                : "a replica of the target is not scraped, or something between answers in its place")
    }
}
