import MeshModel
import Quantities

/// One line that tells what the lists below add up to.
enum SightSummary {
    static func pieces(_ sight: Sight, _ model: Model, _ signs: Signs) -> [Piece] {
        switch sight {
        case .overview: joined(health(model, signs) + [mutualTLS(model), targets(model, signs), cut(model)], signs)
        case .security: joined([mutualTLS(model), plain(model, signs), nextCertificate(model, signs)], signs)
        case .mesh: joined([inForce(model, signs), targets(model, signs), cost(model)], signs)
        case .log: joined([access(model), guards(model, signs)], signs)
        }
    }

    private static func access(_ model: Model) -> [Piece] {
        [
            Piece(model.access.mayChange ? "changes are allowed" : "read-only", .strong),
            Piece(model.access.isProduction ? ", production" : "", .degraded),
        ]
    }

    private static func guards(_ model: Model, _ signs: Signs) -> [Piece] {
        guard !model.guards.isEmpty else { return [Piece("no guard is armed", .dim)] }
        return [Piece("guards ", .dim), Piece(model.guards.keys.sorted().map(\.name).joined(separator: ", "), .accent)]
    }

    private static func joined(_ parts: [[Piece]], _ signs: Signs) -> [Piece] {
        var pieces: [Piece] = []
        for part in parts where !part.isEmpty {
            if !pieces.isEmpty { pieces.append(Piece("  \(signs.separator)  ", .dim)) }
            pieces += part
        }
        return pieces
    }

    /// How many are how, worst first; those of which there are none are left out.
    private static func health(_ model: Model, _ signs: Signs) -> [[Piece]] {
        let rows = model.sights[.services].rows
        let counts = Dictionary(rows.compactMap { $0.cells.first.map { ($0.text, 1) } }, uniquingKeysWith: +)
        let words: [(Health, String)] = [
            (.failure, "failing"), (.degraded, "degraded"), (.notReady, "not ready"), (.healthy, "healthy"),
            (.unknown, "unknown"),
        ]
        return words.compactMap { health, word in
            counts[signs.health(health)].map { count in
                [Piece("\(signs.health(health)) ", Tone(of: health)), Piece("\(count) \(word)", .strong)]
            }
        }
    }

    private static func mutualTLS(_ model: Model) -> [Piece] {
        guard let share = model.mutualTLS, let ratio = share.ratio else { return [Piece("mTLS not told", .dim)] }
        return [Piece("mTLS ", .dim), Piece(Humane.percent(ratio), share.plain > 0 ? .degraded : .strong)]
    }

    private static func plain(_ model: Model, _ signs: Signs) -> [Piece] {
        guard let share = model.mutualTLS, share.told > 0 else { return [] }
        guard share.plain > 0 else { return [Piece("nothing in plain text", .dim)] }
        return [Piece("\(signs.degraded) \(Humane.rate(RequestsPerSecond(share.plain))) in plain text", .degraded)]
    }

    private static func targets(_ model: Model, _ signs: Signs) -> [Piece] {
        guard let mesh = model.mesh else { return [] }
        let count = mesh.snapshot.targets.count
        let down = mesh.snapshot.targets.count { if case .down = $0.state { true } else { false } }
        return [Piece("targets ", .dim), Piece("\(mesh.targetsUp)/\(count)", .strong)]
            + (down > 0 ? [Piece(" \(signs.failure) \(down) down", .failure)] : [])
    }

    /// What was left out to stay within bounds.
    private static func cut(_ model: Model) -> [Piece] {
        guard let count = model.mesh?.snapshot.nodes.count, count > Model.largeMesh else { return [] }
        return [Piece("\(count) nodes", .dim)]
    }

    private static func inForce(_ model: Model, _ signs: Signs) -> [Piece] {
        guard let report = model.control.reports?.first else { return [Piece("no control plane", .dim)] }
        if report.trouble != nil {
            return [Piece("\(signs.failure) \(report.address) does not answer", .failure)]
        }
        let connected = report.proxies.filter(\.isConnected)
        let synced = connected.count { $0.standing(newest: report.revision) == .synced }
        return [
            Piece("proxies ", .dim),
            Piece("\(synced)/\(connected.count)", synced < connected.count ? .degraded : .strong),
            Piece(" run the newest" + (report.revision.map { ", revision \($0)" } ?? ""), .dim),
        ]
    }

    private static func cost(_ model: Model) -> [Piece] {
        guard let cost = model.cost else { return [] }
        let memory = cost.memory.map { ", \(Humane.bytes($0))" } ?? ""
        return [Piece("console \(Humane.fixed(cost.processor * 100, decimals: 1)) %\(memory)", .dim)]
    }

    private static func nextCertificate(_ model: Model, _ signs: Signs) -> [Piece] {
        let valid = (model.control.reports ?? []).flatMap { $0.certificates ?? [] }.filter { $0.standing != .replaced }
        guard let next = valid.min(by: { $0.expires < $1.expires }) else { return [] }
        let health = CertificateStanding(next, at: model.now).health
        let left = model.now.duration(to: next.expires)
        let text = left > .zero ? "next certificate expires in \(Field.age(left))" : "a certificate has expired"
        return [
            Piece(
                health == .healthy ? text : "\(signs.health(health)) \(text)",
                health == .healthy ? .dim : Tone(of: health))
        ]
    }
}

extension Model {
    /// More nodes than a picture shows at a glance: the overview opens by itself.
    package static let largeMesh = 80

    /// How much of what arrives inside the mesh comes over mutual TLS; nothing before the first look.
    var mutualTLS: MutualTLSShare? {
        guard let mesh else { return nil }
        var share = MutualTLSShare()
        for edge in mesh.snapshot.edges { share.add(edge) }
        return share
    }
}
