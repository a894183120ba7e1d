import MeshModel
import Quantities
import TerminalUI
import TraceModel

/// What there is to say about a subject, in sections that a page puts where it has room.
struct DetailFacts {
    struct Section {
        var title: TextLine
        var lines: [DetailPage.Line]
        /// Needs the whole width of a narrow page.
        var isWide = false

        init(_ title: String, note: String = "", _ lines: [DetailPage.Line], isWide: Bool = false) {
            self.title = TextLine([Piece(title, .heading)], right: note.isEmpty ? [] : [Piece(note, .dim)])
            self.lines = lines
            self.isWide = isWide
        }
    }

    let detail: DetailState
    let mesh: MeshIndex
    let model: Model
    let signs: Signs
    let members: [MeshNode]
    let edge: MeshEdge?
    let traffic: TrafficSummary?
    private let points: [TrafficSummary?]

    /// Neighbours and traces that a page lists; more are counted.
    private static let maximumRows = 12
    private static let maximumTraces = 8

    init(_ detail: DetailState, _ mesh: MeshIndex, _ model: Model) {
        self.detail = detail
        self.mesh = mesh
        self.model = model
        signs = Signs(model.glyphs)
        members = detail.subject.members(in: mesh.snapshot)
        if case .edge(let id) = detail.subject { edge = mesh.edge(id) } else { edge = nil }
        traffic = edge?.traffic ?? detail.subject.traffic(in: mesh.snapshot)
        points = detail.history.points(until: mesh.snapshot.time)
    }

    private var isThere: Bool { edge != nil || !members.isEmpty }

    private var health: Health { edge?.health ?? members.reduce(.unknown) { max($0, $1.health) } }

    private var causes: [String] {
        if let edge { return edge.healthCause.map { [$0.description] } ?? [] }
        return members.compactMap { member in
            let words = [member.trouble, member.healthCause?.description].compactMap(\.self).joined(separator: "; ")
            guard !words.isEmpty else { return nil }
            return members.count > 1 ? "\(member.version ?? member.title): \(words)" : words
        }
    }

    // MARK: The head

    func head(width: Int) -> Section {
        let title = TextLine(
            [Piece("\(signs.health(health)) ", Tone(of: health)), Piece(detail.subject.title(in: mesh), .title)],
            right: [Piece(place, .dim)])
        var section = Section("", [])
        section.title = title
        guard isThere else {
            section.lines = [.init(TextLine("nothing is seen of it at this time", .degraded))]
            return section
        }
        let words = causes.isEmpty ? [health == .unknown ? "its health is not known" : health.rawValue] : causes
        section.lines = words.prefix(3).map {
            .init(TextLine("  \($0)", health >= .degraded ? Tone(of: health) : .dim))
        }
        section.lines.append(.init(TextLine(numbers(width: width))))
        return section
    }

    private var place: String {
        if let edge {
            return "\(edge.protocol.rawValue) \(signs.separator) seen by the \(edge.reporter.rawValue)"
        }
        guard let first = members.first else { return "" }
        let kind: String =
            switch detail.subject {
            case .service: members.count > 1 ? "service, \(members.count) versions" : "service"
            case .node:
                first.kind == .external
                    ? "outside the mesh" : first.workload.map { "workload \($0)" } ?? first.kind.rawValue
            case .edge: ""
            }
        return first.namespace.isEmpty ? kind : "\(kind) \(signs.separator) namespace \(first.namespace)"
    }

    private func numbers(width: Int) -> [Piece] {
        guard let traffic else { return [Piece("  no request has been seen in the window", .dim)] }
        let mtls = edge.map { $0.mtls } ?? shareOfMutualTLS
        let beyond = traffic.latency?.isBeyondLastBucket ?? false ? ">" : ""
        var facts: [(String, String, Tone)] = [
            ("rate", Humane.rate(traffic.rate), .strong),
            ("5xx", traffic.errors.map(Humane.percent) ?? signs.absent, .errors(traffic.errors?.value, health)),
            ("4xx", traffic.clientErrors.map(Humane.percent) ?? signs.absent, .text),
            ("p50", traffic.latency.map { Humane.milliseconds($0.p50) } ?? signs.absent, .text),
            ("p95", traffic.latency.map { Humane.milliseconds($0.p95) } ?? signs.absent, .strong),
            ("p99", beyond + (traffic.latency.map { Humane.milliseconds($0.p99) } ?? signs.absent), .text),
            ("mTLS", mtls.map(Humane.percent) ?? "not known", mtls.map { $0 < .all } ?? false ? .degraded : .text),
            ("of", "\(Field.samples(traffic.samples)) requests", .text),
            ("bytes", Humane.rate(traffic.throughput), .text),
        ]
        if let retries = traffic.retries, retries.value > 0 {
            facts.append(("retries", Humane.rate(retries), .degraded))
        }
        if case .node = detail.subject, let node = members.first, let weight = mesh.weight(of: node) {
            facts.insert(("weight", Humane.percent(weight), .accent), at: 1)
        }
        var pieces: [Piece] = []
        var used = 0
        for (name, value, tone) in facts {
            let wanted = name.count + value.count + 4
            guard used + wanted <= width else { break }
            used += wanted
            pieces += [Piece("  \(name) ", .dim), Piece(value, tone)]
        }
        return pieces
    }

    private var shareOfMutualTLS: Ratio? {
        let edges = arriving.filter { $0.mtls != nil }
        let rate = edges.reduce(0) { $0 + $1.traffic.rate.value }
        return Ratio(edges.reduce(0) { $0 + $1.traffic.rate.value * ($1.mtls?.value ?? 0) }, of: rate)
    }

    // MARK: Over time

    var charts: [(title: TextLine, chart: Chart)] {
        let failing = points.map { $0?.errors.map { $0.value * 100 } ?? $0.map { _ in 0 } }
        let latency = points.map { $0?.latency }
        return [
            (
                title("rate", traffic.map { Humane.rate($0.rate) }),
                Chart(
                    series: [.init(values: points.map { $0?.rate.value }, tone: .traffic, isFilled: true)],
                    label: { Humane.count($0) }, leastTop: 1)
            ),
            (
                title("failing", traffic?.errors.map(Humane.percent)),
                Chart(
                    series: [.init(values: failing, tone: .failure, isFilled: true)],
                    label: { Humane.count($0) + " %" }, leastTop: 1)
            ),
            (
                title("p50 p95 p99", traffic?.latency.map { Humane.milliseconds($0.p95) }),
                Chart(
                    series: [
                        .init(values: latency.map { $0?.p50 }, tone: .edge),
                        .init(values: latency.map { $0?.p99 }, tone: .dim),
                        .init(values: latency.map { $0?.p95 }, tone: .accent),
                    ], label: { Humane.milliseconds($0).replacing(".0 ms", with: "ms").replacing(" ", with: "") },
                    leastTop: 1,
                    isLogarithmic: true)
            ),
        ]
    }

    private func title(_ name: String, _ value: String?) -> TextLine {
        TextLine([Piece(name, .heading)], right: [Piece(value ?? signs.absent, .strong)])
    }

    var heatmap: (title: TextLine, map: Heatmap) {
        let start = detail.history.start(until: mesh.snapshot.time)
        let span = detail.history.span
        let clock =
            "\(Field.timeOfDay(start, model.utcOffset)) \(signs.arrow) "
            + Field.timeOfDay(mesh.snapshot.time, model.utcOffset)
        let note = detail.history.problem ?? "\(span.title) \(signs.separator) \(clock)"
        return (
            TextLine([Piece("latency", .heading), Piece(" of each request", .dim)], right: [Piece(note, .dim)]),
            Heatmap(points.map { $0?.latencyBuckets })
        )
    }

    // MARK: Sections

    func sections(width: Int) -> [Section] {
        if let edge { return [ends(edge, width), bothSides(edge), codes(width), identities(edge), traces(width)] }
        return [
            neighbours("called by", arriving, \.source, width), neighbours("calls", leaving, \.target, width),
            codes(width), versions(width),
            places, traces(width),
        ]
    }

    private var ids: Set<MeshNode.ID> { Set(members.map(\.id)) }

    private var arriving: [MeshEdge] {
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
                        Piece("  " + OperationName.of(name: trace.rootName, in: mesh, arrow: signs.arrow)),
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

extension MeshSubject {
    /// What a person calls it.
    func title(in mesh: MeshIndex) -> String {
        switch self {
        case .service(let name): name.name
        case .node(let id): mesh.title(id)
        case .edge(let id):
            mesh.edge(id).map { "\(mesh.title($0.source)) → \(mesh.title($0.target))" } ?? id.text
        }
    }
}
