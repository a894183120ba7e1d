import MeshModel
import Quantities
import TerminalUI

/// Explains what is selected: in words why it is well or not, then its numbers, its codes and its neighbours.
enum SelectionPane {
    static func draw(_ model: Model, in pane: Rect, on canvas: inout Canvas) {
        let signs = canvas.signs
        let place = model.geometry.panePlace
        guard let whole = model.mesh else { return }
        // A folded namespace is in the graph only.
        let isWhole = model.selection.map { whole.contains($0) } ?? true
        let mesh = isWhole ? whole : model.graphMesh ?? whole
        if let node = model.selectedNode {
            let title = [Piece("\(signs.health(node.health)) ", Tone(of: node.health)), Piece(node.title, .title)]
            canvas.draw(sections(of: node, in: mesh, model, signs), title: title, in: pane, place: place)
        } else if let edge = model.selectedEdge {
            let name = "\(mesh.title(edge.source)) \(signs.arrow) \(mesh.title(edge.target))"
            let title = [Piece("\(signs.health(edge.health)) ", Tone(of: edge.health)), Piece(name, .title)]
            canvas.draw(sections(of: edge, in: mesh, signs), title: title, in: pane, place: place)
        } else {
            canvas.draw([Section("", [TextLine("nothing is selected", .dim)])], title: [], in: pane, place: place)
        }
    }

    // MARK: A node

    private static func sections(of node: MeshNode, in mesh: MeshIndex, _ model: Model, _ signs: Signs) -> [Section] {
        var facts: [TextLine] = []
        for reason in reasons(node.health, node.inbound, trouble: node.trouble) {
            facts.append(TextLine(reason, Tone(of: node.health)))
        }
        facts.append(TextLine(place(of: node, signs), .dim))
        if let split = mesh.split(to: node), let reading = model.reading(of: split.service),
            let version = reading.versions.first(where: { ($0.version ?? $0.subset) == node.version })
        {
            facts.append(
                TextLine(
                    [Piece("weight ", .dim), Piece(Humane.percent(version.intended), .strong)],
                    right: [Piece("seen ", .dim), Piece(version.observed.map(Humane.percent) ?? signs.absent)]))
        }
        var result: [Section] = []
        if let inbound = node.inbound {
            facts += numbers(of: inbound, node.health, arriving: true)
            result.append(Section("", facts))
            if !inbound.isConnectionsOnly { result.append(latency(of: inbound, signs)) }
        } else {
            if node.outboundRate.value > 0 {
                facts.append(TextLine([Piece("sends ", .dim), Piece(Humane.rate(node.outboundRate), .strong)]))
            }
            result.append(Section("", facts))
        }
        let down = targetsDown(of: node, in: mesh)
        if !down.isEmpty {
            result.append(Section("targets down", down.map { TextLine("\(signs.failure) \($0)", .failure) }))
        }
        var neighbours = [
            neighbourSection("called by", mesh.edges(into: node.id), \.source, in: mesh, signs),
            neighbourSection("calls", mesh.edges(outOf: node.id), \.target, in: mesh, signs),
        ]
        neighbours.removeAll { $0.lines.isEmpty }
        result += neighbours
        if let inbound = node.inbound, !inbound.codes.isEmpty { result.append(codes(of: inbound)) }
        return result
    }

    /// Why something is not well, as short sentences.
    private static func reasons(_ health: Health, _ traffic: TrafficSummary?, trouble: String?) -> [String] {
        var reasons: [String] = []
        if let trouble { reasons.append(trouble) }
        if health >= .degraded, let traffic {
            if let errors = traffic.errors, errors.value > 0 {
                reasons.append("\(Humane.percent(errors)) of requests fail")
            }
            if let errors = traffic.clientErrors, errors.value >= 0.1 {
                reasons.append("\(Humane.percent(errors)) are refused (4xx)")
            }
        }
        return reasons
    }

    /// Where the node is, and what it is where that is not an app.
    private static func place(of node: MeshNode, _ signs: Signs) -> String {
        let kind: String? =
            switch node.kind {
            case .app: node.workload
            case .service: "service"
            case .workload: "workload"
            case .unknown: "callers without identity"
            case .external: "outside the mesh"
            case .operation: "operation of \(node.service ?? "a service")"
            }
        let namespace = node.namespace.isEmpty ? nil : "namespace \(node.namespace)"
        return [namespace, kind].compactMap(\.self).joined(separator: " \(signs.separator) ")
    }

    private static func targetsDown(of node: MeshNode, in mesh: MeshIndex) -> [String] {
        mesh.snapshot.targets.compactMap { target in
            guard case .down(let reason) = target.state, let workload = target.workload else { return nil }
            guard workload.namespace == node.namespace, workload.app == node.app ?? node.service else { return nil }
            guard node.version == nil || workload.version == node.version else { return nil }
            return "\(target.address): \(reason)"
        }
    }

    // MARK: An edge

    private static func sections(of edge: MeshEdge, in mesh: MeshIndex, _ signs: Signs) -> [Section] {
        var facts = reasons(edge.health, edge.traffic, trouble: nil).map { TextLine($0, Tone(of: edge.health)) }
        facts.append(
            TextLine("\(edge.protocol.rawValue) \(signs.separator) seen by \(edge.reporter.rawValue)", .dim))
        facts += numbers(of: edge.traffic, edge.health, arriving: false)
        facts.append(
            TextLine(
                [Piece("mutual TLS", .dim)],
                right: [Piece(edge.mtls.map(Humane.percent) ?? "not known", mtlsTone(edge.mtls))]))
        var result = [Section("", facts), latency(of: edge.traffic, signs)]
        if !edge.traffic.codes.isEmpty { result.append(codes(of: edge.traffic)) }
        let siblings = mesh.edges(outOf: edge.source).filter { mesh.snapshot.edges[$0].target != edge.target }
        result.append(neighbourSection("the source also calls", siblings, \.target, in: mesh, signs))
        return result
    }

    private static func mtlsTone(_ ratio: Ratio?) -> Tone {
        guard let ratio else { return .dim }
        return ratio == .all ? .healthy : .degraded
    }

    // MARK: Numbers

    private static func numbers(of traffic: TrafficSummary, _ health: Health, arriving: Bool) -> [TextLine] {
        if traffic.isConnectionsOnly {
            return [
                TextLine(
                    [Piece(arriving ? "in " : "rate ", .dim), Piece(Humane.rate(traffic.throughput), .strong)],
                    right: [Piece("over TCP", .dim)])
            ]
        }
        let errorTone = Tone.errors(traffic.errors?.value, health)
        return [
            TextLine(
                [Piece(arriving ? "in " : "rate ", .dim), Piece(Field.rate(traffic.rate), .strong)],
                right: [Piece("err ", .dim), Piece(Field.percent(traffic.errors), errorTone)]),
            TextLine(
                [Piece("4xx ", .dim), Piece(Field.percent(traffic.clientErrors))],
                right: [Piece(Humane.rate(traffic.throughput), .dim)]),
        ]
    }

    private static func latency(of traffic: TrafficSummary, _ signs: Signs) -> Section {
        let samples = Field.samples(traffic.samples)
        guard let latency = traffic.latency else {
            return Section("latency", [TextLine("no request was timed", .dim)])
        }
        let beyond = latency.isBeyondLastBucket ? "at least " : ""
        return Section(
            [Piece("latency of ", .dim), Piece(samples, .dim), Piece(" requests", .dim)],
            [
                TextLine([Piece("p50", .dim)], right: [Piece(Field.latency(latency.p50))]),
                TextLine([Piece("p95", .dim)], right: [Piece(Field.latency(latency.p95), .strong)]),
                TextLine([Piece("p99", .dim)], right: [Piece(beyond, .dim), Piece(Field.latency(latency.p99))]),
            ])
    }

    private static func codes(of traffic: TrafficSummary) -> Section {
        let lines = traffic.codes.prefix(8).map { code in
            let isFailure = code.code.hasPrefix("5") || code.code == "-"
            let name = code.code == "-" ? "no response" : code.code
            return TextLine([Piece(name, isFailure ? .degraded : .text)], right: [Piece(Field.rate(code.rate))])
        }
        return Section("response codes", lines)
    }

    private static func neighbourSection(
        _ title: String, _ positions: [Int], _ end: KeyPath<MeshEdge, MeshNode.ID>, in mesh: MeshIndex, _ signs: Signs
    ) -> Section {
        let edges = positions.map { mesh.snapshot.edges[$0] }.sorted {
            ($1.traffic.rate, $0.target) < ($0.traffic.rate, $1.target)
        }
        let lines = edges.map { edge in
            TextLine(
                [
                    Piece("\(signs.health(edge.health)) ", Tone(of: edge.health)),
                    Piece(mesh.shortTitle(edge[keyPath: end])),
                ],
                right: [
                    Piece(Field.rate(edge.traffic.rate)), Piece(" "),
                    Piece(Field.latency(edge.traffic.latency?.p95), .dim),
                ])
        }
        return Section(title, lines)
    }
}
