import GraphLayout
import MeshModel
import Quantities
import TerminalUI

/// The picture of the mesh: boxes, edges in the colour of their health, dots for traffic, and a pane that explains
/// what is selected.
enum GraphScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let all = model.mesh, !all.snapshot.nodes.isEmpty, let mesh = model.graphMesh else {
            return EmptyScreen.draw(model, on: &canvas)
        }
        let geometry = model.geometry
        if let pane = geometry.pane { SelectionPane.draw(model, in: pane, on: &canvas) }
        guard let scene = model.scene else {
            return canvas.sentence(GraphWords.nothingLeft(model.graphFilter), in: geometry.graph)
        }
        canvas.within(geometry.graph) { canvas in
            let port = Port(area: geometry.graph, pan: model.pan, origin: scene.origin)
            GraphFrames.draw(mesh, scene, port, on: &canvas)
            EdgeLines.draw(mesh, scene, model.selection, model.graphFilter, port, on: &canvas)
            if model.isAnimated { drawDots(model, mesh, scene, port, on: &canvas) }
            GraphLabels.draw(model.edgeLabel, mesh, scene, port, on: &canvas)
            for box in scene.boxes {
                GraphBox.draw(
                    box, mesh, scene.style.detail, isSelected: model.shownSelection == .node(box.id),
                    mark: GraphWords.mark(of: box.id, model.graphFilter), diff: model.graphDiff,
                    in: port.place(box.rect), on: &canvas)
            }
            drawOverflow(scene, port, on: &canvas)
            if let map = model.minimap { MinimapPane.draw(map, scene, mesh, on: &canvas) }
        }
    }

    /// Where the picture lies on the screen.
    struct Port {
        let area: Rect
        let pan: Point
        let origin: Point

        /// From cells of the picture to cells of the screen.
        private var shift: Point { Point(x: area.x + origin.x - pan.x, y: area.y + origin.y - pan.y) }

        /// The part of the picture that the screen shows.
        var seen: CellRect {
            CellRect(x: pan.x - origin.x, y: pan.y - origin.y, width: area.width, height: area.height)
        }

        func place(_ rect: Rect) -> Rect { rect.moved(byX: shift.x, y: shift.y) }
        func place(_ point: Point) -> Point { Point(x: point.x + shift.x, y: point.y + shift.y) }
    }

    private static func drawDots(
        _ model: Model, _ mesh: MeshIndex, _ scene: GraphScene, _ port: Port, on canvas: inout Canvas
    ) {
        let flows = scene.routes.map { route in
            TrafficDots.Flow(
                seed: route.seed, length: route.cells.count - 1,
                traffic: mesh.edge(route.id)?.traffic ?? TrafficSummary(rate: .zero, samples: 0))
        }
        for dot in TrafficDots.dots(of: flows, step: model.animationStep) {
            let cell = scene.routes[dot.flow].cells[dot.cell]
            let place = port.place(Point(x: cell.x, y: cell.y))
            canvas.put(
                dot.isFailed ? canvas.signs.failedDot : canvas.signs.dot, x: place.x, y: place.y,
                dot.isFailed ? .failure : .traffic)
        }
    }

    /// Says that there is more in a direction than the screen shows.
    private static func drawOverflow(_ scene: GraphScene, _ port: Port, on canvas: inout Canvas) {
        let (area, glyphs) = (port.area, canvas.glyphs)
        let middle = (x: area.x + area.width / 2, y: area.y + area.height / 2)
        if port.pan.x > 0 { canvas.put(glyphs.arrowLeft, x: area.x, y: middle.y, .key) }
        if port.pan.x + area.width < scene.width { canvas.put(glyphs.arrowRight, x: area.maxX - 1, y: middle.y, .key) }
        if port.pan.y > 0 { canvas.put(glyphs.arrowUp, x: middle.x, y: area.y, .key) }
        if port.pan.y + area.height < scene.height { canvas.put(glyphs.arrowDown, x: middle.x, y: area.maxY - 1, .key) }
    }
}
