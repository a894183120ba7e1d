import MeshModel
import Quantities

/// What somebody wants to know first: who is not well and why, what has moved, and what has happened.
enum OverviewRows {
    static let serviceColumns: [SightColumn] = [
        .sign, .text("service", 14, upTo: 30, rank: 0), .text("namespace", 9, upTo: 20, rank: 4),
        .number("rate", 7, rank: 1), .number("err", 7, rank: 0), .number("p95", 7, rank: 2),
        .text("reason", 10, upTo: 200, rank: 2),
    ]
    static let moverColumns: [SightColumn] = [
        .sign, .text("moved", 14, upTo: 30, rank: 0), .text("what", 4, rank: 0), .number("before", 7, rank: 1),
        .number("now", 7, rank: 1), .number("change", 9, rank: 0),
    ]
    static let eventColumns: [SightColumn] = [
        .sign, .text("time", 8, rank: 0), .text("what happened", 20, upTo: 200, rank: 0),
    ]

    static func services(_ mesh: MeshIndex, _ signs: Signs) -> [SightRow] {
        TableRow.rows(of: .services, in: mesh).map { row in
            let members = row.positions.map { mesh.snapshot.nodes[$0] }
            let worst = members.max { $0.health < $1.health }
            let reason = worst.map { $0.health >= .degraded || $0.trouble != nil ? words(of: $0, members) : "" } ?? ""
            let isBad = row.health >= .degraded
            return SightRow(
                key: "\(row.namespace)/\(row.name)",
                cells: [
                    SightCell(signs.health(row.health), Tone(of: row.health)), SightCell(row.name, .strong),
                    SightCell(row.namespace.isEmpty ? signs.absent : row.namespace, .dim),
                    .rate(row[.rate], signs),
                    .percent(row[.errors].map { Ratio($0) }, signs, .errors(row[.errors], row.health)),
                    SightCell(row[.p95].map { Field.latency($0) } ?? signs.absent, .text, order: row[.p95]),
                    SightCell(reason, isBad ? Tone(of: row.health) : .dim),
                ],
                badness: Double(rank(row.health)) * 10 + min(1, max(0, row[.errors] ?? 0)) * 9, subject: row.subject)
        }
    }

    /// Which of several versions it is, and why.
    private static func words(of node: MeshNode, _ members: [MeshNode]) -> String {
        let reason = node.reason.isEmpty ? node.health.rawValue : node.reason
        guard members.count > 1, let version = node.version else { return reason }
        return "\(version): \(reason)"
    }

    /// Health by how much it matters: what is not known comes after what is known to be well.
    private static func rank(_ health: Health) -> Int {
        switch health {
        case .failure: 4
        case .degraded: 3
        case .notReady: 2
        case .healthy: 1
        case .unknown: 0
        }
    }

    // MARK: Movers

    /// At least as many requests on either side: what is rarer jumps by chance.
    private static let leastSamples: Float = 20

    static func movers(_ mesh: MeshIndex, before: [MeshNode.ID: MoverMemory.Reading], _ signs: Signs) -> [SightRow] {
        var rows: [SightRow] = []
        for node in mesh.snapshot.nodes {
            guard let traffic = node.inbound, let old = before[node.id] else { continue }
            let now = MoverMemory.Reading(traffic)
            guard max(old.samples, now.samples) >= leastSamples else { continue }
            func add(_ what: String, _ before: String, _ after: String, _ change: String, _ score: Float, isBad: Bool) {
                rows.append(
                    SightRow(
                        key: "\(node.id.text) \(what)",
                        cells: [
                            SightCell(signs.health(node.health), Tone(of: node.health)),
                            SightCell(node.title, .strong), SightCell(what, .dim), SightCell(before, .dim),
                            SightCell(after), SightCell(change, isBad ? .degraded : .text, order: Double(score)),
                        ], badness: Double(score), subject: .node(node.id)))
            }
            if let ratio = ratio(old.rate, now.rate, least: 0.2) {
                add(
                    "rate", Humane.rate(RequestsPerSecond(Double(old.rate))),
                    Humane.rate(RequestsPerSecond(Double(now.rate))), times(ratio), abs(Self.logarithm(ratio)),
                    isBad: false)
            }
            if let first = old.errors, let second = now.errors, abs(second - first) >= 0.01 {
                let points = Humane.fixed(Double(second - first) * 100, decimals: 1)
                add(
                    "err", Humane.percent(Ratio(Double(first))), Humane.percent(Ratio(Double(second))),
                    (second > first ? "+" : "") + points + " pt", 1 + abs(second - first) * 20, isBad: second > first)
            }
            if min(old.samples, now.samples) >= leastSamples, let first = old.p95, let second = now.p95,
                abs(second - first) >= 3, let ratio = ratio(first, second, least: 1)
            {
                add(
                    "p95", Field.latency(Double(first)), Field.latency(Double(second)), times(ratio),
                    abs(Self.logarithm(ratio)) * 1.2, isBad: ratio > 1)
            }
        }
        return rows
    }

    /// By how much it has changed; nothing while that is less than by a third.
    private static func ratio(_ before: Float, _ after: Float, least: Float) -> Float? {
        guard before.isFinite, after.isFinite, max(before, after) >= least else { return nil }
        let ratio = max(after, least / 10) / max(before, least / 10)
        return ratio >= 4 / 3 || ratio <= 0.75 ? ratio : nil
    }

    private static func times(_ ratio: Float) -> String {
        if ratio >= 2 { return "x " + Humane.count(Double(min(ratio, 9_999))) }
        return (ratio > 1 ? "+" : "-") + Humane.fixed(Double(abs(ratio - 1)) * 100, decimals: 0) + " %"
    }

    /// The base does not matter: these are compared with each other only.
    private static func logarithm(_ ratio: Float) -> Float {
        Float(ratio.exponent) + ratio.significand - 1
    }

    // MARK: Events

    static func events(_ model: Model, _ signs: Signs) -> [SightRow] {
        let shown = model.mesh?.snapshot.time ?? model.now
        // What had not happened at the moment that is shown is left out.
        let events = model.events.list.filter { $0.time <= shown }
        return events.enumerated().map { index, event in
            SightRow(
                key: "\(event.time.nanosecondsSinceEpoch) \(event.text)",
                cells: [
                    SightCell(signs.health(event.health), Tone(of: event.health)),
                    SightCell(Field.timeOfDay(event.time, model.utcOffset), .dim),
                    SightCell(event.text, event.health >= .degraded ? Tone(of: event.health) : .text),
                ], badness: Double(events.count - index), subject: event.subject)
        }
    }
}
