package import MeshModel

/// What the person wants to see of the graph.
package struct GraphFilter: Sendable {
    /// What to mark, and what to leave out: words of names, or expressions of the find language.
    package internal(set) var findText = ""
    package internal(set) var hideText = ""
    /// The trace whose way is marked, instead of what was found.
    package internal(set) var light: TraceLight?
    /// Only what is not well, and what that touches.
    package internal(set) var isUnhealthyOnly = false
    package internal(set) var hidesIdle = false
    /// Why what is being typed cannot be read; the last text that could be still holds.
    package private(set) var problem: String?
    private var find = TableFilter.all
    private var hide = TableFilter.all

    package private(set) var foundNodes: Set<MeshNode.ID> = []
    package private(set) var foundEdges: Set<MeshEdge.ID> = []
    /// How many nodes and edges are left out.
    package private(set) var hiddenCount = 0

    var isFinding: Bool { !findText.isEmpty || light != nil }
    var hidesAnything: Bool { !hideText.isEmpty || isUnhealthyOnly || hidesIdle }

    mutating func setFind(_ text: String) {
        findText = text
        light = nil
        read(text, \.find)
    }

    mutating func setHide(_ text: String) {
        hideText = text
        read(text, \.hide)
    }

    private mutating func read(_ text: String, _ part: WritableKeyPath<GraphFilter, TableFilter>) {
        switch TableFilter.reading(text) {
        case .success(let read): (self[keyPath: part], problem) = (read, nil)
        case .failure(let failure):
            problem = failure.message
            if case .words = self[keyPath: part] { self[keyPath: part] = .all }
        }
    }

    /// The mesh without what is hidden; the same one when nothing is. Finds in what is left.
    mutating func applied(to mesh: MeshIndex) -> MeshIndex {
        var snapshot = mesh.snapshot
        if hidesAnything {
            hideMatches(in: &snapshot, mesh)
            if hidesIdle { hideIdle(in: &snapshot) }
            if isUnhealthyOnly { keepUnhealthy(in: &snapshot) }
            hiddenCount =
                mesh.snapshot.nodes.count - snapshot.nodes.count + mesh.snapshot.edges.count - snapshot.edges.count
        } else {
            hiddenCount = 0
        }
        let left = hidesAnything ? MeshIndex(snapshot) : mesh
        let found =
            light.map { light in
                (light.nodes.filter { left.node($0) != nil }, light.edges.filter { left.edge($0) != nil })
            } ?? (isFinding ? find.matches(in: left) : ([], []))
        (foundNodes, foundEdges) = found
        return left
    }

    /// A folded namespace is found by what is found in it.
    mutating func follow(_ fold: GraphFold) {
        if !foundNodes.isEmpty, !fold.folded.isEmpty { foundNodes = Set(foundNodes.map { fold.place(of: $0) }) }
    }

    private func hideMatches(in snapshot: inout MeshSnapshot, _ mesh: MeshIndex) {
        switch hide {
        case .all: return
        case .expression(let expression):
            snapshot = snapshot.hiding(FindResult(snapshot, hide: expression))
        case .words:
            let hidden = hide.matches(in: mesh).nodes
            snapshot.keepNodes { !hidden.contains($0.id) }
        }
    }

    private func hideIdle(in snapshot: inout MeshSnapshot) {
        snapshot.edges.removeAll(where: \.isIdle)
        let busy = Set(snapshot.edges.flatMap { [$0.source, $0.target] })
        snapshot.keepNodes { busy.contains($0.id) }
    }

    private func keepUnhealthy(in snapshot: inout MeshSnapshot) {
        let bad = snapshot.edges.filter { $0.health >= .degraded }
        var kept = Set(bad.flatMap { [$0.source, $0.target] })
        for node in snapshot.nodes where node.health >= .degraded || node.trouble != nil { kept.insert(node.id) }
        snapshot.keepNodes { kept.contains($0.id) }
    }
}

extension TableFilter {
    /// The nodes and edges that it means.
    fileprivate func matches(in mesh: MeshIndex) -> (nodes: Set<MeshNode.ID>, edges: Set<MeshEdge.ID>) {
        switch self {
        case .all: return ([], [])
        case .expression(let expression):
            let found = FindResult(mesh.snapshot, find: expression)
            return (found.foundNodes, found.foundEdges)
        case .words(let words):
            let nodes = mesh.snapshot.nodes.filter { node in
                let text = "\(node.title) \(node.workload ?? "") \(node.service ?? "") \(node.namespace)".lowercased()
                return words.allSatisfy { text.contains($0) }
            }
            return (Set(nodes.map(\.id)), [])
        }
    }
}
