import MeshModel

extension Model {
    /// The node that the graph shows for what is selected: itself, or the folded namespace around it.
    var shownSelection: Selection? {
        guard case .node(let id)? = selection else { return selection }
        return .node(graphFold.place(of: id))
    }

    /// Folds the namespace of what is selected, or unfolds it.
    mutating func toggleFold() {
        guard let mesh, let node = foldCenter else { return say(.info, "select a box first") }
        guard let box = GraphFold.box(around: node, in: mesh) else {
            return say(.info, "this is not in a namespace with others")
        }
        graphFold.toggle(box)
        filterGraphAnew()
        let isFolded = graphFold.folded.contains(box.id)
        choose(.node(isFolded ? GraphFold.id(of: box) : box.members.first ?? node))
        say(.info, isFolded ? "\(box.title): \(box.members.count) boxes folded into one" : "\(box.title) unfolded")
    }

    mutating func toggleAllFolds() {
        guard let mesh else { return }
        guard !GraphFold.boxes(of: mesh).isEmpty else {
            return say(.info, "there are no namespaces with several boxes")
        }
        graphFold.toggleAll(mesh)
        filterGraphAnew()
        if let shown = shownSelection { selection = shown }
        reveal()
        say(.info, graphFold.folded.isEmpty ? "every namespace unfolded" : "every namespace folded")
    }

    /// Tells whether what is selected is a folded namespace, and unfolds it then.
    mutating func unfoldSelection() -> Bool {
        guard case .node(let id)? = shownSelection, mesh?.node(id) == nil, graphMesh?.node(id) != nil else {
            return false
        }
        toggleFold()
        return true
    }

    /// Only what is near what is selected: one call away, then two, three, then everything again.
    mutating func changeFocus() {
        guard let center = foldCenter else { return say(.info, "select a box first") }
        let shown = graphFold.place(of: center)
        if let focus = graphFocus, focus.center == shown {
            graphFocus = focus.hops < GraphFocus.mostHops ? GraphFocus(center: shown, hops: focus.hops + 1) : nil
        } else {
            graphFocus = GraphFocus(center: shown, hops: 1)
        }
        filterGraphAnew()
        if let graphFocus {
            say(.info, "only what is \(graphFocus.hops) \(graphFocus.hops == 1 ? "call" : "calls") away; Esc shows all")
        } else {
            say(.info, "everything again")
        }
    }

    private var foldCenter: MeshNode.ID? {
        switch selection {
        case .node(let id): id
        case .edge(let id): graphMesh?.edge(id)?.target ?? mesh?.edge(id)?.target
        case nil: nil
        }
    }
}
