import MeshModel
import Quantities

/// The machinery of the mesh: who runs with which configuration, what is scraped, and what the console itself costs.
enum MeshRows {
    static let controlPlaneColumns: [SightColumn] = [
        .sign, .text("control plane", 16, upTo: 32, rank: 0), .text("version", 8, upTo: 24, rank: 3),
        .number("revision", 9, rank: 2), .number("proxies", 9, rank: 1), .number("answered", 9, rank: 1),
        .text("trouble", 12, upTo: 200, rank: 1),
    ]
    static let proxyColumns: [SightColumn] = [
        .sign, .text("proxy", 20, upTo: 36, rank: 0), .text("address", 11, upTo: 21, rank: 5),
        .text("config", 9, rank: 0), .number("revision", 9, rank: 1), .number("since", 7, rank: 2),
        .number("refused", 7, rank: 6), .text("last refusal", 12, upTo: 200, rank: 3),
    ]
    static let targetColumns: [SightColumn] = [
        .sign, .text("target", 17, upTo: 32, rank: 0), .text("workload", 16, upTo: 34, rank: 2),
        .text("state", 7, rank: 0), .number("age", 6, rank: 1), .number("took", 7, rank: 2),
        .number("samples", 8, rank: 3), .text("format", 7, upTo: 14, rank: 4), .text("reason", 10, upTo: 200, rank: 3),
    ]
    static let costColumns: [SightColumn] = [
        .sign, .text("what", 14, upTo: 20, rank: 0), .number("now", 10, rank: 0),
        .text("", 10, upTo: 200, rank: 1),
    ]

    // MARK: Control planes

    static func controlPlanes(_ model: Model, _ signs: Signs) -> [SightRow] {
        (model.control.reports ?? []).map { report in
            let isUp = report.trouble == nil
            let health: Health = isUp ? .healthy : .failure
            let connected = report.proxies.count { $0.isConnected }
            let newest = report.proxies.count { $0.isConnected && $0.standing(newest: report.revision) == .synced }
            return SightRow(
                key: report.address,
                cells: [
                    SightCell(signs.health(health), Tone(of: health)), SightCell(report.address, .strong),
                    SightCell(report.version ?? signs.absent, .dim),
                    .count(report.revision.map(Double.init), signs),
                    SightCell(
                        "\(newest)/\(connected)", newest < connected ? .degraded : .text, order: Double(connected)),
                    .age(report.answered, model.now, signs), SightCell(report.trouble ?? "", .failure),
                ], badness: isUp ? 0 : 1)
        }
    }

    // MARK: Proxies

    static func proxies(_ model: Model, _ signs: Signs) -> [SightRow] {
        let places = WorkloadPlaces(model.mesh)
        return (model.control.reports ?? []).flatMap { report in
            report.proxies.map { proxy in
                let standing = proxy.standing(newest: report.revision)
                let newest = report.revision ?? 0
                let (gap, overflow) = newest.subtractingReportingOverflow(proxy.revision ?? newest)
                let behind = overflow ? 0 : gap
                let revision = proxy.revision.map(String.init) ?? signs.absent
                return SightRow(
                    key: "\(report.address) \(proxy.name) \(proxy.address)",
                    cells: [
                        SightCell(signs.health(standing.health), Tone(of: standing.health)),
                        SightCell(proxy.name, .strong), SightCell(proxy.address, .dim),
                        SightCell(standing.rawValue, standing == .synced ? .dim : Tone(of: standing.health)),
                        SightCell(
                            standing == .synced || behind <= 0 ? revision : "\(revision) -\(behind)",
                            standing == .synced ? .dim : .text, order: proxy.revision.map(Double.init)),
                        .age(proxy.isConnected ? proxy.connectedFor : nil, signs),
                        .age(proxy.refusal?.ago, signs, isAgo: true),
                        SightCell(proxy.refusal?.text ?? "", proxy.refusal?.isStanding ?? false ? .failure : .dim),
                    ], badness: standing.badness + Double(max(0, min(behind, 999))) / 1_000,
                    subject: places.place(of: proxy).map { .node($0) })
            }
        }
    }

    // MARK: Targets

    static func targets(_ model: Model, _ signs: Signs) -> [SightRow] {
        let places = WorkloadPlaces(model.mesh)
        return (model.mesh?.snapshot.targets ?? []).map { target in
            let (health, word, reason, badness): (Health, String, String, Double) =
                switch target.state {
                case .up: (.healthy, "up", "", 0)
                case .pending: (.notReady, "waiting", "", 1)
                case .down(let reason): (.failure, "down", reason, 2)
                }
            // A target that answers and is not understood tells nothing.
            let isForeign = target.state == .up && target.formats.isEmpty
            let workload = target.workload.map { "\($0.workload).\($0.namespace)" }
            return SightRow(
                key: target.address,
                cells: [
                    SightCell(
                        signs.health(isForeign ? .degraded : health), Tone(of: isForeign ? .degraded : health)),
                    SightCell(target.address, .strong), SightCell(workload ?? signs.absent),
                    SightCell(word, health == .healthy ? .dim : Tone(of: health)),
                    .age(target.lastSuccess, model.mesh?.snapshot.time ?? model.now, signs),
                    SightCell(
                        target.reading.took.map { Field.latency($0.milliseconds) } ?? signs.absent, .dim,
                        order: target.reading.took?.milliseconds),
                    .count(Double(target.series), signs),
                    SightCell(
                        target.formats.isEmpty ? signs.absent : target.formats.joined(separator: " "),
                        isForeign ? .degraded : .dim),
                    SightCell(
                        reason.isEmpty && isForeign ? "no metrics of a mesh recognised" : reason, Tone(of: health)),
                ], badness: isForeign ? 0.5 : badness,
                subject: target.workload.flatMap { places.place(of: $0) }.map { .node($0) })
        }
    }

    // MARK: The console

    static func cost(_ model: Model, _ signs: Signs) -> [SightRow] {
        guard let cost = model.cost else { return [] }
        func row(_ what: String, _ value: String, _ note: String, _ health: Health = .healthy) -> SightRow {
            SightRow(
                key: what,
                cells: [
                    SightCell(signs.health(health), Tone(of: health)), SightCell(what, .strong), SightCell(value),
                    SightCell(note, .dim),
                ])
        }
        let percent = Humane.fixed(cost.processor * 100, decimals: 1) + " %"
        let frameBytes = cost.bytesPerFrame.map { Humane.bytes($0) } ?? signs.absent
        let snapshot = model.mesh?.snapshot
        return [
            row(
                "processor", percent, "of one core, the collector with it, over \(Field.age(cost.span))",
                cost.processor > 0.5 ? .degraded : .healthy),
            row("memory", cost.memory.map { Humane.bytes($0) } ?? signs.absent, "resident, history and traces with it"),
            row("frames", Humane.count(cost.framesPerSecond) + "/s", "those that changed nothing write nothing"),
            row("bytes a frame", frameBytes, "only what changed is written, at one go"),
            row("to terminal", Humane.rate(cost.bytesPerSecond), ""),
            row("nodes", "\(snapshot?.nodes.count ?? 0)", "and \(snapshot?.edges.count ?? 0) edges"),
            row("series", Humane.count(Double(snapshot?.targets.reduce(0) { $0 &+ $1.series } ?? 0)), "of all targets"),
        ]
    }
}

extension ProxyReport {
    /// How a proxy stands to the newest configuration.
    enum Standing: String {
        case synced, behind, unsent = "not sent", refused, gone

        var health: Health {
            switch self {
            case .synced: .healthy
            case .behind: .degraded
            case .unsent: .notReady
            case .refused: .failure
            case .gone: .unknown
            }
        }

        var badness: Double {
            switch self {
            case .refused: 4
            case .gone: 3
            case .behind: 2
            case .unsent: 1
            case .synced: 0
            }
        }
    }

    func standing(newest: Int?) -> Standing {
        if !isConnected { return .gone }
        if refusal?.isStanding ?? false { return .refused }
        switch sync {
        case .stale: return .behind
        case .notSent: return .unsent
        case .synced:
            guard let newest, let revision else { return .synced }
            return revision < newest ? .behind : .synced
        }
    }
}

extension SightCell {
    static func count(_ value: Double?, _ signs: Signs) -> SightCell {
        SightCell(value.map { Field.samples($0) } ?? signs.absent, .dim, order: value)
    }

    /// How long it lasts, or how long ago it was.
    static func age(_ duration: Duration?, _ signs: Signs, isAgo: Bool = false, _ tone: Tone = .dim) -> SightCell {
        SightCell(duration.map { Field.age($0) } ?? (isAgo ? "" : signs.absent), tone, order: duration?.inSeconds)
    }

    static func age(_ time: WallTime?, _ now: WallTime, _ signs: Signs) -> SightCell {
        age(time.map { max(.zero, $0.duration(to: now)) }, signs)
    }

    static func rate(_ value: Double?, _ signs: Signs, _ tone: Tone = .text) -> SightCell {
        let value = value.flatMap { $0.isFinite ? $0 : nil }
        return SightCell(value.map { Humane.rate(RequestsPerSecond($0)) } ?? signs.absent, tone, order: value)
    }

    static func percent(_ ratio: Ratio?, _ signs: Signs, _ tone: Tone = .text) -> SightCell {
        SightCell(ratio.map { Humane.percent($0) } ?? signs.absent, tone, order: ratio?.value)
    }
}
