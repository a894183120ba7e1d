import MeshModel
package import Quantities

/// The graph against one moment: what came and went since, and by how much the rest moved.
package struct GraphDiff: Sendable {
    package let time: WallTime
    private let readings: [MeshNode.ID: MoverMemory.Reading]
    /// With their names, for those that are gone.
    private let names: [MeshNode.ID: String]
    private let edges: Set<MeshEdge.ID>

    /// Remembers a moment: a few numbers for each node.
    init(_ mesh: MeshIndex) {
        time = mesh.snapshot.time
        readings = Dictionary(
            mesh.snapshot.nodes.compactMap { node in node.inbound.map { (node.id, .init($0)) } },
            uniquingKeysWith: { first, _ in first })
        names = Dictionary(
            mesh.snapshot.nodes.map { ($0.id, mesh.shortTitle($0.id)) }, uniquingKeysWith: { first, _ in first })
        edges = Set(mesh.edgeIDs)
    }

    func isNew(_ id: MeshNode.ID) -> Bool { names[id] == nil }
    func isNew(_ id: MeshEdge.ID) -> Bool { !edges.contains(id) }

    /// The names of what is not there any more, sorted.
    func gone(from mesh: MeshIndex) -> [String] {
        names.filter { mesh.node($0.key) == nil }.map(\.value).sorted()
    }

    /// How one node has moved; nothing for one that is new or that nobody asks.
    struct Change: Hashable {
        /// As a factor; nothing when there was no traffic before.
        var rate: Double?
        /// In points of a hundred.
        var errors: Double?
        var p95: Double?

        /// More failures by half a point, or a p95 longer by a third.
        var isWorse: Bool { (errors ?? 0) >= 0.5 || (p95 ?? 1) >= 4 / 3 }
    }

    func change(of node: MeshNode) -> Change? {
        guard let before = readings[node.id], let traffic = node.inbound else { return nil }
        let now = MoverMemory.Reading(traffic)
        func factor(_ old: Float?, _ new: Float?) -> Double? {
            guard let old, let new, old > 0, new.isFinite, old.isFinite else { return nil }
            return Double(new / old)
        }
        return Change(
            rate: factor(before.rate, now.rate),
            errors: before.errors.flatMap { old in now.errors.map { Double($0 - old) * 100 } },
            p95: factor(before.p95, now.p95))
    }

    /// `+12 %`, `-3 %`, `x 4.1`; `=` for less than half a percent.
    static func words(factor: Double?) -> String {
        guard let factor, factor.isFinite else { return "–" }
        if factor >= 2 { return "x " + Humane.fixed(min(factor, 9_999), decimals: factor < 10 ? 1 : 0) }
        let percent = ((factor - 1) * 100).rounded()
        return percent == 0 ? "=" : (percent > 0 ? "+" : "-") + Humane.fixed(abs(percent), decimals: 0) + " %"
    }

    /// `+0.4 pt`.
    static func words(points: Double?) -> String {
        guard let points, points.isFinite else { return "–" }
        let tenths = (points * 10).rounded() / 10
        return tenths == 0 ? "=" : (tenths > 0 ? "+" : "-") + Humane.fixed(abs(tenths), decimals: 1) + " pt"
    }

    /// What stands in the header: `since 14:03:20: 1 new, gone: cart`.
    func summary(_ mesh: MeshIndex, _ utcOffset: Duration) -> String {
        var parts: [String] = []
        let new = mesh.snapshot.nodes.count { isNew($0.id) }
        if new > 0 { parts.append("\(new) new") }
        let gone = gone(from: mesh)
        if !gone.isEmpty {
            parts.append("gone: " + gone.prefix(3).joined(separator: ", ") + (gone.count > 3 ? " and more" : ""))
        }
        return "since \(Field.timeOfDay(time, utcOffset))" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }
}

extension Model {
    /// From now on against this moment, or no more.
    mutating func toggleDiff() {
        guard graphDiff == nil else {
            graphDiff = nil
            return say(.info, "the numbers themselves again")
        }
        guard let graphMesh else { return say(.info, "no data yet") }
        graphDiff = GraphDiff(graphMesh)
        say(.info, "from now on: how everything moves against this moment; d again or Esc ends it")
    }

    /// Larger boxes or smaller ones, whether they fit or not; 0 takes what fits.
    mutating func zoomGraph(_ step: Int) {
        let styles = SceneStyle.all
        guard step != 0 else {
            graphZoom = nil
            return layOutAnew()
        }
        let now = graphZoom ?? scene.flatMap { scene in styles.firstIndex(of: scene.style) } ?? 0
        // From one kind of box to the next: distances alone are hardly to be seen.
        var next = now
        while styles.indices.contains(next + step), styles[next].detail == styles[now].detail { next += step }
        guard styles[next].detail != styles[now].detail else {
            return say(.info, step < 0 ? "these are the largest boxes" : "these are the smallest boxes")
        }
        graphZoom = next
        layOutAnew()
    }
}
