import GraphLayout
import MeshModel
import TerminalUI

extension GraphScene {
    /// The graph in the most generous style that fits `room`.
    ///
    /// - Parameter previous: the picture so far. Its style is kept while it fits, and with it every column and order;
    ///   nothing grows again by itself.
    /// - Parameter mayMove: whether nobody minds when boxes change their places: the room is another one, or the
    ///   person has not yet touched anything.
    /// - Parameter zoom: the style that somebody chose; then that one, fitting or not.
    /// - Parameter kept: where things were in the last run, for the style of that picture.
    static func fitted(
        _ mesh: MeshIndex, room: Size, previous: GraphScene?, mayMove: Bool, kept: KeptConsole.Picture? = nil,
        isLabelled: Bool = false, zoom: Int? = nil
    ) -> GraphScene {
        let styles = isLabelled ? SceneStyle.labelled : SceneStyle.all
        func make(_ style: SceneStyle) -> GraphScene {
            let input = LayoutInput<MeshNode.ID>(
                nodes: mesh.snapshot.nodes.map { node in
                    .init(
                        id: node.id, width: style.detail.size.width, height: style.detail.size.height,
                        group: node.namespace)
                },
                edges: mesh.snapshot.edges.map { .init(source: $0.source, target: $0.target) })
            var layout: Layout<MeshNode.ID>?
            if let previous, previous.style == style {
                layout = previous.layout.updated(for: input)
            } else if let kept, !isLabelled, SceneStyle.all.indices.contains(kept.style),
                SceneStyle.all[kept.style] == style
            {
                layout = Layout(input, at: kept.places, spacing: style.spacing)
            }
            if layout?.isWorthRedoing ?? false, mayMove { layout = nil }
            return GraphScene(
                mesh, style: style, layout: layout ?? Layout(input, spacing: style.spacing), room: room,
                kept: mayMove ? nil : previous?.origin)
        }
        if let zoom, SceneStyle.all.indices.contains(zoom) { return make(SceneStyle.all[zoom]) }
        var last: GraphScene?
        let first = mayMove ? 0 : previous.flatMap { styles.firstIndex(of: $0.style) } ?? 0
        for style in styles[first...] {
            let scene = make(style)
            if scene.width <= room.width, scene.height <= room.height { return scene }
            last = scene
            // A graph that is too large by far is not laid out a dozen times.
            if mesh.snapshot.nodes.count > 60, let tightest = styles.last { return make(tightest) }
        }
        return last ?? make(styles[0])
    }

    private init(
        _ mesh: MeshIndex, style: SceneStyle, layout: Layout<MeshNode.ID>, room: Size, kept: Point?
    ) {
        let boxes = mesh.snapshot.nodes.compactMap { node -> Box? in
            guard let cells = layout.nodes[node.id] else { return nil }
            let rect = Rect(x: cells.x, y: cells.y, width: cells.width, height: cells.height)
            return Box(
                id: node.id, rect: rect, name: node.shortName, version: mesh.hasSiblings(node) ? node.version : nil)
        }
        let routes = zip(mesh.snapshot.edges, mesh.edgeIDs).map { edge, id in
            let path = layout.edges[.init(source: edge.source, target: edge.target)]
            return Route(
                id: id, source: edge.source, target: edge.target, path: path, cells: path?.cells ?? [],
                seed: TrafficDots.seed(id.text))
        }
        // In the middle of the room; but what is there already stays where it is.
        let free = Point(x: max(0, room.width - layout.width), y: max(0, room.height - layout.height))
        let origin = kept.map { Point(x: min($0.x, free.x), y: min($0.y, free.y)) }
        self.init(
            style: style, layout: layout, origin: origin ?? Point(x: free.x / 2, y: free.y / 2), boxes: boxes,
            routes: routes)
    }
}
