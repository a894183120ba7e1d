import MeshModel

extension Model {
    /// Brings what the graph shows up to date with the mesh and the filter.
    mutating func filterGraph() {
        graphMesh = mesh.map { mesh in
            let folded = graphFold.applied(to: graphFilter.applied(to: mesh))
            graphFilter.follow(graphFold)
            return graphFocus?.applied(to: folded) ?? folded
        }
    }

    /// The same after the person changed the filter: boxes come and go, so everything may move.
    mutating func filterGraphAnew() {
        filterGraph()
        if !(scene.flatMap { scene in graphMesh.map { scene.shows($0) } } ?? false) { refit(mayMove: true) }
        reveal()
    }

    mutating func findInGraph(_ text: String) {
        graphFilter.setFind(text)
        filterGraphAnew()
    }

    mutating func lightGraph(_ light: TraceLight) {
        graphFilter.setFind("")
        graphFilter.light = light
        filterGraphAnew()
    }

    mutating func hideInGraph(_ text: String) {
        graphFilter.setHide(text)
        filterGraphAnew()
    }

    mutating func toggleUnhealthyOnly() {
        graphFilter.isUnhealthyOnly.toggle()
        filterGraphAnew()
        say(
            .info,
            graphFilter.isUnhealthyOnly ? "only what is not well, and what that touches" : "everything, well or not")
    }

    mutating func toggleIdle() {
        graphFilter.hidesIdle.toggle()
        filterGraphAnew()
        say(.info, graphFilter.hidesIdle ? "without what is idle" : "with what is idle")
    }

    /// Takes back the newest wish about the graph, and tells whether there was one.
    mutating func clearGraphFilter() -> Bool {
        if screen == .graph, graphDiff != nil {
            graphDiff = nil
            return true
        }
        if screen == .graph, graphFocus != nil {
            graphFocus = nil
            filterGraphAnew()
            return true
        }
        guard screen == .graph, graphFilter.isFinding || graphFilter.hidesAnything else { return false }
        if graphFilter.isFinding {
            findInGraph("")
        } else {
            graphFilter = GraphFilter()
            filterGraphAnew()
        }
        return true
    }

    mutating func changeLabels(_ step: Int) {
        setLabels(edgeLabel.next(step))
    }

    mutating func setLabels(named word: String) {
        guard let label = EdgeLabel(rawValue: word.lowercased()) else {
            return say(
                .warning, "no label is called “\(word)”: " + EdgeLabel.allCases.map(\.rawValue).joined(separator: ", "))
        }
        setLabels(label)
    }

    private mutating func setLabels(_ label: EdgeLabel) {
        let needsRoom = (edgeLabel == .none) != (label == .none)
        edgeLabel = label
        // Words need longer lines.
        if needsRoom { layOutAnew() }
        say(.info, "on the lines: \(label.title)")
    }

    mutating func changeGraphType(_ type: GraphType, _ effects: inout [Effect]) {
        graphType = type
        effects.append(.showGraph(type))
        say(.info, "a graph of \(type.title)")
    }
}
