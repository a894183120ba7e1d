import MeshModel
import Quantities

/// Something that changed in the mesh.
struct MeshEvent: Hashable, Sendable {
    let time: WallTime
    /// How it is now.
    let health: Health
    let text: String
    var subject: MeshSubject?
}

/// What changed from one look to the next, newest first: bounded, and of live looks only.
struct MeshEvents: Sendable {
    /// Beyond, the oldest are forgotten.
    static let limit = 200
    /// While a mesh is met for the first time everything in it is new.
    private static let settling = Duration.seconds(15)

    private(set) var list: [MeshEvent] = []
    private var last: MeshSnapshot?
    private var began: WallTime?

    mutating func see(_ mesh: MeshIndex) {
        let snapshot = mesh.snapshot
        defer { last = snapshot }
        guard let last, snapshot.time >= last.time, !last.nodes.isEmpty else {
            if !snapshot.nodes.isEmpty { began = snapshot.time }
            return
        }
        let isSettled = began.map { $0.duration(to: snapshot.time) >= Self.settling } ?? false
        var found: [MeshEvent] = []
        found += Self.weights(last, snapshot)
        found += Self.targets(last, snapshot)
        found += Self.nodes(last, mesh, isSettled: isSettled)
        guard !found.isEmpty else { return }
        // The worst of one moment first; a mesh that breaks at once must not push out all that was before.
        found.sort { $0.health > $1.health }
        list = Array((found.prefix(Self.limit / 2) + list).prefix(Self.limit))
    }

    private static func weights(_ last: MeshSnapshot, _ now: MeshSnapshot) -> [MeshEvent] {
        guard last.splits != now.splits else { return [] }
        let before = Dictionary(last.splits.map { ($0.service, $0) }, uniquingKeysWith: { first, _ in first })
        return now.splits.compactMap { split in
            guard let old = before[split.service], old.shares != split.shares else { return nil }
            let words = split.shares.map { share in
                let weight = old.shares.first { $0.subset == share.subset }?.weight
                return weight == share.weight
                    ? "\(share.subset) \(share.weight)" : "\(share.subset) \(weight ?? 0) > \(share.weight)"
            }
            return MeshEvent(
                time: now.time, health: .healthy,
                text: "weights of \(split.service.name): \(words.joined(separator: ", "))",
                subject: .service(split.service))
        }
    }

    private static func targets(_ last: MeshSnapshot, _ now: MeshSnapshot) -> [MeshEvent] {
        let before = Dictionary(last.targets.map { ($0.address, $0.state) }, uniquingKeysWith: { first, _ in first })
        var events = now.targets.compactMap { target -> MeshEvent? in
            guard let old = before[target.address] else { return nil }
            let name = target.workload.map { "\(target.address) (\($0.workload))" } ?? target.address
            switch (old, target.state) {
            case (.down, .up):
                return MeshEvent(time: now.time, health: .healthy, text: "target \(name) answers again")
            case (.up, .down(let reason)), (.pending, .down(let reason)):
                return MeshEvent(time: now.time, health: .failure, text: "target \(name) is down: \(reason)")
            default: return nil
            }
        }
        let addresses = Set(now.targets.map(\.address))
        events += last.targets.filter { !addresses.contains($0.address) }.map {
            MeshEvent(time: now.time, health: .unknown, text: "target \($0.address) is no target any more")
        }
        return events
    }

    private static func nodes(_ last: MeshSnapshot, _ mesh: MeshIndex, isSettled: Bool) -> [MeshEvent] {
        let now = mesh.snapshot
        let before = Dictionary(last.nodes.map { ($0.id, $0.health) }, uniquingKeysWith: { first, _ in first })
        var events: [MeshEvent] = []
        for node in now.nodes {
            guard let old = before[node.id] else {
                if isSettled {
                    events.append(
                        MeshEvent(
                            time: now.time, health: .healthy, text: "\(node.title) appeared", subject: .node(node.id)))
                }
                continue
            }
            // From and to nothing known is no news of health.
            guard old != node.health, old > .notReady || node.health >= .degraded else { continue }
            guard node.health > .notReady else { continue }
            let reason = node.reason.isEmpty || node.health == .healthy ? "" : ": \(node.reason)"
            events.append(
                MeshEvent(
                    time: now.time, health: node.health, text: "\(node.title) is \(node.health.rawValue)\(reason)",
                    subject: .node(node.id)))
        }
        guard isSettled else { return events }
        let ids = Set(now.nodes.map(\.id))
        events += last.nodes.filter { !ids.contains($0.id) }.map {
            MeshEvent(time: now.time, health: .unknown, text: "\($0.title) vanished")
        }
        return events
    }
}

extension MeshNode {
    /// Why it is not well, in words; empty when it is, or nobody knows.
    var reason: String { trouble ?? healthCause?.description ?? "" }
}
