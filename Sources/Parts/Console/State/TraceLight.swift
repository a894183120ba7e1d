package import MeshModel
import Quantities
package import TraceModel

/// The way of one trace through the graph.
package struct TraceLight: Sendable {
    package let trace: TraceID
    package let nodes: Set<MeshNode.ID>
    package let edges: Set<MeshEdge.ID>

    /// Where a span belongs: the nodes of its service, and of its version when it names one.
    static func nodes(of span: Span, in mesh: MeshIndex) -> [MeshNode.ID] {
        let named = mesh.snapshot.nodes.filter { $0.isSender(of: span) }
        let version = span.attribute("istio.canonical_revision") ?? span.attribute("service.version")
        let exact = named.filter { $0.version != nil && $0.version == version }
        return (exact.isEmpty ? named : exact).map(\.id)
    }

    init(_ trace: Trace, in mesh: MeshIndex) {
        self.trace = trace.id
        let rows = TraceTree(trace).rows
        var places: [[MeshNode.ID]] = []
        // Spans of one service come in hundreds.
        var known: [String: [MeshNode.ID]] = [:]
        var nodes: Set<MeshNode.ID> = []
        var edges: Set<MeshEdge.ID> = []
        var open: [Int] = []
        func connect(_ sources: [MeshNode.ID], _ targets: [MeshNode.ID]) {
            for source in sources {
                for position in mesh.edges(outOf: source) {
                    if targets.contains(mesh.snapshot.edges[position].target) { edges.insert(mesh.edgeIDs[position]) }
                }
            }
        }
        for (index, row) in rows.enumerated() {
            let span = row.span
            let version = span.attribute("istio.canonical_revision") ?? span.attribute("service.version") ?? ""
            while open.count > row.depth { open.removeLast() }
            let key = "\(span.service) \(version)"
            var place = known[key] ?? TraceLight.nodes(of: span, in: mesh)
            known[key] = place
            // A span that does not tell its version is of the one that it works for.
            if version.isEmpty, let parent = open.last, rows[parent].span.service == span.service {
                place = places[parent]
            }
            places.append(place)
            nodes.formUnion(place)
            if let parent = open.last { connect(places[parent], place) }
            // What is outside the mesh sends no span; whoever called it says so.
            if span.kind == .client, !row.hasChildren {
                for position in place.flatMap({ mesh.edges(outOf: $0) }) {
                    let edge = mesh.snapshot.edges[position]
                    guard let target = mesh.node(edge.target), target.isCalled(by: span) else { continue }
                    nodes.insert(target.id)
                    edges.insert(mesh.edgeIDs[position])
                }
            }
            open.append(index)
        }
        self.nodes = nodes
        self.edges = edges
    }
}

extension MeshNode {
    /// Whether spans of this service come from here; namespaces are compared where both are known.
    fileprivate func isSender(of span: Span) -> Bool {
        guard let name = traceName, TraceQuery.isService(span.service, named: name) else { return false }
        let rest = span.service.dropFirst(name.count + 1)
        return rest.isEmpty || namespace.isEmpty || rest == namespace
    }

    fileprivate func isCalled(by span: Span) -> Bool {
        guard let name = traceName else { return false }
        if span.name.hasPrefix(name) || span.name.contains(name) { return true }
        return span.attribute("peer.service").map { TraceQuery.isService($0, named: name) } ?? false
            || span.attribute("upstream_cluster")?.contains(name) ?? false
    }
}
