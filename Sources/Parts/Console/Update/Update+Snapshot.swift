import MeshModel
import Quantities

extension Model {
    /// Makes `snapshot` the mesh that every screen shows.
    mutating func show(_ snapshot: MeshSnapshot) {
        let isNewStructure = mesh?.snapshot.structureVersion != snapshot.structureVersion || scene == nil
        // Two clocks: numbers repaint, only structure may move a box. An id missing from the old scene is structure
        // too, whatever the version says.
        mesh = MeshIndex(snapshot)
        filterGraph()
        if now < snapshot.time { now = snapshot.time }
        chooseSelection()
        let isShown = scene.flatMap { scene in
            graphMesh.map { graphFilter.hidesAnything ? scene.shows($0) : scene.holds($0) }
        }
        if isNewStructure || !(isShown ?? false) {
            refit()
            reveal()
        }
        if let mesh, time.isLive { trends.see(mesh) }
        rememberLook()
        refreshTable()
        refreshSights()
        if let service = canary?.service {
            let split = split(of: service)
            canary?.follow(split: split)
        }
    }

    /// Keeps what the person selected as long as it exists; before that, selects what is worst, or where traffic
    /// enters.
    private mutating func chooseSelection() {
        guard let mesh else { return }
        if let selection, !mesh.contains(selection), !(graphMesh?.contains(selection) ?? false) {
            if case .edge(let id) = selection, let old = edgeEnd(of: id), mesh.node(old) != nil {
                self.selection = .node(old)
            } else {
                self.selection = nil
                selectionIsAutomatic = true
            }
        }
        guard selectionIsAutomatic else { return }
        func badness(_ node: MeshNode) -> (Health, Double) { (node.health, node.inbound?.errors?.value ?? 0) }
        let worst = mesh.snapshot.nodes.max { badness($0) < badness($1) }
        if let worst, worst.health >= .degraded, worst.health > (selectedNode?.health ?? .unknown) {
            selection = .node(worst.id)
        } else if selection == nil {
            let entry = mesh.snapshot.nodes.first { mesh.edges(into: $0.id).isEmpty } ?? mesh.snapshot.nodes.first
            selection = entry.map { .node($0.id) }
        }
    }

    /// The target of an edge that has just vanished, as far as the old scene remembers it.
    private func edgeEnd(of id: MeshEdge.ID) -> MeshNode.ID? {
        scene?.target(of: id)
    }
}
