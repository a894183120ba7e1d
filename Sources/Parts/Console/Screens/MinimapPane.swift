import MeshModel
import TerminalUI

/// Draws the map of the graph: boxes as dots, what is not well with its sign and in its colour, and a frame around what
/// the screen shows.
enum MinimapPane {
    static func draw(_ map: Minimap, _ scene: GraphScene, _ mesh: MeshIndex, on canvas: inout Canvas) {
        canvas.clear(map.rect)
        canvas.outline(map.rect, title: [], tone: .border)
        let frame = map.frame
        canvas.outline(frame, title: [], tone: .key)
        drawBoxes(map, scene, mesh, corners: corners(of: frame), on: &canvas)
        guard canvas.isCollectingHits else { return }
        // Its border is no place of the picture, and no box below it is meant either.
        canvas.hit(map.rect, .minimap(map.place(at: Point(x: map.inside.x, y: map.inside.y))))
        for y in map.inside.y..<map.inside.maxY {
            for x in map.inside.x..<map.inside.maxX {
                canvas.hit(Rect(x: x, y: y, width: 1, height: 1), .minimap(map.place(at: Point(x: x, y: y))))
            }
        }
    }

    private static func corners(of frame: Rect) -> Set<Point> {
        [
            frame.origin, Point(x: frame.maxX - 1, y: frame.y), Point(x: frame.x, y: frame.maxY - 1),
            Point(x: frame.maxX - 1, y: frame.maxY - 1),
        ]
    }

    /// The frame's corners stay, dots lie on the rest of it, and what is not well on everything.
    private static func drawBoxes(
        _ map: Minimap, _ scene: GraphScene, _ mesh: MeshIndex, corners: Set<Point>, on canvas: inout Canvas
    ) {
        let (across, up) =
            switch canvas.glyphs.kind {
            case .braille: (2, 4)
            case .blocks: (2, 2)
            case .ascii: (1, 1)
            }
        var dots: [Point: UInt32] = [:]
        var ailing: [Point: Health] = [:]
        for box in scene.boxes {
            let parts = map.parts(
                of: box.rect.moved(byX: scene.origin.x, y: scene.origin.y), across: across, up: up)
            for y in parts.y..<parts.maxY {
                for x in parts.x..<parts.maxX {
                    let cell = Point(x: map.inside.x + x / across, y: map.inside.y + y / up)
                    dots[cell, default: 0] |= up == 4 ? Chart.bit(x % 2, y % 4) : 1 << UInt32(y % up * 2 + x % across)
                }
            }
            guard let health = mesh.node(box.id)?.health, health >= .degraded else { continue }
            let middle = Point(
                x: map.inside.x + (parts.x + parts.width / 2) / across,
                y: map.inside.y + (parts.y + parts.height / 2) / up)
            ailing[middle] = max(ailing[middle] ?? health, health)
        }
        for (cell, bits) in dots where !corners.contains(cell) {
            let scalar: Unicode.Scalar =
                switch canvas.glyphs.kind {
                case .braille: Unicode.Scalar(0x2800 + bits) ?? "•"
                case .blocks: Quadrants.scalar(Int(bits))
                case .ascii: "o"
                }
            canvas.put(scalar, x: cell.x, y: cell.y, .edge)
        }
        for (cell, health) in ailing {
            canvas.put([Piece(canvas.signs.health(health), Tone(of: health))], x: cell.x, y: cell.y, width: 1)
        }
    }
}
