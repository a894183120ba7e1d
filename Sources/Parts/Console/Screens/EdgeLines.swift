import GraphLayout
import MeshModel
import Quantities
import TerminalUI

/// The lines of the graph: in the colour of their health, those of the selection heavy and on top, those without
/// traffic dashed.
enum EdgeLines {
    /// How one edge looks at this moment.
    private struct Look {
        /// Higher lies on top.
        var rank: Int
        var weight: EdgeCanvas.Weight
        var tone: Tone
    }

    static func draw(
        _ mesh: MeshIndex, _ scene: GraphScene, _ selection: Selection?, _ filter: GraphFilter,
        _ port: GraphScreen.Port,
        on canvas: inout Canvas
    ) {
        let looks = scene.routes.map { look($0, mesh.edge($0.id), selection, GraphWords.mark(of: $0.id, filter)) }
        let seen = port.seen
        var lines = EdgeCanvas(region: seen)
        for index in looks.indices.sorted(by: { (looks[$0].rank, $0) < (looks[$1].rank, $1) }) {
            if let path = scene.routes[index].path { lines.add(path, owner: index, weight: looks[index].weight) }
        }
        let glyphs: EdgeGlyphs =
            switch canvas.glyphs.kind {
            case .braille: .rounded
            case .blocks: .square
            case .ascii: .ascii
            }
        for y in seen.y..<seen.maxY {
            for x in seen.x..<seen.maxX {
                let cell = CellPoint(x: x, y: y)
                guard let scalar = lines.scalar(at: cell, glyphs: glyphs), let owner = lines.owner(at: cell) else {
                    continue
                }
                let place = port.place(Point(x: x, y: y))
                canvas.put(scalar, x: place.x, y: place.y, looks[owner].tone)
                if canvas.isCollectingHits {
                    canvas.hit(
                        Rect(x: place.x, y: place.y, width: 1, height: 1), .selection(.edge(scene.routes[owner].id)))
                }
            }
        }
    }

    private static func look(
        _ route: GraphScene.Route, _ edge: MeshEdge?, _ selection: Selection?, _ mark: GraphWords.Mark
    ) -> Look {
        let health = edge?.health ?? .unknown
        if selection == .edge(route.id) {
            return Look(rank: 5, weight: .heavy, tone: health >= .degraded ? Tone(of: health) : .accent)
        }
        if mark == .found { return Look(rank: 6, weight: .heavy, tone: Tone(.match)) }
        if mark == .passed { return Look(rank: 0, weight: .light, tone: .ghost) }
        guard let edge, edge.traffic.rate.value > 0 else { return Look(rank: 0, weight: .dashed, tone: .ghost) }
        if health >= .degraded { return Look(rank: health == .failure ? 4 : 3, weight: .light, tone: Tone(of: health)) }
        let isNear = selection == .node(route.source) || selection == .node(route.target)
        return isNear ? Look(rank: 2, weight: .light, tone: .text) : Look(rank: 1, weight: .light, tone: .edge)
    }
}
