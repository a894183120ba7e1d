import GraphLayout
package import MeshModel
package import TerminalUI

/// The picture of the graph: where boxes and lines are, in cells of its own. Made when the structure or the room
/// changes, and never by a number that moves.
package struct GraphScene: Sendable {
    package struct Box: Hashable, Sendable {
        package let id: MeshNode.ID
        package let rect: Rect
        let name: String
        /// Where an app has several.
        let version: String?
    }

    /// The way of one edge.
    package struct Route: Hashable, Sendable {
        package let id: MeshEdge.ID
        package let source: MeshNode.ID
        package let target: MeshNode.ID
        /// Nothing for an edge whose ends are not both in the graph.
        let path: EdgePath?
        /// Every cell from the source's edge to the target's, in the order traffic takes.
        let cells: [CellPoint]
        /// Where its dots start.
        let seed: UInt64
    }

    package let width: Int
    package let height: Int
    let style: SceneStyle
    /// Where the picture lies in the room it was made for.
    let origin: Point
    /// By id.
    package let boxes: [Box]
    package let routes: [Route]
    /// What the next layout keeps.
    let layout: Layout<MeshNode.ID>

    private let boxIndex: [MeshNode.ID: Int]
    private let routeIndex: [MeshEdge.ID: Int]

    init(
        style: SceneStyle, layout: Layout<MeshNode.ID>, origin: Point, boxes: [Box], routes: [Route]
    ) {
        self.style = style
        self.layout = layout
        self.origin = origin
        width = layout.width
        height = layout.height
        self.boxes = boxes
        self.routes = routes
        boxIndex = Dictionary(boxes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        routeIndex = Dictionary(routes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func rect(of id: MeshNode.ID) -> Rect? { boxIndex[id].map { boxes[$0].rect } }
    package func target(of id: MeshEdge.ID) -> MeshNode.ID? { routeIndex[id].map { routes[$0].target } }

    /// Whether it is the picture of exactly what is in `mesh`.
    func shows(_ mesh: MeshIndex) -> Bool {
        boxes.count == mesh.snapshot.nodes.count && routes.count == mesh.snapshot.edges.count && holds(mesh)
    }

    /// Whether everything in `mesh` has a place here.
    func holds(_ mesh: MeshIndex) -> Bool {
        mesh.snapshot.nodes.allSatisfy { boxIndex[$0.id] != nil } && mesh.edgeIDs.allSatisfy { routeIndex[$0] != nil }
    }
}
