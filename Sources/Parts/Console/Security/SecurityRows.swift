import MeshModel
import Quantities

/// Who speaks with whom in which secrecy, who everybody is, and until when that holds.
enum SecurityRows {
    static let edgeColumns: [SightColumn] = [
        .sign, .text("caller", 10, upTo: 30, rank: 0), .text("called", 10, upTo: 30, rank: 0),
        .number("mTLS", 7, rank: 0), .number("plain", 7, rank: 1), .number("rate", 7, rank: 2),
        .text("proto", 5, rank: 4), .text("", 17, upTo: 200, rank: 3),
    ]
    static let namespaceColumns: [SightColumn] = [
        .sign, .text("namespace", 14, upTo: 30, rank: 0), .number("mTLS", 7, rank: 0),
        .number("plain", 7, rank: 0), .number("rate", 7, rank: 1), .number("edges", 5, rank: 2),
        .number("untold", 6, rank: 3),
    ]
    static let identityColumns: [SightColumn] = [
        .sign, .text("identity", 22, upTo: 64, rank: 0), .number("asked", 7, rank: 1), .number("asks", 7, rank: 2),
        .text("workloads", 12, upTo: 200, rank: 1),
    ]
    static let certificateColumns: [SightColumn] = [
        .sign, .text("identity", 20, upTo: 64, rank: 0), .number("expires", 8, rank: 0), .text("", 9, rank: 1),
        .number("lifetime", 8, rank: 2), .number("issued", 7, rank: 3), .text("serial", 12, upTo: 40, rank: 4),
    ]
    static let policyColumns: [SightColumn] = [
        .sign, .text("workload", 14, upTo: 34, rank: 0), .text("mode", 10, rank: 0), .number("mTLS", 7, rank: 1),
        .number("plain", 7, rank: 2), .text("policy", 12, upTo: 30, rank: 2), .text("", 10, upTo: 200, rank: 3),
    ]

    // MARK: Edges

    static func edges(_ mesh: MeshIndex, _ signs: Signs) -> [SightRow] {
        mesh.snapshot.edges.enumerated().map { position, edge in
            let plain = edge.plainRate
            let isOutside = mesh.node(edge.target)?.kind == .external
            // Nobody inside answers for it: the mesh cannot tell, and does not have to.
            let (health, badness, note): (Health, Double, String) =
                if let share = edge.mtls {
                    if share == .all {
                        (.healthy, 0, "")
                    } else {
                        (.degraded, 10 + (plain ?? 0), share == .none ? "plain text" : "partly plain text")
                    }
                } else {
                    (.unknown, isOutside ? 1 : 2, isOutside ? "out of the mesh" : "nobody tells")
                }
            return SightRow(
                key: mesh.edgeIDs[position].text,
                cells: [
                    SightCell(signs.health(health), Tone(of: health)), SightCell(mesh.shortTitle(edge.source)),
                    SightCell(mesh.shortTitle(edge.target), .strong),
                    .percent(edge.mtls, signs, health == .degraded ? .degraded : .text),
                    .rate(plain, signs, (plain ?? 0) > 0 ? .degraded : .dim),
                    .rate(edge.traffic.rate.value, signs, .dim), SightCell(edge.protocol.rawValue, .dim),
                    SightCell(note, health == .degraded ? .degraded : .dim),
                ], badness: badness, subject: .edge(mesh.edgeIDs[position]))
        }
    }

    // MARK: Namespaces

    static func namespaces(_ mesh: MeshIndex, _ signs: Signs) -> [SightRow] {
        var sums: [String: MutualTLSShare] = [:]
        for edge in mesh.snapshot.edges {
            // An external host is in nobody's namespace.
            guard let node = mesh.node(edge.target), node.kind != .external else { continue }
            sums[node.namespace, default: MutualTLSShare()].add(edge)
        }
        return sums.sorted { $0.key < $1.key }.map { namespace, sum in
            let health: Health = sum.ratio == nil ? .unknown : sum.plain > 0 ? .degraded : .healthy
            return SightRow(
                key: namespace,
                cells: [
                    SightCell(signs.health(health), Tone(of: health)),
                    SightCell(namespace.isEmpty ? signs.absent : namespace, .strong),
                    .percent(sum.ratio, signs, health == .degraded ? .degraded : .text),
                    .rate(sum.plain, signs, sum.plain > 0 ? .degraded : .dim), .rate(sum.rate, signs, .dim),
                    .count(Double(sum.edges), signs), .count(Double(sum.untold), signs),
                ], badness: sum.ratio.map { 1 - $0.value } ?? -1)
        }
    }

    // MARK: Identities

    static func identities(_ mesh: MeshIndex, _ signs: Signs) -> [SightRow] {
        struct Seen {
            var nodes: Set<MeshNode.ID> = []
            var asked = 0.0
            var asks = 0.0
        }
        var seen: [String: Seen] = [:]
        for edge in mesh.snapshot.edges {
            let rate = edge.traffic.rate.value
            // Of several on one edge nobody knows the shares.
            for principal in edge.sourcePrincipals where principal.isPrincipal {
                seen[principal, default: Seen()].nodes.insert(edge.source)
                seen[principal, default: Seen()].asks += rate / Double(edge.sourcePrincipals.count)
            }
            for principal in edge.targetPrincipals where principal.isPrincipal {
                seen[principal, default: Seen()].nodes.insert(edge.target)
                seen[principal, default: Seen()].asked += rate / Double(edge.targetPrincipals.count)
            }
        }
        return seen.sorted { $0.key < $1.key }.map { principal, seen in
            let nodes = seen.nodes.sorted().compactMap { mesh.node($0) }
            let apps = Set(nodes.map { "\($0.namespace)/\($0.plainName)" })
            let identity = SPIFFEIdentity(uri: principal)
            // Another namespace's identity, or one for several apps: whoever is let in by it lets in more than one.
            let isForeign = identity.map { identity in nodes.contains { $0.namespace != identity.namespace } } ?? true
            let health: Health = isForeign || apps.count > 1 ? .degraded : .healthy
            let note =
                nodes.map(\.title).joined(separator: ", ")
                + (isForeign ? "  of another namespace" : apps.count > 1 ? "  shared" : "")
            return SightRow(
                key: principal,
                cells: [
                    SightCell(signs.health(health), Tone(of: health)), SightCell(principal.shortPrincipal, .strong),
                    .rate(seen.asked, signs), .rate(seen.asks, signs, .dim),
                    SightCell(note, health == .degraded ? .degraded : .text),
                ], badness: health == .degraded ? 1 : 0, subject: nodes.first.map { .node($0.id) })
        }
    }

    // MARK: Certificates

    static func certificates(_ model: Model, _ signs: Signs) -> [SightRow] {
        (model.control.reports ?? []).flatMap { $0.certificates ?? [] }.map { certificate in
            let left = model.now.duration(to: certificate.expires)
            let standing = CertificateStanding(certificate, at: model.now)
            return SightRow(
                key: certificate.serial,
                cells: [
                    SightCell(signs.health(standing.health), Tone(of: standing.health)),
                    SightCell(
                        certificate.identity.shortPrincipal, certificate.standing == .replaced ? .dim : .strong),
                    SightCell(
                        left > .zero ? Field.age(left) : "expired", Tone(of: standing.health), order: left.inSeconds),
                    SightCell(standing.word, standing.health == .healthy ? .dim : Tone(of: standing.health)),
                    .age(certificate.issued.duration(to: certificate.expires), signs),
                    .age(certificate.issued, model.now, signs), SightCell(certificate.serial, .dim),
                ], badness: standing.badness - min(1e9, max(-1e9, left.inSeconds)) / 1e10)
        }
    }

    // MARK: Policies

    static func policies(_ model: Model, _ signs: Signs) -> [SightRow] {
        let places = WorkloadPlaces(model.mesh)
        return (model.control.reports ?? []).flatMap { $0.policies ?? [] }.map { policy in
            let id = places.place(named: policy.workload, in: policy.namespace) ?? identityPlace(of: policy, model)
            var seen = MutualTLSShare()
            if let id, let mesh = model.mesh {
                for position in mesh.edges(into: id) { seen.add(mesh.snapshot.edges[position]) }
            }
            let (health, badness): (Health, Double) =
                if !policy.hasProxy {
                    (.unknown, 1)
                } else if policy.mode == "DISABLE" {
                    (.degraded, 3)
                } else if policy.mode == "PERMISSIVE" {
                    // Permissive and used in plain text is what strict would break.
                    seen.plain > 0 ? (.degraded, 4) : (.notReady, 2)
                } else {
                    (.healthy, 0)
                }
            var notes = policy.exceptions + policy.authorization
            if !policy.hasProxy { notes.append("no proxy: nothing of it is in force") }
            return SightRow(
                key: "\(policy.namespace)/\(policy.workload)",
                cells: [
                    SightCell(signs.health(health), Tone(of: health)),
                    SightCell("\(policy.workload).\(policy.namespace)", .strong),
                    SightCell(policy.mode.lowercased(), Tone(of: health)), .percent(seen.ratio, signs),
                    .rate(seen.told > 0 ? seen.plain : nil, signs, seen.plain > 0 ? .degraded : .dim),
                    SightCell(policy.policy ?? "default", .dim),
                    SightCell(notes.joined(separator: ", "), .dim),
                ], badness: badness, subject: id.map { .node($0) })
        }
    }

    /// Where no name tells, the identity does, if one workload only has it.
    private static func identityPlace(of policy: PolicyReport, _ model: Model) -> MeshNode.ID? {
        guard let mesh = model.mesh, !policy.identity.isEmpty else { return nil }
        let found = Set(mesh.snapshot.edges.filter { $0.targetPrincipals == [policy.identity] }.map(\.target))
        return found.count == 1 ? found.first : nil
    }
}

/// How much of some edges' traffic came over mutual TLS.
struct MutualTLSShare: Hashable, Sendable {
    /// Requests a second: all, those of which it is told, and of those the ones in plain text.
    private(set) var rate = 0.0
    private(set) var told = 0.0
    private(set) var plain = 0.0
    private(set) var edges = 0
    private(set) var untold = 0

    mutating func add(_ edge: MeshEdge) {
        edges += 1
        let own = edge.traffic.rate.value
        guard own.isFinite, own > 0 || edge.mtls == nil else { return }
        rate += max(0, own)
        guard let plain = edge.plainRate else {
            untold += 1
            return
        }
        told += own
        self.plain += plain
    }

    /// Nothing where nobody tells.
    var ratio: Ratio? { Ratio(told - plain, of: told) }
}

extension MeshEdge {
    /// Requests a second in plain text; nothing where nobody tells.
    var plainRate: Double? {
        guard let mtls, traffic.rate.value.isFinite else { return nil }
        // 99.99 % is all: the rest is the difference of two scrapes.
        return mtls == .all ? 0 : max(0, traffic.rate.value * (1 - mtls.value))
    }
}

/// How long a certificate still holds, against its whole life. Proxies ask for a new one at half of it.
struct CertificateStanding {
    let health: Health
    let word: String
    let badness: Double

    init(_ certificate: CertificateReport, at now: WallTime) {
        let life = certificate.issued.duration(to: certificate.expires).inSeconds
        let left = now.duration(to: certificate.expires).inSeconds
        if certificate.standing == .replaced {
            (health, word, badness) = (.unknown, "replaced", 0)
        } else if left <= 0 {
            (health, word, badness) = (.failure, "expired", 4)
        } else if left < life * 0.1 {
            (health, word, badness) = (.failure, "very soon", 3)
        } else if left < life * 0.35 {
            // By then it should have been renewed for a good while.
            (health, word, badness) = (.degraded, "soon", 2)
        } else {
            (health, word, badness) = (.healthy, certificate.standing == .root ? "root" : "valid", 1)
        }
    }
}

extension String {
    /// `unknown` and nothing are no identities.
    fileprivate var isPrincipal: Bool { !isEmpty && self != "unknown" }

    /// `payments/payment-v1` of Istio's form; others whole.
    var shortPrincipal: String {
        SPIFFEIdentity(uri: self).map { "\($0.namespace)/\($0.serviceAccount)" } ?? self
    }
}
