import MeshModel

/// What is missing where a list has nothing to show, and what to give.
enum SightSentence {
    static func empty(_ list: SightList, _ model: Model) -> String {
        switch list {
        case .controlPlanes: return control(model) ?? "no control plane answered"
        case .proxies: return control(model) ?? "no proxy has asked this control plane for its configuration yet"
        case .certificates:
            if let sentence = control(model) { return sentence }
            return tells(model, \.certificates)
                ? "no certificate has been issued yet"
                : "this control plane does not tell which certificates it issued; meshtop-control does"
        case .policies:
            if let sentence = control(model) { return sentence }
            return tells(model, \.policies)
                ? "no workload is known yet: apply WorkloadEntries"
                : "this control plane does not tell what workloads want of their callers; meshtop-control does"
        case .targets: return EmptyScreen.sentence(model)
        case .cost: return "measuring: this needs two looks"
        case .log: return "nothing has been said yet"
        case .identities:
            return noTraffic(model) ?? "nobody says who it is: metrics need source_principal and destination_principal"
        case .services, .edges, .namespaces: return noTraffic(model) ?? "nothing to tell yet"
        case .movers:
            if let sentence = noTraffic(model) { return sentence }
            let window = model.mesh.map { Field.age($0.snapshot.window) } ?? "a window"
            return model.movers.before(model.mesh?.snapshot ?? MeshSnapshot(time: model.now, window: .zero)) == nil
                ? "compared with the \(window) before, as soon as there are two windows"
                : "nothing moved by a third against the \(window) before"
        case .events: return "nothing has changed since \(model.source) was opened"
        }
    }

    /// Why nothing is known of control planes; nothing when one has answered.
    private static func control(_ model: Model) -> String? {
        if model.isRecording { return "a recording does not hold what the control plane said; open the mesh itself" }
        guard let reports = model.control.reports else { return "asking the control plane" }
        guard !reports.isEmpty else {
            return "no control plane is named: give one with --control ADDRESS, or a context that has one"
        }
        guard reports.allSatisfy({ $0.answered == nil }), let first = reports.first else { return nil }
        return "\(first.address) does not answer: \(first.trouble ?? "no reason known"); start meshtop-control there, "
            + "or give another one with --control"
    }

    private static func tells<Part>(_ model: Model, _ part: KeyPath<ControlPlaneReport, [Part]?>) -> Bool {
        (model.control.reports ?? []).contains { $0[keyPath: part] != nil }
    }

    private static func noTraffic(_ model: Model) -> String? {
        guard let mesh = model.mesh, !mesh.snapshot.edges.isEmpty || !mesh.snapshot.nodes.isEmpty else {
            return EmptyScreen.sentence(model)
        }
        return nil
    }
}
