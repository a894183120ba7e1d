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
        let shares = points.map { $0?.errors.map { $0.value * 100 } ?? $0.map { _ in 0 } }
        // Where nothing fails the curve is no alarm.
        let calm: [Double?] = shares.map { $0 == 0 ? 0 : nil }
        let failing = shares.map { $0 == 0 ? nil : $0 }
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
                    series: [
                        .init(values: failing, tone: .failure, isFilled: true), .init(values: calm, tone: .dim),
                    ],
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
