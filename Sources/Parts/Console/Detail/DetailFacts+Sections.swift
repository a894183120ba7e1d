import MeshModel
import Quantities
import TerminalUI
import TraceModel

// The lists below the charts.
extension DetailFacts {
    /// Neighbours and traces that a page lists; more are counted.
    private static let maximumRows = 12
    private static let maximumTraces = 8

    func sections(width: Int) -> [Section] {
        if let edge {
            return [ends(edge, width), bothSides(edge), codes(width), identities(edge), configuration, traces(width)]
        }
        return [
            neighbours("called by", arriving, \.source, width), neighbours("calls", leaving, \.target, width),
            codes(width), versions(width),
            places, configuration, traces(width),
        ]
    }

    private var ids: Set<MeshNode.ID> { Set(members.map(\.id)) }

    var arriving: [MeshEdge] {
        let ids = ids
        return members.flatMap { mesh.edges(into: $0.id) }.map { mesh.snapshot.edges[$0] }
            .filter { !ids.contains($0.source) || members.count == 1 }
    }

    private var leaving: [MeshEdge] {
        let ids = ids
        return members.flatMap { mesh.edges(outOf: $0.id) }.map { mesh.snapshot.edges[$0] }
            .filter { !ids.contains($0.target) || members.count == 1 }
    }

    private func neighbours(
        _ title: String, _ edges: [MeshEdge], _ end: KeyPath<MeshEdge, MeshNode.ID>, _ width: Int
    ) -> Section {
        // Several versions may call the same neighbour.
        let groups = Dictionary(grouping: edges, by: { $0[keyPath: end] })
        let rows = groups.map { id, edges in
            (
                id: id, health: edges.map(\.health).max() ?? .unknown,
                traffic: TrafficSummary.joined(edges.map(\.traffic))
            )
        }.sorted { ($1.traffic?.rate ?? .zero, $0.id) < ($0.traffic?.rate ?? .zero, $1.id) }
        var lines = rows.prefix(DetailFacts.maximumRows).map { row in
            DetailPage.Line(line(row.id, row.health, row.traffic, width), .subject(.node(row.id)))
        }
        if rows.count > lines.count { lines.append(.init(TextLine("+ \(rows.count - lines.count) more", .dim))) }
        return Section(title, note: rows.isEmpty ? "" : "rate    5xx    p95", lines)
    }

    private func line(_ id: MeshNode.ID, _ health: Health, _ traffic: TrafficSummary?, _ width: Int) -> TextLine {
        let title = mesh.title(id)
        // Where a long name would be cut, the version is what tells two of them apart.
        let name = title.count + 24 > width ? mesh.shortTitle(id) : title
        return TextLine(
            [Piece("\(signs.health(health)) ", Tone(of: health)), Piece(name)],
            right: [
                Piece(Field.rate(traffic?.rate)),
                Piece(" " + Field.percent(traffic?.errors), .errors(traffic?.errors?.value, health)),
                Piece(" " + Field.latency(traffic?.latency?.p95), .dim),
            ])
    }

    private func ends(_ edge: MeshEdge, _ width: Int) -> Section {
        let lines = [("from", edge.source), ("to", edge.target)].map { word, id in
            let node = mesh.node(id)
            let health = node?.health ?? .unknown
            return DetailPage.Line(
                TextLine(
                    [
                        Piece(Field.left(word, 5), .dim), Piece("\(signs.health(health)) ", Tone(of: health)),
                        Piece(mesh.title(id)),
                    ], right: [Piece(Field.rate(node?.inbound?.rate ?? node?.outboundRate), .dim)]),
                .subject(.node(id)))
        }
        return Section("ends", lines)
    }

    /// What each end counted, side by side: what differs is the network, the proxies, or requests that got lost.
    private func bothSides(_ edge: MeshEdge) -> Section {
        guard edge.sent != nil || edge.received != nil else {
            return Section("both ends", [.init(TextLine("no end tells what it counted by itself", .dim))])
        }
        func row(_ name: String, _ value: (ReportedTraffic) -> String) -> DetailPage.Line {
            let ends = [edge.sent, edge.received].map { Field.right($0.map(value) ?? signs.absent, 9) }
            return .init(TextLine([Piece(name, .dim)], right: [Piece(ends[0]), Piece(ends[1])]))
        }
        var lines = [
            row("rate") { Humane.rate($0.rate) }, row("failing") { $0.errors.map(Humane.percent) ?? signs.absent },
            row("p50") { $0.latency.map { Humane.milliseconds($0.p50) } ?? signs.absent },
            row("p95") { $0.latency.map { Humane.milliseconds($0.p95) } ?? signs.absent },
            row("p99") { $0.latency.map { Humane.milliseconds($0.p99) } ?? signs.absent },
        ]
        func fact(_ name: String, _ value: String?, _ tone: Tone = .text) {
            if let value { lines.append(.init(TextLine([Piece(name, .dim)], right: [Piece(value, tone)]))) }
        }
        fact(
            "network and proxies",
            edge.networkP95.map {
                "\(Humane.milliseconds($0)) \(edge.networkShare.map { "(\(Humane.percent($0)))" } ?? "")"
            })
        fact("tries for each request", edge.attemptsPerRequest.map { Humane.fixed($0, decimals: 2) })
        fact("lost on the way", edge.lost.map(Humane.percent), (edge.lost?.value ?? 0) > 0.01 ? .degraded : .text)
        return Section("both ends", note: "sent received", lines)
    }

    private func identities(_ edge: MeshEdge) -> Section {
        let lines =
            edge.sourcePrincipals.map { TextLine([Piece("from ", .dim), Piece($0)]) }
            + edge.targetPrincipals.map { TextLine([Piece("to   ", .dim), Piece($0)]) }
        return Section("identities", lines.map { .init($0) })
    }

    /// Code × flags × host, most first.
    private func codes(_ width: Int) -> Section {
        struct Key: Hashable {
            var code, flags, host: String
        }
        let details = edge?.responses ?? arriving.flatMap(\.responses)
        var rates: [Key: Double] = [:]
        for detail in details {
            rates[Key(code: detail.code, flags: detail.flags, host: detail.host), default: 0] += detail.rate.value
        }
        if rates.isEmpty {
            for code in traffic?.codes ?? [] { rates[Key(code: code.code, flags: "-", host: "")] = code.rate.value }
        }
        let all = rates.values.reduce(0, +)
        let rows = rates.sorted {
            ($1.value, $0.key.code, $0.key.flags, $0.key.host) < ($0.value, $1.key.code, $1.key.flags, $1.key.host)
        }
        var lines = rows.prefix(DetailFacts.maximumRows).map { key, rate -> DetailPage.Line in
            let isFailure = key.code.hasPrefix("5") || key.code == "-"
            let code = key.code == "-" ? "no answer" : key.code
            let flags = key.flags == "-" || key.flags.isEmpty ? "" : " \(key.flags)"
            let words = flags.isEmpty ? nil : ResponseFlag.words(key.flags)
            return .init(
                TextLine(
                    [
                        Piece(Field.left(code, 4), isFailure ? .degraded : .text), Piece(flags, .accent),
                        Piece(words.map { " \($0)" } ?? "", .dim), Piece(key.host.isEmpty ? "" : "  \(key.host)", .dim),
                    ],
                    right: [
                        Piece(Field.rate(RequestsPerSecond(rate))),
                        Piece(" " + Field.percent(Ratio(rate, of: all)), .dim),
                    ]))
        }
        if rows.count > lines.count { lines.append(.init(TextLine("+ \(rows.count - lines.count) more", .dim))) }
        return Section("answers", note: lines.isEmpty ? "" : "rate  share", lines)
    }

    /// The versions of a service, each a page of its own.
    private func versions(_ width: Int) -> Section {
        guard case .service = detail.subject, members.count > 1 else { return Section("versions", []) }
        let lines = members.map { node -> DetailPage.Line in
            var text = line(node.id, node.health, node.inbound, width - 14)
            if let weight = mesh.weight(of: node) {
                text.left.append(Piece("  weight \(Humane.percent(weight))", .accent))
            }
            return .init(text, .subject(.node(node.id)))
        }
        return Section("versions", lines)
    }

    private var places: Section {
        let hosts = Array(Set(members.flatMap(\.hosts))).sorted().prefix(6)
        let principals = Array(Set(arriving.flatMap(\.targetPrincipals))).sorted().prefix(4)
        let lines =
            hosts.map { TextLine([Piece("host ", .dim), Piece($0)]) }
            + principals.map { TextLine([Piece("is   ", .dim), Piece($0)]) }
        return Section("names", lines.map { .init($0) })
    }

    private func traces(_ width: Int) -> Section {
        guard let state = model.traces else { return Section("traces", []) }
        let newest = state.summaries.sorted { ($1.start, $0.id.description) < ($0.start, $1.id.description) }
        let longest = newest.map(\.duration).max() ?? .zero
        let lines = newest.prefix(DetailFacts.maximumTraces).map { trace -> DetailPage.Line in
            let isLongest = trace.duration == longest && newest.count > 1
            let errors = trace.errorCount > 0 ? " \(signs.failure) \(trace.errorCount)" : ""
            return .init(
                TextLine(
                    [
                        Piece(Field.timeOfDay(trace.start, model.utcOffset), .dim),
                        Piece("  " + SpanNames(mesh, signs).operation(named: trace.rootName)),
                        Piece(errors, .failure),
                    ],
                    right: [
                        Piece("\(trace.spanCount) spans ", .dim),
                        Piece(Field.right(Field.duration(trace.duration), 9), isLongest ? .accent : .strong),
                    ]), .trace(trace.id))
        }
        let note: String =
            switch state.answer {
            case .asking: "asking"
            case .failed(let message): message
            case .found(let list): list.isEmpty ? "none has arrived" : "\(list.count), 6 shows all"
            }
        return Section("recent traces", note: note, lines.isEmpty ? [.init(TextLine(" ", .dim))] : lines, isWide: true)
    }
}
