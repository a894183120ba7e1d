import MeshModel
import TerminalUI

extension Model {
    /// How far the wheel and Shift-arrows move the picture.
    private static let panStep = (x: 6, y: 3)

    mutating func selectBox(_ direction: Direction) {
        guard let scene else { return }
        let from: MeshNode.ID
        switch shownSelection {
        case .node(let id): from = id
        case .edge(let id):
            // An edge is left along the flow to its target, against it to its source.
            guard let edge = graphMesh?.edge(id) ?? mesh?.edge(id) else { return }
            let isForward = direction == .right || direction == .down
            choose(.node(isForward ? edge.target : edge.source))
            return
        case nil:
            selectBox(first: true)
            return
        }
        guard let rect = scene.rect(of: from) else { return }
        let others = scene.boxes.filter { $0.id != from }.map { ($0.id, $0.rect) }
        if let next = ConeSelection.nearest(from: rect, to: direction, among: others) { choose(.node(next)) }
    }

    /// The first box is the top left one.
    mutating func selectBox(first: Bool) {
        guard let boxes = scene?.boxes.sorted(by: { ($0.rect.x, $0.rect.y) < ($1.rect.x, $1.rect.y) }) else { return }
        if let box = first ? boxes.first : boxes.last { choose(.node(box.id)) }
    }

    /// Walks the edges of the selected box: those that leave first, then those that arrive, each by place from top to
    /// bottom. From an edge it goes on among the edges of that edge's source.
    mutating func selectEdge(step: Int) {
        guard let mesh = graphMesh, let scene else { return }
        func ring(of node: MeshNode.ID) -> [Int] {
            let byPlace = { (end: KeyPath<MeshEdge, MeshNode.ID>) in
                { (a: Int, b: Int) -> Bool in
                    let (first, second) = (mesh.snapshot.edges[a][keyPath: end], mesh.snapshot.edges[b][keyPath: end])
                    let (left, right) = (scene.rect(of: first), scene.rect(of: second))
                    return (left?.y ?? 0, left?.x ?? 0, first) < (right?.y ?? 0, right?.x ?? 0, second)
                }
            }
            return mesh.edges(outOf: node).sorted(by: byPlace(\.target))
                + mesh.edges(into: node).sorted(by: byPlace(\.source))
        }
        switch shownSelection {
        case .node(let id):
            edgeRingCenter = id
            let edges = ring(of: id)
            if let position = step > 0 ? edges.first : edges.last { choose(.edge(mesh.edgeIDs[position])) }
        case .edge(let id):
            guard let edge = mesh.edge(id), let position = mesh.position(of: id) else { return }
            let center = edgeRingCenter.flatMap { $0 == edge.source || $0 == edge.target ? $0 : nil } ?? edge.source
            let edges = ring(of: center)
            guard let index = edges.firstIndex(of: position) else { return }
            choose(.edge(mesh.edgeIDs[edges[(index + step + edges.count) % edges.count]]))
            edgeRingCenter = center
        case nil:
            selectBox(first: true)
        }
    }

    /// The person chose this: it stays selected until they choose something else.
    mutating func choose(_ selection: Selection) {
        self.selection = selection
        selectionIsAutomatic = false
        reveal()
    }

    /// Selects the box whose title is `title`, or starts with it, or contains it.
    mutating func select(title: String) {
        let wanted = title.lowercased()
        guard let mesh, !wanted.isEmpty else { return }
        let nodes = mesh.snapshot.nodes
        let found =
            nodes.first { $0.title.lowercased() == wanted }
            // As boxes are called where room is scarce.
            ?? nodes.first { mesh.shortTitle($0.id).lowercased() == wanted }
            ?? nodes.first { $0.title.lowercased().hasPrefix(wanted) }
            ?? nodes.first { $0.title.lowercased().contains(wanted) || $0.id.text.lowercased().contains(wanted) }
        if let found {
            choose(.node(found.id))
            if screen.table != nil { refreshTable(following: true) }
        } else {
            say(.warning, "nothing here is called “\(title)”")
        }
    }

    // MARK: Panning

    mutating func panGraph(_ direction: Direction) {
        switch direction {
        case .left: pan.x -= Model.panStep.x
        case .right: pan.x += Model.panStep.x
        case .up: pan.y -= Model.panStep.y
        case .down: pan.y += Model.panStep.y
        }
        clampPan()
    }

    mutating func centerSelection() {
        guard let rect = selectedRect else { return }
        let port = geometry.graph
        pan = Point(x: rect.x + rect.width / 2 - port.width / 2, y: rect.y + rect.height / 2 - port.height / 2)
        clampPan()
    }

    /// Moves the picture as little as needed to show the selection.
    mutating func reveal() {
        guard let rect = selectedRect else { return clampPan() }
        let port = geometry.graph
        // A little of the surroundings stays in sight.
        let margin = (x: min(4, max(0, port.width - rect.width) / 2), y: min(1, max(0, port.height - rect.height) / 2))
        pan.x = min(pan.x, rect.x - margin.x)
        pan.x = max(pan.x, rect.maxX + margin.x - port.width)
        pan.y = min(pan.y, rect.y - margin.y)
        pan.y = max(pan.y, rect.maxY + margin.y - port.height)
        clampPan()
    }

    /// The selected box, or the one that the selected edge leads to, in cells of the picture.
    var selectedRect: Rect? {
        guard let scene else { return nil }
        switch shownSelection {
        case .node(let id): return scene.rect(of: id)
        case .edge(let id): return scene.target(of: id).flatMap { scene.rect(of: $0) }
        case nil: return nil
        }
    }

    mutating func clampPan() {
        guard let scene else { return }
        let port = geometry.graph
        pan.x = min(max(0, pan.x), max(0, scene.width - port.width))
        pan.y = min(max(0, pan.y), max(0, scene.height - port.height))
    }

    // MARK: Layout

    /// Lays the graph out for the room there is and the structure it has now.
    mutating func refit(mayMove: Bool = false) {
        guard let mesh = graphMesh, !mesh.snapshot.nodes.isEmpty else {
            scene = nil
            return
        }
        scene = GraphScene.fitted(
            mesh, room: graphRoom, previous: scene, mayMove: mayMove || selectionIsAutomatic,
            kept: keptPicture, isLabelled: edgeLabel != .none, zoom: graphZoom)
        fittedRoom = graphRoom
        clampPan()
    }

    /// The room of the graph, whichever screen is open.
    private var graphRoom: Size {
        ScreenGeometry(width: size.width, height: size.height, screen: .graph, showsPane: showsPane).graph.size
    }

    /// Lays the graph out afresh: everything may move.
    mutating func layOutAnew() {
        scene = nil
        keptPicture = nil
        refit(mayMove: true)
        reveal()
    }

    mutating func resize(to size: Size) {
        self.size = size
        if fittedRoom != graphRoom { refit(mayMove: true) }
        reveal()
        revealRows()
    }
}
