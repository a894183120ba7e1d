import TerminalUI

/// What the mouse holds while its button is down.
enum Grip: Hashable, Sendable {
    /// The graph's picture, by the cell that the pointer was on last.
    case picture(Point)
    /// The map, by its place: the picture goes wherever the pointer is on it.
    case map(Rect)
}

extension Model {
    /// What a press in the graph takes hold of.
    func hold(at point: Point) -> Grip? {
        if let minimap, minimap.rect.contains(point) { return .map(minimap.rect) }
        return geometry.graph.contains(point) ? .picture(point) : nil
    }

    mutating func drag(to point: Point) {
        switch grip {
        case .picture(let last):
            pan.x -= point.x - last.x
            pan.y -= point.y - last.y
            clampPan()
            grip = .picture(point)
        case .map:
            guard let inside = minimap?.inside, !inside.isEmpty else { return }
            // A pointer that has left the map still means its nearest cell.
            let cell = Point(
                x: min(max(point.x, inside.x), inside.maxX - 1), y: min(max(point.y, inside.y), inside.maxY - 1))
            if let place = minimap?.place(at: cell) { pan(to: place) }
        case nil: break
        }
    }
}
